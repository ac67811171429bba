"""H5: a tree that is hard to walk and hard to remove: deep, long, odd, closed."""

import os

from attempt import done

for name in (b"\xff\xfe", b"new\nline", b"\x1b[2J", b"-rf", b" ", "…".encode() * 80, b"a" * 255, b"'; rm -rf * #"):
    with open(name, "w") as file:
        file.write("x")
os.mkdir("closed")
with open("closed/inside", "w") as file:
    file.write("x")
os.mkdir("closed/deeper")
os.chmod("closed/deeper", 0)
os.chmod("closed", 0o500)
os.mkdir("shut")
os.mkdir("shut/away")
os.chmod("shut", 0)
depth = 0
try:
    while depth < 3000:
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
        depth += 1
except OSError as error:
    print("stopped:", error)
print("deep", depth, flush=True)
with open("bottom", "w") as file:
    file.write("x" * 100_000)
done()
