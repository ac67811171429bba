"""A program that runs inside and answers over the network of its own: watched by a thread, reached by a way in."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from heldout.sandbox.base import Completed, SandboxFault, Usage
from heldout.sandbox.running import Running

_GOING = 2.0
"""Seconds to see whether a program that could not be reached is just ending."""


class WayIn(Protocol):
    """How connections to the loopback inside are made."""

    def connect(self, port: int, timeout_s: float) -> socket.socket:
        """A stream to a port; ConnectionError when nobody listens there."""

    def close(self) -> None:
        """No more connections are wanted."""


class Served:
    """A started program; see `base.Service`. `enter` opens the way in when it is first needed."""

    def __init__(self, running: Running, enter: Callable[[], WayIn]) -> None:
        self._running = running
        self._enter = enter
        self._way_in: WayIn | None = None
        self._result: Completed | None = None
        self._fault: Exception | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._watch, name="heldout-service", daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        try:
            self._result = self._running.wait()
        except Exception as error:  # noqa: BLE001 - handed to whoever asks for the result
            self._fault = error

    def connect(self, port: int, timeout_s: float = 5.0) -> socket.socket:
        """A stream connected to the program's own loopback."""
        if not 0 < port < 65_536:
            raise ConnectionRefusedError(f"{port} is no port")
        with self._lock:
            if not self.running():
                raise ConnectionRefusedError("the program inside has ended")
            try:
                if self._way_in is None:
                    self._way_in = self._enter()
                return self._way_in.connect(port, timeout_s)
            except SandboxFault as error:
                self._thread.join(_GOING)
                if not self.running():
                    raise ConnectionRefusedError("the program inside has ended") from error
                raise

    def running(self) -> bool:
        """Whether the program is still alive."""
        return self._thread.is_alive()

    def output(self) -> tuple[bytes, bytes]:
        """(standard output, standard error) so far."""
        return bytes(self._running.stdout), bytes(self._running.stderr)

    def usage(self) -> Usage:
        """What it used so far."""
        return self._result.usage if self._result else self._running.usage()

    def stop(self) -> Completed:
        """End it and everything that it started."""
        self._running.stop()
        self._thread.join()
        with self._lock:
            if self._way_in is not None:
                self._way_in.close()
                self._way_in = None
        if self._fault is not None:
            raise self._fault
        if self._result is None:
            raise SandboxFault("the service ended without a result")
        return self._result


@contextmanager
def served(running: Running, enter: Callable[[], WayIn]) -> Iterator[Served]:
    """A service for as long as the block lasts."""
    service = Served(running, enter)
    try:
        yield service
    finally:
        service.stop()
