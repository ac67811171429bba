"""35: look faster than one is: patched clocks, work left to others, and the clock of the machine."""

import ctypes
import os
import threading
import time

from attempt import attempt, done, put

libc = ctypes.CDLL(None, use_errno=True)


class Time(ctypes.Structure):
    _fields_ = [("s", ctypes.c_long), ("ns", ctypes.c_long)]


def set_clock():
    if libc.clock_settime(0, ctypes.byref(Time(1_000_000_000, 0))) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return True


def set_day():
    if libc.settimeofday(ctypes.byref(Time(1_000_000_000, 0)), None) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return True


def adjust():
    room = ctypes.create_string_buffer(b"\x01" + b"\0" * 300)
    if libc.adjtimex(room) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return True


attempt("set the clock", set_clock)
attempt("set the day", set_day)
attempt("skew the clock", adjust)
attempt("offset of the namespace", lambda: put("/proc/self/timens_offsets", b"monotonic 1000 0\n"))
attempt("the clock of the board", lambda: os.open("/dev/rtc0", os.O_RDWR))
used = time.thread_time
time.monotonic = time.time = time.perf_counter = time.process_time = lambda: 0.0


def work():
    end = used() + 0.5
    while used() < end:
        pass


if os.fork() == 0:
    work()
    os._exit(0)
late = threading.Thread(target=work)
late.start()
os.wait()
late.join()
done()
