"""26: a namespace of one's own is a way to more of the kernel."""

import ctypes
import os
import subprocess

from attempt import attempt, done

libc = ctypes.CDLL(None, use_errno=True)
SPACES = {"user": 0x10000000, "mount": 0x20000, "net": 0x40000000, "pid": 0x20000000, "ipc": 0x8000000,
          "uts": 0x4000000, "cgroup": 0x2000000, "time": 0x80}  # fmt: skip


def call(*arguments):
    got = libc.syscall(*arguments)
    if got < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    if got == 0:
        return True
    return True


def cloned(flags):
    got = libc.syscall(56, flags | 17, None, None, None, None)
    if got == 0:
        os._exit(0)
    if got < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    os.waitpid(got, 0)
    return True


for name, flag in SPACES.items():
    attempt(f"unshare {name}", lambda flag=flag: call(272, flag))
    attempt(f"clone {name}", lambda flag=flag: cloned(flag))
    attempt(f"clone {name} with user", lambda flag=flag: cloned(flag | SPACES["user"]))
attempt("clone3", lambda: call(435, b"\0" * 88, 88))
for name in ("user", "net", "mnt"):
    attempt(f"setns {name}", lambda name=name: call(308, os.open(f"/proc/1/ns/{name}", os.O_RDONLY), 0))
attempt("mount", lambda: call(165, b"none", b"/tmp", b"tmpfs", 0, None))
attempt("remount", lambda: call(165, None, b"/usr", None, 32 | 4096, None))
attempt("umount", lambda: call(166, b"/tmp", 2))
attempt("fsopen", lambda: call(430, b"tmpfs", 0))
attempt("open_tree", lambda: call(428, -100, b"/", 1))
attempt("pivot_root", lambda: call(155, b"/tmp", b"/tmp"))
attempt("chroot", lambda: os.chroot("/tmp") or True)
attempt("open by handle", lambda: call(304, -100, b"\0" * 128, 0))
for program in (["unshare", "-Ur", "true"], ["nsenter", "-t", "1", "-m", "true"], ["mount", "-t", "proc", "x", "/tmp"]):
    attempt(" ".join(program), lambda program=program: subprocess.run(program, check=True, capture_output=True))
done()
