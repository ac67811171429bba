"""Unpack zip and tar archives into a private folder, believing nothing that they say of themselves.

Sizes are counted while the bytes come, only regular files are made, each below the folder and only once.
What is left out is named in gaps; what is broken, encrypted or a bomb is refused.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

from heldout.errors import InputError
from heldout.evidence.types import Gap
from heldout.material.gaps import Skipped
from heldout.material.limits import MIB, Limits
from heldout.material.tree import shown

_CHUNK = 256 * 1024
_RATIO_FROM = 32 * MIB
_BROKEN = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, struct.error,
    NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip
"""What the standard library raises on archives that are broken or that use what it does not know."""
_LONG_HEADERS = frozenset({
    tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK,
})  # fmt: skip
_NESTED = (".zip", ".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz", ".whl", ".egg", ".7z", ".rar")


def is_archive(path: Path) -> bool:
    """Whether a file is, by its content, an archive that can be unpacked."""
    with path.open("rb") as file:
        return _kind(file) != ""


def unpack(archive: Path, target: Path, limits: Limits) -> tuple[Gap, ...]:
    """Unpack an archive into the new folder `target`; a single top folder is stripped.

    Raises InputError when the file is no archive, is broken or encrypted, or is over a cap that shows
    an archive bomb or more than can be reviewed.
    """
    target.mkdir(mode=0o700)
    if archive.stat().st_size > limits.download_bytes:
        raise InputError(f"{archive.name} is larger than {limits.download_bytes // MIB:,} MiB; pack the code alone")
    writer = _Writer(target, limits, archive.stat().st_size)
    try:
        with archive.open("rb") as file:
            kind = _kind(file)
            if kind == "zip":
                _unzip(file, writer)
            elif kind:
                _untar(file, kind, writer)
            else:
                raise InputError(f"{archive.name} is no zip or tar archive")
    except _BROKEN as error:
        raise InputError(f"{archive.name} is broken or of an unknown kind ({error}); pack it anew") from error
    if not writer.written and not writer.skipped.counts:
        raise InputError(f"{archive.name} is empty")
    _strip_top(target)
    return writer.skipped.gaps()


def _kind(file: IO[bytes]) -> str:
    """`zip`, `gz`, `bz2`, `xz` or `tar` by the first bytes, or an empty string."""
    start = file.read(512)
    file.seek(0)
    for kind, magic in (("zip", b"PK\x03\x04"), ("zip", b"PK\x05\x06"), ("gz", b"\x1f\x8b"), ("bz2", b"BZh")):
        if start.startswith(magic):
            return kind
    if start.startswith(b"\xfd7zXZ\x00"):
        return "xz"
    return "tar" if start[257:262] == b"ustar" or _old_tar(start) else ""


def _old_tar(start: bytes) -> bool:
    """A tar header of before POSIX has no magic, but a checksum over its 512 bytes."""
    try:
        said = int(start[148:156].strip(b" \0") or b"x", 8)
    except ValueError:
        return False
    return len(start) == 512 and said == sum(start[:148]) + 8 * 32 + sum(start[156:])


@dataclass
class _Writer:
    """Makes regular files below a folder and keeps the caps over the whole archive."""

    root: Path
    limits: Limits
    packed: int
    skipped: Skipped = field(default_factory=Skipped)
    written: int = 0
    members: int = 0
    taken: int = 0
    names: set[str] = field(default_factory=set)
    started: float = field(default_factory=time.monotonic)

    def member(self) -> None:
        """Count one more member, of whatever kind."""
        self.members += 1
        if self.members > self.limits.members:
            raise InputError(
                f"the archive has more than {self.limits.members:,} members; pack the code without the data"
            )

    def count(self, size: int) -> None:
        """Count unpacked bytes, also those that are thrown away."""
        self.taken += size
        if self.taken > _RATIO_FROM and self.taken > self.packed * self.limits.ratio:
            raise InputError(
                f"the archive unpacks to more than {self.limits.ratio} times its size, as an archive bomb does; "
                "it was not unpacked"
            )
        if self.taken > 4 * self.limits.total_bytes:
            raise InputError(
                f"the archive unpacks to more than {4 * self.limits.total_bytes // MIB:,} MiB; "
                "pack the code without the data"
            )
        if time.monotonic() - self.started > self.limits.seconds:
            raise InputError(f"unpacking took longer than {self.limits.seconds:g} s; pack the code without the data")

    def place(self, name: str) -> str | None:
        """The safe path for a member's name, or None with the reason noted."""
        path = shown(name.encode("utf-8", errors="surrogateescape") if isinstance(name, str) else name)
        parts = [part for part in path.split("/") if part not in {"", "."}]
        drive = bool(parts) and len(parts[0]) == 2 and parts[0][1] == ":"
        why = ""
        if ".." in parts or name.startswith("/") or drive or "\\" in name:
            why = "a path that leads out of the archive"
        elif len(parts) > self.limits.depth:
            why = f"folders deeper than {self.limits.depth}"
        elif not parts or name.endswith("/"):
            return None
        path = "/".join(parts)
        if not why and path.lower() in self.names:
            why = "a second file of the same name but for upper and lower case"
        if why:
            self.skipped.add(why, path or "(no name)")
            return None
        self.names.add(path.lower())
        return path

    def write(self, path: str, data: IO[bytes]) -> None:
        """Write one file from a stream; one over the cap for a file is left out, its bytes counted."""
        if path.lower().endswith(_NESTED):
            self.skipped.add("an archive inside the archive, not unpacked", path)
        size = 0
        here = self.root / path
        try:
            here.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(here, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            self.skipped.add(f"cannot be written out: {error.strerror}", path)
            return
        with os.fdopen(handle, "wb") as file:
            while chunk := data.read(_CHUNK):
                size += len(chunk)
                self.count(len(chunk))
                if size > self.limits.file_bytes:
                    break
                file.write(chunk)
        if size > self.limits.file_bytes:
            here.unlink()
            self.skipped.add(f"larger than {self.limits.file_bytes / MIB:,.3g} MiB", path)
        else:
            self.written += 1


def _unzip(file: IO[bytes], writer: _Writer) -> None:
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        _refuse_overlaps(members)
        for member in members:
            writer.member()
            mode = member.external_attr >> 16
            if member.flag_bits & 1:
                raise InputError("the archive is encrypted; pack it without a password")
            path = writer.place(member.filename)
            if path is None:
                continue
            if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}:
                writer.skipped.add("packed by a method that is not unpacked here", path)
                continue
            if stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
                writer.skipped.add("a link or special file, not made", path)
                continue
            with archive.open(member) as data:
                writer.write(path, data)


