"""H3: the first process inside was started from a file of the machine, and /proc leads to it, past every mount."""

import ctypes
import fcntl
import os

from attempt import attempt, done, leads_out, put

libc = ctypes.CDLL(None, use_errno=True)


def by_path_handle(link):
    handle = os.open(link, os.O_PATH)
    return os.open(f"/proc/self/fd/{handle}", os.O_WRONLY)


def mapped_files():
    for name in os.listdir("/proc/1/map_files"):
        os.chmod(f"/proc/1/map_files/{name}", 0o777)
    return True


link = "/proc/1/exe"
attempt("write it", lambda: os.open(link, os.O_WRONLY))
attempt("truncate it", lambda: os.truncate(link, 0) or True)
attempt("write it by another way", lambda: by_path_handle(link))
attempt("link to it", lambda: os.link(link, "/work/bwrap", follow_symlinks=True) or True)
attempt("lease it", lambda: fcntl.fcntl(os.open(link, os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK) == 0)
attempt("its libraries", mapped_files)
# A file in memory, made for this run alone, may be changed so: the machine's own file may not. The test looks at that.
for change in (
    lambda: os.chmod(link, 0o4777),
    lambda: os.chmod(link, 0o777),
    lambda: os.utime(link, (1, 1)),
    lambda: os.chown(link, os.getuid(), os.getgid()),
    lambda: os.setxattr(link, "user.owned", b"x"),
    lambda: os.chmod("/proc/self/exe", 0o777),
    lambda: os.utime("/proc/self/exe", (1, 1)),
):
    try:
        change()
    except OSError as error:
        print("stopped:", error)
attempt("the root of the first process", lambda: os.path.exists("/proc/1/root/root/.bashrc"))
attempt("its working directory", lambda: os.path.exists("/proc/1/cwd/../root/.bashrc"))
for handle in os.listdir("/proc/1/fd"):
    path = f"/proc/1/fd/{handle}"
    if leads_out(path):
        attempt(f"its descriptor {handle} to write", lambda path=path: put(path, (1).to_bytes(8, "little")))
done()
