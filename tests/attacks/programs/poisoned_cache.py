"""40: change what is shared with the runs that come after, by every way to a file that is there to be read."""

import ctypes
import fcntl
import mmap
import os
import shutil

from attempt import attempt, done, written

libc = ctypes.CDLL(None, use_errno=True)


def raised(value):
    if value < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return True


def by_number(path, flags):
    handle = os.open(path, os.O_RDONLY)
    again = os.open(f"/proc/self/fd/{handle}", flags)
    return os.write(again, b"owned") or True


def mapped(path):
    with open(path, "rb") as file:
        memory = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_SHARED, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    memory[0:5] = b"owned"
    return True


def through_link(path):
    os.symlink(path, "link")
    try:
        return written("link")
    finally:
        os.unlink("link")


def hard(path):
    os.link(path, "hard")
    return written("hard")


def lease(path):
    return fcntl.fcntl(os.open(path, os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_WRLCK) == 0


def read_lease(path):
    return fcntl.fcntl(os.open(path, os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK) == 0


for path in ("/given/data.csv", "/given/package/__init__.py", "/usr/bin/python3", "/etc/passwd", "/bin/sh"):
    for what, action in (
        ("write", lambda path=path: written(path)),
        ("append", lambda path=path: open(path, "ab").write(b"owned")),
        ("truncate", lambda path=path: os.truncate(path, 0) or True),
        ("allocate", lambda path=path: raised(libc.fallocate(os.open(path, os.O_RDONLY), 0, 0, 1))),
        ("change the mode", lambda path=path: os.chmod(path, 0o777) or True),
        ("set its user", lambda path=path: os.chmod(path, 0o4755) or True),
        ("own", lambda path=path: os.chown(path, os.getuid(), -1) or True),
        ("touch", lambda path=path: os.utime(path, (1, 1)) or True),
        ("label", lambda path=path: os.setxattr(path, "user.owned", b"x") or True),
        ("remove", lambda path=path: os.unlink(path) or True),
        ("rename", lambda path=path: os.rename(path, path + ".old") or True),
        ("put another in its place", lambda path=path: os.symlink("/dev/null", path) or True),
        ("put one beside it", lambda path=path: written(path + ".owned")),
        ("open by number to write", lambda path=path: by_number(path, os.O_RDWR)),
        ("open by number to append", lambda path=path: by_number(path, os.O_WRONLY | os.O_APPEND)),
        ("map to write", lambda path=path: mapped(path)),
        ("write through a link", lambda path=path: through_link(path)),
        ("link hard and write", lambda path=path: hard(path)),
        ("move", lambda path=path: shutil.move(path, "moved") and os.path.exists("moved") and not os.path.exists(path)),
        ("take a lease", lambda path=path: lease(path)),
        ("take a lease to read", lambda path=path: read_lease(path)),
    ):
        attempt(f"{what} {path}", action)
    for leftover in ("hard", "moved"):
        if os.path.lexists(leftover):
            os.unlink(leftover)
attempt("compiled beside a package", lambda: os.makedirs("/given/package/__pycache__") or True)
attempt("a folder in an environment", lambda: os.makedirs("/given/more") or True)
attempt("a start-up file", lambda: written("/usr/lib/python3/dist-packages/sitecustomize.py"))
done()
