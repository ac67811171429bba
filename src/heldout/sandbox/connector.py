"""Reaches a program that has no network: a small process enters its network namespace and hands out connections.

A socket belongs for life to the namespace in which it was made, whoever holds it. So the helper steps in (through the
user namespace that owns the network, whose maker we are), connects, and passes the connected socket back; see
setns(2), ioctl_ns(2), unix(7) SCM_RIGHTS. It runs none of the program's code and shares nothing else with it.
"""

from __future__ import annotations

import array
import os
import socket
import struct
import subprocess
import sys

from heldout.sandbox.base import SandboxFault

_HELPER = r"""
import array, ctypes, errno, fcntl, os, socket, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
channel = socket.socket(fileno=int(sys.argv[2]))
def enter(handle, kind):
    if libc.setns(handle, kind) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
try:
    network = os.open("/proc/%s/ns/net" % sys.argv[1], os.O_RDONLY)
    if os.geteuid() != 0:
        enter(fcntl.ioctl(network, 0xB701), 0x10000000)
    enter(network, 0x40000000)
    channel.send(struct.pack("=i", 0))
except OSError as error:
    channel.send(struct.pack("=i", error.errno or errno.EIO))
    raise SystemExit(1)
while True:
    asked = channel.recv(12)
    if len(asked) < 12:
        break
    port, seconds = struct.unpack("=id", asked)
    try:
        made = socket.create_connection(("127.0.0.1", port), seconds)
    except OSError as first:
        try:
            made = socket.create_connection(("::1", port), seconds)
        except OSError:
            channel.send(struct.pack("=i", first.errno or errno.ETIMEDOUT))
            continue
    made.settimeout(None)
    with made:
        passed = array.array("i", [made.fileno()])
        channel.sendmsg([struct.pack("=i", 0)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, passed)])
"""


class Network:
    """The loopback of a process, reached through a helper that stands in its network namespace."""

    def __init__(self, init: int) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._helper = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-I", "-S", "-c", _HELPER, str(init), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={},
                cwd="/",
            )
        told = self._channel.recv(4)
        code = struct.unpack("=i", told)[0] if told else -1
        if code != 0:
            self.close()
            raise SandboxFault(f"the network of the program inside could not be entered: {os.strerror(abs(code))}")

    def connect(self, port: int, timeout_s: float) -> socket.socket:
        """A stream to `port` on the loopback inside; ConnectionError when nobody listens or answers in time."""
        room = socket.CMSG_SPACE(array.array("i").itemsize)
        try:
            self._channel.send(struct.pack("=id", port, timeout_s))
            told, extra, _, _ = self._channel.recvmsg(4, room)
        except OSError as error:  # a broken pipe of ours must not pass for a refusal of theirs
            raise SandboxFault(f"the helper that connects to the program inside has died: {error.strerror}") from error
        if not told:
            raise SandboxFault("the helper that connects to the program inside has died")
        code = struct.unpack("=i", told)[0]
        if code != 0:
            raise ConnectionRefusedError(code, os.strerror(code))
        for level, kind, data in extra:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                handles = array.array("i")
                handles.frombytes(data[: handles.itemsize])
                return socket.socket(fileno=handles[0])
        raise SandboxFault("the helper answered without a connection")

    def close(self) -> None:
        """End the helper."""
        self._channel.close()
        self._helper.wait()
