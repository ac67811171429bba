"""20: files that say they are huge, and archives that become it."""

import os
import zlib

from attempt import done

for name, size in (("one.csv", 1 << 40), ("largest.csv", 1 << 43)):
    with open(name, "wb") as file:
        try:
            file.truncate(size)
        except OSError as error:
            print("stopped: truncate", error)
packer = zlib.compressobj(9)
with open("bomb.z", "wb") as file:
    for _ in range(512):
        file.write(packer.compress(bytes(1 << 20)))
    file.write(packer.flush())
print("bomb of", os.path.getsize("bomb.z"))
done()
