"""29: children without end, each of its own session, and none waited for."""

import os
import time

print("about to fork", flush=True)
end = time.monotonic() + 20
while time.monotonic() < end:
    try:
        if os.fork() == 0:
            os.setsid()
    except OSError:
        time.sleep(0.01)
