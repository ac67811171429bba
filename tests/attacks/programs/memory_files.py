"""31: fill memory that belongs to no process: shared memory, temporary files, files in memory, segments."""

import ctypes
import os

from attempt import done

MIB = 1 << 20
keep = []


def fill(handle, most=512):
    """Mebibytes that went in."""
    part = b"x" * MIB
    for count in range(most):
        try:
            os.write(handle, part)
        except OSError as error:
            print("stopped:", error)
            return count
    return most


held = 0


for folder in ("/dev/shm", "/tmp"):
    for number in range(4):
        try:
            handle = os.open(f"{folder}/{number}", os.O_RDWR | os.O_CREAT)
        except OSError as error:
            print("stopped:", error)
            break
        if number % 2:
            os.unlink(f"{folder}/{number}")
        held += fill(handle)
        keep.append(handle)
print("held", held, flush=True)
for _ in range(8):
    handle = os.memfd_create("bomb")
    held += fill(handle)
    keep.append(handle)
    print("held", held, flush=True)
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
for _ in range(8):
    segment = libc.shmget(0, 512 * MIB, 0o1600)
    place = libc.shmat(segment, None, 0) if segment >= 0 else None
    if place and place != ctypes.c_void_p(-1).value:
        ctypes.memset(place, 1, 512 * MIB)
        held += 512
        print("held", held, flush=True)
done()
