"""21: from inside to services of the machine, its network, the cloud's metadata and the container engine."""

import glob
import http.client
import os
import socket

from attempt import attempt, done, target


def call(host, port):
    with socket.create_connection((host, port), 0.5) as stream:
        stream.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return stream.recv(100) or True


def datagram(host, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stream:
        stream.sendto(b"owned", (host, port))
        return True


port = int(target("PORT"))
hosts = ["127.0.0.1", "localhost", "::1", "0.0.0.0", "10.0.2.2", "172.17.0.1", "192.168.122.1", "host.docker.internal"]
for host in hosts + target("ADDRESSES").split():
    attempt(f"a service on {host}", lambda host=host: call(host, port))
attempt("the metadata of a cloud", lambda: call("169.254.169.254", 80))
attempt("a datagram to the metadata", lambda: datagram("169.254.169.254", 80))
attempt("a datagram to the network", lambda: datagram("10.0.2.3", 53))
attempt("a broadcast", lambda: datagram("255.255.255.255", 9))
attempt("a name", lambda: socket.getaddrinfo("example.org", 80))
attempt("the web", lambda: http.client.HTTPConnection("1.1.1.1", timeout=0.5).request("GET", "/") or True)


def unix(path):
    with socket.socket(socket.AF_UNIX) as stream:
        stream.settimeout(0.5)
        stream.connect(path)
        return True


for path in ("/run/docker.sock", "/var/run/docker.sock", "/run/podman/podman.sock", "/run/dbus/system_bus_socket",
             "/tmp/.X11-unix/X0", target("UNIX"), "\0" + target("ABSTRACT")):  # fmt: skip
    attempt(f"a socket {path!r}", lambda path=path: unix(path))
attempt("an interface", lambda: [name for name in os.listdir("/sys/class/net") if name != "lo"] or None)
attempt("a raw socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
attempt("sockets lying about", lambda: glob.glob("/run/**/*.sock", recursive=True) or None)
done()
