"""The filter of system calls, run as the kernel runs it, for machines that we do not have as well."""

from __future__ import annotations

import errno
import json
import struct

import pytest

from heldout.sandbox import seccomp

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
NUMBERS = {
    "x86_64": {
        "read": 0, "open": 2, "openat": 257, "creat": 85, "chmod": 90, "fchmod": 91, "fchmodat": 268, "fchmodat2": 452,
        "mknodat": 259, "openat2": 437, "clone": 56, "clone3": 435, "socket": 41, "ioctl": 16, "fcntl": 72, "mmap": 9,
        "unshare": 272, "mount": 165, "ptrace": 101, "futex": 202, "execve": 59, "io_uring_setup": 425, "bpf": 321,
    },
    "aarch64": {
        "read": 63, "openat": 56, "fchmod": 52, "fchmodat": 53, "fchmodat2": 452, "mknodat": 33, "openat2": 437,
        "clone": 220, "clone3": 435, "socket": 198, "ioctl": 29, "fcntl": 25, "mmap": 222, "unshare": 97, "mount": 40,
        "ptrace": 117, "futex": 98, "execve": 221, "io_uring_setup": 425, "bpf": 280,
    },
}  # fmt: skip
EPERM, ENOSYS, NO_FAMILY = ERRNO | errno.EPERM, ERRNO | errno.ENOSYS, ERRNO | errno.EAFNOSUPPORT
CREATE, TEMPORARY = 0o100, 0o20200000
CASES = [
    ("read", (0, 0, 0), ALLOW), ("mmap", (0, 1 << 40, 7), ALLOW), ("futex", (1,), ALLOW), ("execve", (1,), ALLOW),
    ("unshare", (0,), EPERM), ("mount", (), EPERM), ("ptrace", (), EPERM), ("bpf", (), EPERM),
    ("io_uring_setup", (), EPERM), ("clone3", (), ENOSYS), ("openat2", (), ENOSYS),
    ("clone", (17,), ALLOW), ("clone", (0x003D0F00,), ALLOW), ("clone", (0x10000000 | 17,), EPERM),
    ("clone", (0x00020000,), EPERM), ("clone", (0x40000000,), EPERM), ("clone", (0x80,), EPERM),
    ("socket", (1, 1), ALLOW), ("socket", (2, 1), ALLOW), ("socket", (10, 2), ALLOW), ("socket", (16, 3), NO_FAMILY),
    ("socket", (40, 1), NO_FAMILY), ("socket", (17, 3), NO_FAMILY), ("socket", (1 << 32 | 40, 1), NO_FAMILY),
    ("ioctl", (0, 0x5401), ALLOW), ("ioctl", (0, 0x5412), EPERM), ("ioctl", (0, 1 << 32 | 0x5412), EPERM),
    ("ioctl", (0, 0x541C), EPERM),
    ("fcntl", (0, 2), ALLOW), ("fcntl", (0, 1024), EPERM), ("fcntl", (0, 1025), ALLOW),
    ("chmod", (0, 0o755), ALLOW), ("chmod", (0, 0o4755), EPERM), ("chmod", (0, 0o2755), EPERM),
    ("chmod", (0, 0o1777), ALLOW), ("fchmod", (0, 0o644), ALLOW), ("fchmod", (0, 0o6755), EPERM),
    ("fchmodat", (0, 0, 0o700), ALLOW), ("fchmodat", (0, 0, 0o4000), EPERM), ("fchmodat2", (0, 0, 0o4000), EPERM),
    ("mknodat", (0, 0, 0o104755), EPERM), ("mknodat", (0, 0, 0o10644), ALLOW), ("creat", (0, 0o4755), EPERM),
    ("open", (0, 0, 0o7777), ALLOW), ("open", (0, CREATE | 1, 0o644), ALLOW), ("open", (0, CREATE, 0o4755), EPERM),
    ("openat", (0, 0, 0, 0o7777), ALLOW), ("openat", (0, 0, CREATE | 1, 0o666), ALLOW),
    ("openat", (0, 0, CREATE, 0o2755), EPERM), ("openat", (0, 0, TEMPORARY | 2, 0o4755), EPERM),
    ("openat", (0, 0, TEMPORARY | 2, 0o600), ALLOW),
]  # fmt: skip


def answer(program: bytes, architecture: int, number: int, arguments: tuple[int, ...]) -> int:
    """What the kernel does: classic BPF over `struct seccomp_data`, little-endian."""
    padded = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("<IIQ6Q", number, architecture, 0, *padded)
    code = [struct.unpack_from("<HBBI", program, place) for place in range(0, len(program), 8)]
    here = value = 0
    while True:
        operation, yes, no, constant = code[here]
        here += 1
        if operation == 0x20:
            value = struct.unpack_from("<I", data, constant)[0]
        elif operation == 0x06:
            return int(constant)
        else:
            met = {0x15: value == constant, 0x35: value >= constant, 0x45: bool(value & constant)}[operation]
            here += yes if met else no


@pytest.mark.parametrize(
    ("machine", "call", "arguments", "expected"),
    [(machine, *case) for machine in MACHINES for case in CASES if case[0] in NUMBERS[machine]],
)
def test_the_filter(machine: str, call: str, arguments: tuple[int, ...], expected: int) -> None:
    assert answer(seccomp.program(machine), MACHINES[machine], NUMBERS[machine][call], arguments) == expected


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_of_another_architecture_end_the_program(machine: str) -> None:
    for architecture in (0x40000003, 0x40000028, 0):
        assert answer(seccomp.program(machine), architecture, 0, ()) == KILL
    x32 = answer(seccomp.program("x86_64"), MACHINES["x86_64"], 0x40000000 | 39, ())
    assert x32 == KILL


def test_the_kernel_takes_the_filter() -> None:
    for machine in MACHINES:
        assert len(seccomp.program(machine)) // 8 < 4096  # BPF_MAXINSNS
        assert len(seccomp.program(machine)) % 8 == 0


@pytest.mark.parametrize("machine", MACHINES)
def test_the_profile_for_engines_refuses_the_same_calls(machine: str) -> None:
    profile = json.loads(seccomp.profile(machine))
    refused = {name for rule in profile["syscalls"] for name in rule["names"] if not rule.get("args")}
    partly = {name for rule in profile["syscalls"] for name in rule["names"] if rule.get("args")}
    for call, number in NUMBERS[machine].items():
        answers = {expected for name, _, expected in CASES if name == call}
        if answers and answers <= {EPERM, ENOSYS} and call not in ("creat", "fchmodat2"):
            assert call in refused, call
        elif len(answers) > 1:
            assert call in partly, call
        elif answers == {ALLOW}:
            assert call not in refused | partly
        assert isinstance(number, int)


def test_a_build_may_mount_and_set_ids_and_nothing_else_more() -> None:
    profiles = [json.loads(seccomp.profile("x86_64", builds=builds))["syscalls"] for builds in (False, True)]
    plain, build = ({json.dumps(rule, sort_keys=True) for rule in rules} for rules in profiles)
    assert build < plain
    freed = {json.loads(rule)["names"][0] for rule in plain - build}
    assert freed == {
        "unshare", "setns", "pivot_root", "chroot", "mount", "umount2", "sethostname", "clone", "chmod", "fchmod",
        "fchmodat", "fchmodat2", "creat", "mknod", "mknodat", "open", "openat",
    }  # fmt: skip
