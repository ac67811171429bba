"""The way into a container whose network namespace is out of our reach, as in a virtual machine: through its engine."""

from __future__ import annotations

import inspect
import socket
import subprocess
import threading
from typing import IO, cast

from heldout.sandbox import tunnel
from heldout.sandbox.base import SandboxFault
from heldout.sandbox.engines import Engine


class Forwarder:
    """A tunnel to a process of ours that the engine starts in the container; it needs a Python there."""

    def __init__(self, engine: Engine, name: str, path: str) -> None:
        text = f"{inspect.getsource(tunnel)}\nserve()\n"
        inside = ["/usr/bin/env", "-i", f"PATH={path}", "python3", "-I", "-S", "-c", text]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the engine, with a program of ours
                engine.command("exec", "--interactive", name, *inside),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise SandboxFault(f"{engine.program} could not be started: {error.strerror}") from error
        self._pipes = [cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)]
        self._tunnel = tunnel.Tunnel(self._pipes[1].fileno(), self._pipes[0].fileno())
        self._thread = threading.Thread(target=self._tunnel.run, name="heldout-forwarder", daemon=True)
        self._thread.start()

    def connect(self, port: int, timeout_s: float) -> socket.socket:
        """A stream to a port on the loopback inside; ConnectionError when nobody listens there."""
        try:
            return self._tunnel.connect(port, timeout_s)
        except ConnectionError as error:
            if self._thread.is_alive():
                raise
            raise SandboxFault("the way to the service inside is gone, or its image has no Python") from error

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self._thread.join()
        for pipe in self._pipes:
            pipe.close()
