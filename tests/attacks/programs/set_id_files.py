"""H10: a program in the workspace that lends the user of the run to everybody else on the machine."""

import ctypes
import os
import shutil

from attempt import attempt, done

libc = ctypes.CDLL(None, use_errno=True)


def has_it(path):
    return os.stat(path).st_mode & 0o6000


def changed(path, mode, how):
    how(path, mode)
    return has_it(path) or None


def opened(mode):
    os.close(os.open(f"new{mode}", os.O_CREAT | os.O_WRONLY, mode))
    return has_it(f"new{mode}") or None


def nameless(mode):
    handle = os.open(".", os.O_TMPFILE | os.O_RDWR, mode)
    return os.fstat(handle).st_mode & 0o6000 or None


def by_number(mode):
    handle = os.open("shell", os.O_RDONLY)
    os.fchmod(handle, mode)
    return has_it("shell") or None


def second_number(mode):
    if libc.syscall(452, -100, b"shell", mode, 0) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return has_it("shell") or None


os.umask(0)
shutil.copyfile("/bin/sh", "shell")
for mode in (0o4755, 0o2755, 0o6777, 0o4000):
    attempt(f"chmod {mode:o}", lambda mode=mode: changed("shell", mode, os.chmod))
    attempt(f"fchmod {mode:o}", lambda mode=mode: by_number(mode))
    attempt(f"fchmodat2 {mode:o}", lambda mode=mode: second_number(mode))
    attempt(f"open {mode:o}", lambda mode=mode: opened(mode))
    attempt(f"a nameless file {mode:o}", lambda mode=mode: nameless(mode))
    attempt(f"mknod {mode:o}", lambda mode=mode: os.mknod(f"node{mode}", mode | 0o100000) or has_it(f"node{mode}"))
attempt("a capability", lambda: os.setxattr("shell", "security.capability", b"\x01\0\0\x02" + b"\xff" * 16) or True)
os.chmod("shell", 0o755)  # what is ordinary stays possible
os.mkdir("folder", 0o755)
os.close(os.open("plain", os.O_CREAT | os.O_WRONLY, 0o644))
done()
