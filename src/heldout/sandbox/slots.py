"""Slots: a user id, a control group and a folder for one workspace or run at a time, across all processes.

Each is held by a lock on a file, which the kernel lets go of when its holder dies; whoever takes a slot first clears
what a dead holder left in it. As root every slot is a user of its own, so that two runs cannot see, signal or starve
each other even if both left their namespaces.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import signal
import stat
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from heldout.sandbox.base import SandboxFault, Space
from heldout.sandbox.cgroups import Group, find_hierarchy
from heldout.sandbox.folders import data_folder, made
from heldout.sandbox.tree import remove

MOST = 200
MARK = "HELDOUT_SLOT"
"""Variable of bubblewrap's own processes that says which slot they run in."""
_BASE_IDS = (2_019_000_000, 61_000)
"""First user id of the slots: far from people and packages; the second for containers with 65,536 ids."""
_LIBC = ctypes.CDLL(None, use_errno=True)
_MS_NOSUID, _MS_NODEV, _MS_STRICTATIME = 2, 4, 1 << 24
_MNT_DETACH, _UMOUNT_NOFOLLOW = 2, 8

_here: set[int] = set()
_guard = threading.Lock()


@dataclass(frozen=True)
class Slot:
    """A leased slot."""

    number: int
    user: int
    """The user id that programs run as."""
    folder: Path
    """Private folder of the slot; nothing is in it but what this lease put there."""

    @property
    def name(self) -> str:
        """The name of its control group, without our prefix."""
        return str(self.number)

    @property
    def mark(self) -> str:
        """What tells its processes from those of every other slot of this machine; it names no path of ours."""
        return hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:24]


@contextmanager
def lease() -> Iterator[Slot]:
    """A free slot, cleared, for as long as the block lasts. Raises SandboxFault when all are taken."""
    number, handle = _take()
    try:
        _settle(number, handle)
        slot = _opened(number)
        _clear(slot)
        os.pwrite(handle, os.fsencode(slot.folder), 0)  # stays there when we are killed before the end
        try:
            yield slot
        finally:
            _clear(slot)
        os.ftruncate(handle, 0)
    finally:
        _release(number, handle)


def sweep() -> None:
    """Clear the slots of dead holders, which hold memory and may run programs until somebody takes them."""
    for file in _locks().glob("*.lock"):
        number = int(file.stem)
        if file.stat().st_size and (handle := _locked(number)) is not None:
            try:
                _settle(number, handle)
            finally:
                _release(number, handle)


def _settle(number: int, handle: int) -> None:
    """Clear what a holder left that was killed; its lock tells where it worked."""
    if told := os.pread(handle, 4096, 0):
        folder = Path(os.fsdecode(told))
        if folder.is_dir():
            _clear(Slot(number, user_of(number), folder), orphans=True)
        os.ftruncate(handle, 0)


def _opened(number: int) -> Slot:
    """The slot with its folder, which nobody but its user may pass."""
    folder = made(data_folder() / "slots" / str(number))
    slot = Slot(number, user_of(number), folder)
    wanted = (0o710, slot.user) if os.geteuid() == 0 else (0o700, os.getegid())
    found = folder.stat()
    if (stat.S_IMODE(found.st_mode), found.st_gid) != wanted:
        os.chown(folder, -1, wanted[1])
        folder.chmod(wanted[0])
    return slot


def user_of(number: int) -> int:
    """The user id of a slot: its own as root, else the caller's."""
    return _base() + number if os.geteuid() == 0 and sys.platform == "linux" else os.geteuid()


def _base() -> int:
    ranges = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
    for base in _BASE_IDS:
        if any(inside <= base and base + MOST < inside + length for inside, _, length in ranges):
            return base
    raise SandboxFault("this container has too few user ids for a user per run; run it with the full range of 65,536")


def _take() -> tuple[int, int]:
    for number in range(MOST):
        handle = _locked(number)
        if handle is not None:
            return number, handle
    raise SandboxFault(f"all {MOST} slots are taken; wait for other runs to end")


def _locks() -> Path:
    return made(Path("/run/heldout") if os.geteuid() == 0 else data_folder() / "locks")


def _locked(number: int) -> int | None:
    """The lock of a slot, held; None when somebody has it."""
    with _guard:  # a process may lock a file twice over two descriptors: keep our own account too
        if number in _here:
            return None
        handle = os.open(_locks() / f"{number}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return None
        _here.add(number)
        return handle


def _release(number: int, handle: int) -> None:
    os.close(handle)
    with _guard:
        _here.discard(number)


def _clear(slot: Slot, *, orphans: bool = False) -> None:
    """Kill, unmount and delete whatever is left in a slot. `orphans` says that its last holder was killed."""
    if hierarchy := find_hierarchy():
        group = Group(hierarchy, f"heldout-{slot.name}")
        group.kill()
        group.remove()
    if orphans:
        _end_orphans(slot)
    for left in list(slot.folder.iterdir()):
        unmount(left)
        remove(left)


def marked(process: int, slot: Slot) -> bool:
    """Whether a living process is one of bubblewrap's own in this slot."""
    try:
        told = Path(f"/proc/{process}/environ").read_bytes()
    except OSError:
        return False
    return f"{MARK}={slot.mark}".encode() in told.split(b"\0")


def _end_orphans(slot: Slot, seconds: float = 10.0) -> None:
    """Kill what a dead holder's bubblewrap left, should it have been too young to die with its parent."""
    end = time.monotonic() + seconds
    while left := [int(name) for name in os.listdir("/proc") if name.isdigit() and marked(int(name), slot)]:  # noqa: PTH208
        if time.monotonic() > end:
            raise SandboxFault(f"processes {left[:5]} of a run that was given up could not be ended")
        for process in left:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.005)


def mount_memory(folder: Path, space: Space, user: int) -> None:
    """A file system in memory at `folder` that holds this much and no more, kept by the kernel. Root only."""
    options = f"size={space.disk_bytes},nr_inodes={space.files + 1},uid={user},gid={user},mode=0700"
    flags = ctypes.c_ulong(_MS_NOSUID | _MS_NODEV | _MS_STRICTATIME)  # so that it is seen what a run reads
    if _LIBC.mount(b"heldout", os.fsencode(folder), b"tmpfs", flags, options.encode()) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def unmount(folder: Path) -> None:
    """Take away what is mounted at `folder`, if anything is."""
    while not folder.is_symlink() and os.path.ismount(folder):
        if _LIBC.umount2(os.fsencode(folder), _MNT_DETACH | _UMOUNT_NOFOLLOW) != 0:
            error = ctypes.get_errno()
            raise SandboxFault(f"{folder} could not be unmounted: {os.strerror(error)}")
