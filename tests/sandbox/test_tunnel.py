"""The tunnel to a service: it carries, and an end inside that foreign code has taken over gets nothing from it."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest

from heldout.sandbox.tunnel import Tunnel

OPEN, OPENED, REFUSED, DATA, END = 0, 1, 2, 3, 5


def frame(number: int, kind: int, content: bytes = b"", length: int | None = None) -> bytes:
    return struct.pack(">IBI", number, kind, len(content) if length is None else length) + content


@dataclass
class Ends:
    """Our end, and the descriptors by which whoever is inside reads and writes."""

    ours: Tunnel
    inside_reads: int
    inside_writes: int
    thread: threading.Thread


@contextmanager
def ends() -> Iterator[Ends]:
    reads, writes = os.pipe(), os.pipe()
    ours = Tunnel(reads[0], writes[1])
    thread = threading.Thread(target=ours.run, daemon=True)
    thread.start()
    try:
        yield Ends(ours, writes[0], reads[1], thread)
    finally:
        os.close(reads[1])
        thread.join(10)
        for handle in (reads[0], *writes):
            os.close(handle)


@contextmanager
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_a_connection_is_carried_both_ways() -> None:
    with ends() as both, listening() as server:
        inside = Tunnel(both.inside_reads, both.inside_writes, answers=True)
        threading.Thread(target=inside.run, daemon=True).start()
        ours = both.ours.connect(server.getsockname()[1], 5)
        theirs, _ = server.accept()
        content = os.urandom(2_000_000)
        threading.Thread(target=ours.sendall, args=(content,), daemon=True).start()
        theirs.settimeout(30)
        got = b""
        while len(got) < len(content):
            got += theirs.recv(1 << 16)
        assert got == content
        theirs.sendall(b"answer")
        theirs.close()
        ours.settimeout(30)
        assert ours.recv(100) == b"answer"
        assert ours.recv(100) == b""
        ours.close()


def test_nobody_inside_is_connected_to_this_machine() -> None:
    with ends() as both, listening() as server:
        server.settimeout(0.5)
        os.write(both.inside_writes, frame(7, OPEN, struct.pack(">Hd", server.getsockname()[1], 1.0)))
        both.thread.join(10)
        assert not both.thread.is_alive(), "an end that asks for this has been taken over"
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(
    "sent",
    [
        frame(1, DATA, length=1 << 31),
        frame(1, OPENED) + frame(1, DATA, b"x" * (1 << 15)) * 40,
        frame(1, OPENED) + frame(1, END) + frame(1, DATA, b"x"),
    ],
    ids=["a frame of two gigabytes", "more than there is room for", "more after the end"],
)
def test_what_our_own_end_would_never_send_ends_it(sent: bytes) -> None:
    with ends() as both:
        made: list[socket.socket] = []

        def ask() -> None:
            with suppress(ConnectionError):
                made.append(both.ours.connect(80, 5))

        asking = threading.Thread(target=ask)
        asking.start()
        os.read(both.inside_reads, 100)  # the wish for a connection, numbered 1
        threading.Thread(target=os.write, args=(both.inside_writes, sent), daemon=True).start()
        both.thread.join(10)
        assert not both.thread.is_alive()
        asking.join()
        for connection in made:
            connection.close()


def test_a_made_up_number_of_an_error_is_a_refusal() -> None:
    def answer() -> None:
        os.read(both.inside_reads, 100)
        os.write(both.inside_writes, frame(1, REFUSED, b"\xff" * 4))

    with ends() as both:
        answering = threading.Thread(target=answer)
        answering.start()
        with pytest.raises(ConnectionRefusedError):
            both.ours.connect(80, 5)
        answering.join()
