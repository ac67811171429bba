"""44: use up the processes that one user may have, so that others of the same user get none."""

import os
import time

children = 0
while True:
    try:
        child = os.fork()
    except OSError as error:
        print("full at", children, error, flush=True)
        break
    if child == 0:
        time.sleep(60)
        os._exit(0)
    children += 1
    if children > 20_000:
        print("ESCAPED: no limit", flush=True)
        break
time.sleep(60)
