"""19: outputs that never give a byte to who opens them."""

import os
import socket

from attempt import attempt, done

os.mkfifo("pred.csv")
os.mkdir("out")
os.mkfifo("out/pred.csv")
socket.socket(socket.AF_UNIX).bind("socket.csv")
attempt("make a device", lambda: os.mknod("disk", 0o600 | 0o060000, os.makedev(254, 0)) or True)
attempt("make a terminal", lambda: os.mknod("terminal", 0o600 | 0o020000, os.makedev(5, 1)) or True)
done()
