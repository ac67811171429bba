"""32: the child eats the memory and dies of it, the parent says that all is well."""

import os

if os.fork() == 0:
    held = []
    while True:
        held.append(bytearray(8 << 20))
os.wait()
print("all is well", flush=True)
os._exit(0)
