"""A filter of system calls as classic BPF: a deny-list, since an allow-list breaks NumPy and PyTorch.

The kernel runs it on every system call of the program inside. Calls that open new attack surface answer "not
permitted"; `clone3` answers "no such call", so that libraries fall back to `clone`, whose flags can be read;
calls of a foreign architecture kill the process, since their numbers mean other things. Source of the layout:
Linux, Documentation/userspace-api/seccomp_filter.rst. Container engines get the same list in their own format, the
`linux.seccomp` of the OCI runtime specification.
"""

from __future__ import annotations

import errno
import json
import platform
import struct
from functools import cache
from typing import Any

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
_DENIED: dict[str, tuple[int | None, int | None]] = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "unshare": (272, 97), "setns": (308, 268), "pivot_root": (155, 41), "chroot": (161, 51),
    "mount": (165, 40), "umount2": (166, 39), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "open_tree_attr": (467, 467),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "create_module": (174, None), "get_kernel_syms": (177, None), "query_module": (178, None),
    "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "syslog": (103, 116),
    "open_by_handle_at": (304, 265), "pidfd_getfd": (438, 438), "fanotify_init": (300, 262),
    "lookup_dcookie": (212, 18), "nfsservctl": (180, 42), "uselib": (134, None), "vhangup": (153, 58),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266), "adjtimex": (159, 171),
    "sethostname": (170, 161), "setdomainname": (171, 162),
    "iopl": (172, None), "ioperm": (173, None), "modify_ldt": (154, None),
    "migrate_pages": (256, 238), "move_pages": (279, 239),
}
"""Call -> its number on x86_64 and on aarch64, None where it has none."""
_FOR_BUILDS = ("unshare", "setns", "pivot_root", "chroot", "mount", "umount2", "sethostname")
_MODES: dict[str, tuple[int | None, int | None, int]] = {
    "chmod": (90, None, 1), "fchmod": (91, 52, 1), "fchmodat": (268, 53, 2), "fchmodat2": (452, 452, 2),
    "creat": (85, None, 1), "mknod": (133, None, 1), "mknodat": (259, 33, 2),
}
"""Call -> its numbers, and which argument is the mode of a file."""
_OPENS: dict[str, tuple[int | None, int | None, int]] = {"open": (2, None, 1), "openat": (257, 56, 2)}
"""Call -> its numbers, and which argument holds the flags; the mode follows, and means something for new files only."""
_OPENAT2 = 437
"""Its arguments lie in memory, where no filter reads; whoever calls it knows how to do without."""
_NEW_FILES = (0o100, 0o20000000)
"""O_CREAT and the bit of O_TMPFILE."""
_SET_ID = (0o4000, 0o2000)
"""A file with one of these in the workspace would lend our user, or a run's, to whoever else is on the machine."""
_FCNTL = (72, 25)
_SET_LEASE = 1024
"""F_SETLEASE makes others who open a file wait, and the file may be one of ours."""
_MOST_FAMILIES = 64
"""The kernel knows fewer, and answers to a higher number what the filter would."""
_MACHINES = {"x86_64": 0, "aarch64": 1}
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
    at = _MACHINES[machine]
    allow, refuse = _do(_RETURN, _ALLOW), _refuse(errno.EPERM)
    code = [
        _do(_LOAD, _ARCHITECTURE),
        _do(_EQUAL, _AUDIT[machine], yes=1),
        _do(_RETURN, _KILL),
        _do(_LOAD, _NUMBER),
        *((_do(_AT_LEAST, _X32, no=1), _do(_RETURN, _KILL)) if machine == "x86_64" else ()),
        *_when(_CLONE3, _refuse(errno.ENOSYS)),
        *_when(_OPENAT2, _refuse(errno.ENOSYS)),
    ]
    for numbers in _DENIED.values():
        code += _when(numbers[at], refuse)
    set_id = [_do(_ANY_BIT, sum(_SET_ID), no=1), refuse, allow]
    for call in _MODES.values():
        code += _when(call[at], _argument(call[2]), *set_id)
    for call in _OPENS.values():
        new = [_argument(call[2]), _do(_ANY_BIT, sum(_NEW_FILES), yes=1), allow]
        code += _when(call[at], *new, _argument(call[2] + 1), *set_id)
    code += _when(_FCNTL[at], _argument(1), _do(_EQUAL, _SET_LEASE, no=1), refuse, allow)
    code += _when(clone, _argument(0), _do(_ANY_BIT, _NEW_NAMESPACES, no=1), refuse, allow)
    code += _when(ioctl, _argument(1), *_among(_TERMINAL, refuse), allow)
    code += _when(socket, _argument(0), *_among(_FAMILIES, allow), _refuse(errno.EAFNOSUPPORT))
    code.append(allow)
    return b"".join(code)


