"""A filter of system calls as classic BPF: a deny-list, since an allow-list breaks NumPy and PyTorch.

The kernel runs it on every system call of the program inside. Calls that open new attack surface answer "not
permitted"; `clone3` answers "no such call", so that libraries fall back to `clone`, whose flags can be read;
calls of a foreign architecture kill the process, since their numbers mean other things. Source of the layout:
Linux, Documentation/userspace-api/seccomp_filter.rst.
"""

from __future__ import annotations

import errno
import platform
import struct
from functools import cache

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
"""Offsets in `struct seccomp_data`; an argument takes eight bytes, its low half first."""
_X32 = 0x40000000

_NEW_NAMESPACES = 0x00000080 | 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
"""CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET."""
_FAMILIES = (1, 2, 10)
"""AF_UNIX, AF_INET, AF_INET6; VSOCK, NETLINK, ALG, PACKET and the rest reach the kernel or the host."""
_TERMINAL = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX type into the terminal of somebody else."""

# fmt: off
_DENIED = {
    "x86_64": (
        101, 310, 311, 312,                      # ptrace, process_vm_readv, process_vm_writev, kcmp
        272, 308, 155, 161, 165, 166,            # unshare, setns, pivot_root, chroot, mount, umount2
        428, 429, 430, 431, 432, 433, 442, 467,  # open_tree ... mount_setattr, open_tree_attr
        248, 249, 250,                           # add_key, request_key, keyctl
        321, 298, 323, 425, 426, 427,            # bpf, perf_event_open, userfaultfd, io_uring
        246, 320, 175, 313, 176, 174, 177, 178,  # kexec, modules
        169, 167, 168, 163, 179, 443, 103,       # reboot, swapon, swapoff, acct, quotactl, quotactl_fd, syslog
        304, 438, 300, 212, 180, 134, 153,       # open_by_handle_at, pidfd_getfd, fanotify_init, old ones, vhangup
        164, 227, 305, 159, 170, 171,            # clocks, host name
        172, 173, 154, 256, 279,                 # iopl, ioperm, modify_ldt, migrate_pages, move_pages
    ),
    "aarch64": (
        117, 270, 271, 272,
        97, 268, 41, 51, 40, 39,
        428, 429, 430, 431, 432, 433, 442, 467,
        217, 218, 219,
        280, 241, 282, 425, 426, 427,
        104, 294, 105, 273, 106,
        142, 224, 225, 89, 60, 443, 116,
        265, 438, 262, 18, 42, 58,
        170, 112, 266, 171, 161, 162,
        238, 239,
    ),
}
_CALLS = {"x86_64": (56, 41, 16), "aarch64": (220, 198, 29)}
"""clone, socket, ioctl."""
_CLONE3 = 435
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# fmt: on


def supported() -> bool:
    """Whether the filter is written for this machine's architecture."""
    return platform.machine() in _AUDIT


@cache
def program(machine: str | None = None) -> bytes:
    """The filter for a machine (default: this one), as `bwrap --seccomp` reads it; KeyError for an unknown one."""
    machine = machine or platform.machine()
    clone, socket, ioctl = _CALLS[machine]
    code = [
        _do(_LOAD, _ARCHITECTURE),
        _do(_EQUAL, _AUDIT[machine], yes=1),
        _do(_RETURN, _KILL),
        _do(_LOAD, _NUMBER),
        *((_do(_AT_LEAST, _X32, no=1), _do(_RETURN, _KILL)) if machine == "x86_64" else ()),
        *_when(_CLONE3, _refuse(errno.ENOSYS)),
    ]
    for number in _DENIED[machine]:
        code += _when(number, _refuse(errno.EPERM))
    code += _when(clone, _argument(0), _do(_ANY_BIT, _NEW_NAMESPACES, no=1), _refuse(errno.EPERM), _do(_RETURN, _ALLOW))
    code += _when(ioctl, _argument(1), *_among(_TERMINAL, _refuse(errno.EPERM)), _do(_RETURN, _ALLOW))
    code += _when(socket, _argument(0), *_among(_FAMILIES, _do(_RETURN, _ALLOW)), _refuse(errno.EAFNOSUPPORT))
    code.append(_do(_RETURN, _ALLOW))
    return b"".join(code)


def _do(operation: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """One instruction: what to do, with what, and how many to skip when it is true or not."""
    return struct.pack("=HBBI", operation, yes, no, value)


def _refuse(number: int) -> bytes:
    return _do(_RETURN, _ERRNO | number)


def _argument(index: int) -> bytes:
    return _do(_LOAD, _ARGUMENTS + 8 * index)


def _when(number: int, *then: bytes) -> list[bytes]:
    return [_do(_EQUAL, number, no=len(then)), *then]


def _among(values: tuple[int, ...], then: bytes) -> list[bytes]:
    return [part for value in values for part in (_do(_EQUAL, value, no=1), then)]
