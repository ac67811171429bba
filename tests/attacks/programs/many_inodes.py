"""H8: files without a byte in them, as many as there can be: each costs the kernel a kilobyte."""

import os
import sys

from attempt import done

count = 0
try:
    for number in range(600_000):
        if number % 10_000 == 0:
            os.mkdir(f"{sys.argv[1]}/{number}")
            os.chdir(f"{sys.argv[1]}/{number}")
        os.close(os.open(f"{number}", os.O_CREAT))
        count += 1
except OSError as error:
    print("stopped:", error)
print("made", count, flush=True)
done()
