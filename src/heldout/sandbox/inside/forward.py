"""Runs inside: lets a program reach one UNIX socket of ours as if it were a web server on its own loopback.

    python forward.py SOCKET PORT -- COMMAND ...

Ends with the exit code of COMMAND. For Python 3.7 and later, standard library only.
"""

import contextlib
import socket
import subprocess
import sys
import threading


def copy(source: socket.socket, target: socket.socket) -> None:
    """Pass on what comes in until one side ends."""
    with contextlib.suppress(OSError):
        while True:
            part = source.recv(65536)
            if not part:
                break
            target.sendall(part)
    for end, how in ((target, socket.SHUT_WR), (source, socket.SHUT_RD)):
        with contextlib.suppress(OSError):
            end.shutdown(how)


def serve(listening: socket.socket, path: str) -> None:
    """Answer every connection with one to the socket."""
    while True:
        client, _ = listening.accept()
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(path)
        except OSError:
            client.close()
            continue
        threading.Thread(target=copy, args=(client, server), daemon=True).start()
        threading.Thread(target=copy, args=(server, client), daemon=True).start()


def main() -> None:
    """Listen, then run the command."""
    path, port, command = sys.argv[1], int(sys.argv[2]), sys.argv[4:]
    listening = socket.socket()
    listening.bind(("127.0.0.1", port))
    listening.listen(64)
    threading.Thread(target=serve, args=(listening, path), daemon=True).start()
    sys.exit(subprocess.call(command))  # noqa: S603 - inside, where everything is foreign


main()
