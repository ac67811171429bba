"""24: whatever somebody forgot to close."""

import ctypes
import os
import stat

from attempt import attempt, done, leads_out, put, read

opened = sorted(int(name) for name in os.listdir("/proc/self/fd"))
for handle in range(3, 1024):
    try:
        kind = os.fstat(handle).st_mode
    except OSError:
        continue
    if handle in opened and os.readlink(f"/proc/self/fd/{handle}").startswith(("/proc", "/attack")):
        continue  # our own
    attempt(f"read {handle}", lambda handle=handle: os.read(handle, 100))
    if stat.S_ISDIR(kind):
        attempt(f"a way out by {handle}", lambda handle=handle: os.listdir(f"/proc/self/fd/{handle}/../../.."))
for pid in (name for name in os.listdir("/proc") if name.isdigit()):
    for handle in os.listdir(f"/proc/{pid}/fd"):
        link = f"/proc/{pid}/fd/{handle}"
        if os.path.isdir(link) and not os.readlink(link).startswith("/proc"):
            attempt(f"a folder of process {pid}", lambda link=link: os.listdir(link))
attempt("a working directory outside", lambda: os.readlink("/proc/self/cwd").startswith("(unreachable)"))
attempt("a parent of the root", lambda: os.path.exists("/../../etc/shadow"))
attempt(
    "the file of stdin, by the back door",
    lambda: put("/proc/self/fd/0", b"owned") if leads_out("/proc/self/fd/0") else None,
)
attempt("stdin itself", lambda: os.write(0, b"owned"))
attempt("a shadow file by number", lambda: read(f"/proc/self/fd/{max(opened)}/../../../etc/shadow"))
attempt("pidfd_getfd", lambda: ctypes.CDLL(None).syscall(438, ctypes.CDLL(None).syscall(434, 1, 0), 0, 0) >= 0)
done()
