"""Carries many connections over one pair of pipes: how a service is reached whose network we cannot enter.

The same code stands at both ends. Outside it belongs to us; inside, an engine's `exec` starts it in the container
(`serve`). For Python 3.7 and later, standard library only, since the text of this file is what runs inside.

A frame is a head (stream, kind, length) and its content. Each side holds at most `_WINDOW` bytes of a stream that the
other has not taken yet, so a program that stops reading holds up its own connection and no other.

Foreign code inside can get at our process there, and with that at the pipes: whatever arrives outside may be of its
making. So only the end inside opens connections when it is asked to, and a frame that we would not have sent ends all.
"""

from __future__ import annotations

import os
import socket
import struct
import threading

_HEAD = struct.Struct(">IBI")
_WANT = struct.Struct(">Hd")
_OPEN, _OPENED, _REFUSED, _DATA, _TAKEN, _END, _BROKEN = range(7)
_WINDOW, _CHUNK = 1 << 18, 1 << 15
_MOST_ERRORS = 4095
"""Numbers of errors that a kernel has."""


class _Stream:
    """One connection: what came for it and how much may still be sent."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.arrived: list[bytes] = []
        self.room = _WINDOW
        self.held = 0
        self.ended = False
        self.answer: int | None = None
        self.over = False


class Tunnel:
    """One end. `reader` and `writer` are descriptors; `run` deals out what arrives until the other end is gone.

    `answers`: whether it makes connections to its own loopback for the other end. Never outside.
    """

    def __init__(self, reader: int, writer: int, answers: bool = False) -> None:
        self._reader, self._writer, self._answers = reader, writer, answers
        self._lock = threading.Lock()
        self._streams: dict[int, _Stream] = {}
        self._last = 0
        self._gone = False

    def run(self) -> None:
        """Read frames until there are no more."""
        try:
            while True:
                number, kind, length = _HEAD.unpack(self._exactly(_HEAD.size))
                self._take(number, kind, self._exactly(length))
        except (EOFError, OSError, struct.error):
            self._gone = True
            for stream in list(self._streams.values()):
                with stream.changed:
                    stream.over = True
                    stream.changed.notify_all()

    def connect(self, port: int, timeout_s: float) -> socket.socket:
        """A stream to a port on the loopback of the other end; ConnectionError when nobody answers there."""
        stream = _Stream()
        with self._lock:
            self._last += 1
            number = self._last
        self._streams[number] = stream
        self._send(number, _OPEN, _WANT.pack(port, timeout_s))
        with stream.changed:
            stream.changed.wait_for(lambda: stream.answer is not None or stream.over, timeout_s + 5)
        if stream.answer != 0 or self._gone:
            self._streams.pop(number, None)
            raise ConnectionRefusedError(stream.answer or 0, os.strerror(stream.answer or 0))
        ours, theirs = socket.socketpair()
        self._carry(number, stream, ours)
        return theirs

    def _take(self, number: int, kind: int, content: bytes) -> None:
        if kind == _OPEN:
            if not self._answers:
                raise EOFError
            threading.Thread(target=self._answer, args=(number, *_WANT.unpack(content)), daemon=True).start()
            return
        stream = self._streams.get(number)
        if stream is None:
            return
        with stream.changed:
            if kind in (_OPENED, _REFUSED):
                stream.answer = min(int.from_bytes(content, "big"), _MOST_ERRORS)
            elif kind == _DATA:
                stream.held += len(content)
                if stream.held > _WINDOW or stream.ended or not content:
                    raise EOFError
                stream.arrived.append(content)
            elif kind == _TAKEN:
                stream.room += int.from_bytes(content, "big")
            elif kind == _END and not stream.ended:
                stream.ended = True
                stream.arrived.append(b"")
            elif kind == _BROKEN:
                stream.over = True
            stream.changed.notify_all()

    def _answer(self, number: int, port: int, timeout_s: float) -> None:
        """Connect to a port on this end's loopback."""
        made, code = None, 0
        for address in ("127.0.0.1", "::1"):
            try:
                made = socket.create_connection((address, port), timeout_s)
                break
            except OSError as error:
                code = code or error.errno or 110
        if made is None:
            self._send(number, _REFUSED, code.to_bytes(4, "big"))
            return
        made.settimeout(None)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = self._streams[number] = _Stream()
        self._send(number, _OPENED, b"")
        self._carry(number, stream, made)

    def _carry(self, number: int, stream: _Stream, connection: socket.socket) -> None:
        """Pass on in both directions until both have ended."""

        def both() -> None:
            other = threading.Thread(target=self._outward, args=(number, stream, connection), daemon=True)
            other.start()
            self._inward(number, stream, connection)
            other.join()
            connection.close()
            self._streams.pop(number, None)

        threading.Thread(target=both, daemon=True).start()

    def _outward(self, number: int, stream: _Stream, connection: socket.socket) -> None:
        """From the connection into the tunnel."""
        part = b"-"
        while part:
            with stream.changed:
                stream.changed.wait_for(lambda: stream.room > 0 or stream.over)
                if stream.over:
                    return
                room = stream.room
            try:
                part = connection.recv(min(room, _CHUNK))
            except OSError:
                part = b""
            with stream.changed:
                stream.room -= len(part)
            self._send(number, _DATA if part else _END, part)

    def _inward(self, number: int, stream: _Stream, connection: socket.socket) -> None:
        """From the tunnel into the connection."""
        while True:
            with stream.changed:
                stream.changed.wait_for(lambda: stream.arrived or stream.over)
                part = stream.arrived.pop(0) if stream.arrived and not stream.over else b""
                stream.held -= len(part)
            try:
                if not part:
                    connection.shutdown(socket.SHUT_RDWR if stream.over else socket.SHUT_WR)
                    return
                connection.sendall(part)
            except OSError:
                # Whoever had the connection closed it: the other end need send no more.
                stream.over = True
                self._send(number, _BROKEN, b"")
                return
            self._send(number, _TAKEN, len(part).to_bytes(4, "big"))

    def _send(self, number: int, kind: int, content: bytes) -> None:
        frame = memoryview(_HEAD.pack(number, kind, len(content)) + content)
        with self._lock:
            try:
                while frame:
                    frame = frame[os.write(self._writer, frame) :]
            except OSError:
                self._gone = True

    def _exactly(self, size: int) -> bytes:
        if size > _CHUNK:  # no frame of ours
            raise EOFError
        parts = []
        while size:
            part = os.read(self._reader, size)
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def serve() -> None:
    """The end inside."""
    Tunnel(0, 1, answers=True).run()
