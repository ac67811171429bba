"""17: what should be the predictions is a way to somebody else's file."""

import os

from attempt import done, target

secret = target("SECRET")
os.symlink(secret, "pred.csv")
os.symlink(os.path.dirname(secret), "out")
os.symlink("pred.csv", "chain.csv")
os.symlink("/proc/self/environ", "environ.csv")
os.symlink("/proc/self/root" + secret, "rooted.csv")
os.symlink("/dev/zero", "endless.csv")
os.symlink("../" * 20 + secret.lstrip("/"), "climbing.csv")
os.symlink("loop", "loop")
print("made")
done()
