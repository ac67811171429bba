"""H7: signals to whoever watches us, to the first process, and to everybody."""

import fcntl
import os
import signal

from attempt import attempt, done, target

outside = [int(number) for number in target("PIDS").split()]
for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, 0):
    for pid in outside:
        attempt(f"signal {number} to {pid}", lambda pid=pid, number=number: os.kill(pid, number) or True)
        attempt(f"signal {number} to group {pid}", lambda pid=pid, number=number: os.killpg(pid, number) or True)
    for pid in (1, 0, -1):
        if pid == 1 or number == 0:
            try:
                os.kill(pid, number)  # the first process is deaf to us; the test sees whether it was
            except OSError as error:
                print("stopped:", error)
for handle in (0, 1, 2):
    for pid in outside:
        attempt(f"own {handle} for {pid}", lambda handle=handle, pid=pid: fcntl.fcntl(handle, fcntl.F_SETOWN, pid) == 0)
attempt("another session's terminal", lambda: os.tcsetpgrp(1, outside[0]) or True)
attempt("limits of others", lambda: __import__("resource").prlimit(outside[0], 7, (1, 1)))
attempt("priority of others", lambda: os.setpriority(os.PRIO_PROCESS, outside[0], 19) or True)
attempt("processors of others", lambda: os.sched_setaffinity(outside[0], {0}) or True)
done()
