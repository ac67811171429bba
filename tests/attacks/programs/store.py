"""23: leave something for the next run, in every place that might outlive this one; or look for it."""

import ctypes
import fcntl
import mmap
import os
import socket
import sys

from attempt import attempt, done, read, written

libc = ctypes.CDLL(None, use_errno=True)
KEY, WORD = 0x48454C44, b"left by the run before"
PLACES = ("/tmp/left", "/dev/shm/left", "/var/tmp/left", "/run/left", "/dev/mqueue/left", "/home/left", "/etc/left")


def call(number, *arguments):
    got = libc.syscall(number, *arguments)
    if got < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return got


def keyring(ring):
    return call(248, b"user", b"left", WORD, len(WORD), ring)


def shared(flags):
    segment = libc.shmget(KEY, 4096, flags)
    libc.shmat.restype = ctypes.c_void_p
    if segment < 0:
        raise OSError(ctypes.get_errno(), "shmget")
    place = libc.shmat(segment, None, 0)
    if flags:
        ctypes.memmove(place, WORD, len(WORD))
        return None
    return ctypes.string_at(place, len(WORD))


def ring():
    return call(425, 8, mmap.mmap(-1, 4096).tell() or None)


def locked(path):
    with open(path, "rb") as file:
        return fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)


if sys.argv[1] == "put":
    for path in PLACES:
        try:
            written(path, WORD)
        except OSError as error:
            print("stopped:", path, error)
    shared(0o1666)
    libc.semget(KEY, 1, 0o1666)
    libc.msgget(KEY, 0o1666)
    socket.socket(socket.AF_UNIX).bind("\0left")
    for number in (-1, -2, -3, -4, -5):
        attempt(f"keyring {number}", lambda number=number: keyring(number))
    attempt("io_uring", ring)
    if os.fork() == 0:  # and somebody who stays behind to hold it all
        os.setsid()
        while True:
            os.read(os.pipe()[0], 1)
else:
    for path in PLACES:
        attempt(f"what was left at {path}", lambda path=path: read(path))
    attempt("a shared segment", lambda: shared(0))
    attempt("a semaphore", lambda: libc.semget(KEY, 1, 0) >= 0)
    attempt("a message queue", lambda: libc.msgget(KEY, 0) >= 0)
    attempt("an abstract socket", lambda: socket.socket(socket.AF_UNIX).connect("\0left") or True)
    attempt("a key", lambda: call(249, b"user", b"left", None, 0))
    attempt("a lock", lambda: locked("/usr/bin/python3"))
done()
