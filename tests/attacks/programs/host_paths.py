"""H6: what can be read of the machine and of who started us."""

import glob
import os
import re

from attempt import attempt, done, read, target

told = [word for word in target("TELLTALES").split(":") if word]


def tells(path):
    content = read(path, 1 << 20).decode("utf-8", "replace")
    return [word for word in told if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", content)] or None


for pid in (name for name in os.listdir("/proc") if name.isdigit()):
    if pid != str(os.getpid()):
        for name in ("cmdline", "environ", "comm", "stack", "limits"):
            attempt(f"{name} of {pid}", lambda pid=pid, name=name: tells(f"/proc/{pid}/{name}"))
attempt("name of the machine", lambda: os.uname().nodename if os.uname().nodename != "heldout" else None)
for path in ("/etc/hostname", "/etc/machine-id", "/etc/hosts", "/etc/passwd", "/etc/group", "/etc/resolv.conf",
             "/etc/fstab", "/etc/mtab", "/etc/os-release.d"):  # fmt: skip
    attempt(path, lambda path=path: tells(path))
attempt("processes of the machine", lambda: [p for p in glob.glob("/proc/[0-9]*") if int(p[6:]) > 1000] or None)
attempt("its connections", lambda: len(read("/proc/net/tcp", 4096).splitlines()) > 1)
attempt("its sockets", lambda: [line for line in read("/proc/net/unix", 4096).splitlines()[1:] if b"/" in line] or None)
attempt("its firmware", lambda: read("/sys/class/dmi/id/product_serial"))
attempt(
    "its disks",
    lambda: [name for name in os.listdir("/dev") if name.startswith(("sd", "vd", "nvme", "mem", "kvm"))] or None,
)
done()