@cache
def profile(machine: str | None = None, *, builds: bool = False) -> str:
    """The same filter for a container engine, as the JSON file of `--security-opt seccomp=`; KeyError as `program`.

    `builds` leaves out what an engine needs that builds an image inside: mounts, roots and namespaces of its own.

    Arguments are compared in their low halves, as the kernel reads them: a call with bits above those is no way past.
    """
    machine = machine or platform.machine()
    architecture = {"x86_64": "SCMP_ARCH_X86_64", "aarch64": "SCMP_ARCH_AARCH64"}[machine]
    at = _MACHINES[machine]
    names = [name for name, numbers in _DENIED.items() if numbers[at] is not None]
    modes = {name: call[2] for name, call in _MODES.items() if call[at] is not None}
    opens = {name: call[2] for name, call in _OPENS.items() if call[at] is not None}
    spaces = [1 << bit for bit in range(32) if _NEW_NAMESPACES >> bit & 1]
    if builds:
        names, spaces, modes, opens = [name for name in names if name not in _FOR_BUILDS], [], {}, {}
    families = [family for family in range(_MOST_FAMILIES) if family not in _FAMILIES]
    rules = [
        _rule("clone3", errno.ENOSYS),
        _rule("openat2", errno.ENOSYS),
        *(_rule(name, errno.EPERM) for name in names),
        *(_rule("clone", errno.EPERM, (0, bit, bit)) for bit in spaces),
        *(_rule(name, errno.EPERM, (mode, bit, bit)) for name, mode in modes.items() for bit in _SET_ID),
        *(
            _rule(name, errno.EPERM, (flags, new, new), (flags + 1, bit, bit))
            for name, flags in opens.items()
            for new in _NEW_FILES
            for bit in _SET_ID
        ),
        _rule("fcntl", errno.EPERM, (1, _LOW_HALF, _SET_LEASE)),
        *(_rule("ioctl", errno.EPERM, (1, _LOW_HALF, request)) for request in _TERMINAL),
        *(_rule("socket", errno.EAFNOSUPPORT, (0, _LOW_HALF, family)) for family in families),
    ]
    return json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "architectures": [architecture], "syscalls": rules})


_LOW_HALF = 0xFFFFFFFF


def _rule(name: str, refusal: int, *arguments: tuple[int, int, int]) -> dict[str, Any]:
    """Refuse a call; with arguments, (which, mask, value), only where each of them has this value under its mask."""
    rule: dict[str, Any] = {"names": [name], "action": "SCMP_ACT_ERRNO", "errnoRet": refusal}
    if arguments:
        rule["args"] = [
            {"index": index, "value": mask, "valueTwo": value, "op": "SCMP_CMP_MASKED_EQ"}
            for index, mask, value in arguments
        ]
    return rule


def _do(operation: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """One instruction: what to do, with what, and how many to skip when it is true or not."""
    return struct.pack("=HBBI", operation, yes, no, value)


def _refuse(number: int) -> bytes:
    return _do(_RETURN, _ERRNO | number)


def _argument(index: int) -> bytes:
    return _do(_LOAD, _ARGUMENTS + 8 * index)


def _when(number: int | None, *then: bytes) -> list[bytes]:
    if number is None:  # this machine has no such call
        return []
    return [_do(_EQUAL, number, no=len(then)), *then]


def _among(values: tuple[int, ...], then: bytes) -> list[bytes]:
    return [part for value in values for part in (_do(_EQUAL, value, no=1), then)]
