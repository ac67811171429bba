"""30: somebody stays when the program has ended."""

import os
import signal
import time

for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
    signal.signal(number, signal.SIG_IGN)
for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        if os.fork() != 0:
            os._exit(0)
        for handle in (0, 1, 2) if _ % 2 else ():
            os.close(handle)
        for beat in range(3000):
            with open("/work/beat", "a") as file:
                file.write(f"{os.getpid()} {beat}\n")
            time.sleep(0.01)
        os._exit(0)
time.sleep(0.2)
print("tried: 5", flush=True)
os._exit(0)
