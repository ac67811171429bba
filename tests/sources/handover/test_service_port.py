"""Where a service listens: by the plan, by what it prints, by custom; and who is to blame when it is not found."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass

import pytest

from heldout.sandbox.base import Completed, Usage, Verdict
from heldout.sources.handover.service_run import find_port


@dataclass
class Program:
    """A service that listens on one port and has printed something."""

    listens: int
    printed: bytes = b""
    alive: bool = True

    def connect(self, port: int, timeout_s: float = 5.0) -> socket.socket:
        if port != self.listens:
            raise ConnectionRefusedError(port)
        return socket.socket()

    def running(self) -> bool:
        return self.alive

    def output(self) -> tuple[bytes, bytes]:
        return self.printed, b""

    def usage(self) -> Usage:
        return Usage(0.0)

    def stop(self) -> Completed:
        return Completed((), Verdict.OK, None, None, b"", b"", Usage(0.0))


def found(program: Program, told: int | None = None) -> int | None:
    return find_port(program, told, time.monotonic() + 0.4)


@pytest.mark.parametrize(
    "printed",
    [
        b"INFO: Uvicorn running on http://0.0.0.0:9077 (Press CTRL+C to quit)",
        b" * Running on http://127.0.0.1:9077/",
        b"serving at port 9077",
        b"Listening at: http://[::]:9077 (12)",
        b"bound to 0.0.0.0:9077",
    ],
)
def test_a_port_that_it_prints_is_tried(printed: bytes) -> None:
    assert found(Program(9077, printed)) == 9077


def test_the_plan_comes_first_and_custom_last() -> None:
    assert found(Program(9123), told=9123) == 9123
    assert found(Program(5000)) == 5000
    assert found(Program(9123)) is None
    assert found(Program(5000, alive=False)) is None


def test_thousands_of_printed_ports_are_not_all_tried() -> None:
    many = b"\n".join(b"port %d" % port for port in range(10_000, 20_000))
    assert found(Program(10_001, many)) is None
