"""H11: fill the disk where nobody counts: deleted files held open, closed folders, folders too deep to be named."""

import os
import sys
import time

part = b"x" * (1 << 20)
keep = []


def fill(handle, most=24):
    for _ in range(most):
        os.write(handle, part)
    os.fsync(handle)


def deleted():
    for number in range(12):
        keep.append(os.open(str(number), os.O_CREAT | os.O_RDWR))
        os.unlink(str(number))
        fill(keep[-1], 3)


def closed():
    os.mkdir("closed")
    for number in range(12):
        keep.append(os.open(f"closed/{number}", os.O_CREAT | os.O_RDWR))
    os.chmod("closed", 0)
    for handle in keep:
        fill(handle, 3)


def deep():
    for _ in range(250):
        os.mkdir("d" * 100)
        os.chdir("d" * 100)
    fill(os.open("bottom", os.O_CREAT | os.O_RDWR), 3)


print("hiding", sys.argv[1], flush=True)
{"deleted": deleted, "closed": closed, "deep": deep}[sys.argv[1]]()
print("hidden", flush=True)
time.sleep(20)
print("ESCAPED: nobody saw it", flush=True)