def _refuse_overlaps(members: list[zipfile.ZipInfo]) -> None:
    """Members that share their bytes are how a small zip unpacks to terabytes."""
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            raise InputError("members of the archive overlap, as in an archive bomb; it was not unpacked")
        end = member.header_offset + 30 + member.compress_size


def _untar(file: IO[bytes], kind: str, writer: _Writer) -> None:
    with tarfile.open(
        fileobj=_Counted(_decompressed(file, kind), writer),  # it reads from this and asks for nothing more
        mode="r|",
        tarinfo=_TarInfo,
        errorlevel=2,
        encoding="utf-8",
        errors="surrogateescape",
    ) as archive:
        for member in archive:
            writer.member()
            if member.isdir():
                continue
            path = writer.place(member.name)
            if path is None:
                continue
            if not member.isreg() or member.sparse is not None:
                writer.skipped.add("a link, sparse or special file, not made", path)
                continue
            data = archive.extractfile(member)
            if data is not None:
                writer.write(path, data)


class _TarInfo(tarfile.TarInfo):
    """A member whose header may not ask for more than a megabyte of extra header to be held in memory."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        info = super().frombuf(buf, encoding, errors)
        if info.type in _LONG_HEADERS and info.size > MIB:
            raise InputError("the archive has a header of over a megabyte; pack it anew")
        return info


class _Counted(io.RawIOBase):
    """A decompressed stream whose every byte counts, also those that tarfile skips over."""

    def __init__(self, chunks: Iterator[bytes], writer: _Writer) -> None:
        self._chunks = chunks
        self._writer = writer
        self._held = b""

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, fewer than `size` only at the end."""
        while len(self._held) < size or size < 0:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            self._writer.count(len(chunk))
            self._held += chunk
        data, self._held = (self._held, b"") if size < 0 else (self._held[:size], self._held[size:])
        return data


def _decompressed(file: IO[bytes], kind: str) -> Iterator[bytes]:
    """The content of a compressed stream, or of a plain one, in chunks."""
    if kind == "xz":
        return _decompressed_xz(file)
    stream = gzip.GzipFile(fileobj=file) if kind == "gz" else bz2.BZ2File(file) if kind == "bz2" else file
    return iter(lambda: stream.read(_CHUNK), b"")


def _decompressed_xz(file: IO[bytes]) -> Iterator[bytes]:
    """As the module does it, but with a cap on the memory that the file may ask for."""
    decoder = lzma.LZMADecompressor(memlimit=256 * MIB)
    data = b""
    while not decoder.eof:
        if decoder.needs_input and not (data := file.read(_CHUNK)):
            raise EOFError("it ends too early")
        yield decoder.decompress(data, _CHUNK)
        data = b""


def _strip_top(target: Path) -> None:
    """Move the content of a single top folder up, by renaming."""
    inner = list(target.iterdir())
    if len(inner) != 1 or not inner[0].is_dir() or inner[0].name == ".git":
        return
    aside = target.with_name(target.name + ".top")
    inner[0].rename(aside)
    target.rmdir()
    aside.rename(target)
