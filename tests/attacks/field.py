"""What an attack is let loose on, and how to tell afterwards that nothing happened to it."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from heldout.sandbox.base import Completed, Job, Limits, Mount, Sandbox, Workspace

PYTHON = "/usr/bin/python3"
PROGRAMS = Path(__file__).parent / "programs"
FRESH = """
import os, sys
print(sorted(os.listdir('/tmp')), sorted(os.listdir('/dev/shm')), sorted(os.listdir('/work')))
print(len([name for name in os.listdir('/proc') if name.isdigit()]) < 4, sys.stdin.read())
open('/work/x', 'w').write('x')
open('/tmp/x', 'w').write('x')
"""


class Field:
    """A home with a secret and with what is mounted, on a machine with services; `place` is open to every user."""

    def __init__(self, place: Path, sandbox: Sandbox) -> None:
        self.place = place
        self.sandbox = sandbox
        self.word = secrets.token_hex(12)
        self.mark = secrets.token_hex(12)
        self.home = place / "home"
        self.given = self.home / "given"
        (self.given / "package").mkdir(parents=True)
        self.secret = self.home / "secret.txt"
        self.secret.write_text(self.whole)
        (self.given / "data.csv").write_text("a,b\n1,2\n" * 100)
        (self.given / "package" / "__init__.py").write_text("safe = True\n")
        (self.given / "data.csv").chmod(0o666)
        self.programs = place / "programs"
        self.programs.mkdir()
        for source in PROGRAMS.iterdir():
            if source.is_file():
                (self.programs / source.name).write_bytes(source.read_bytes())
        self.callers: list[str] = []
        self.port = 0
        self.here = self.beside()
        self.before = self.picture()

    @property
    def whole(self) -> str:
        """The word that must not come out; programs are told its beginning only."""
        return self.word + "-out" + "side"

    def job(self, program: str, workspace: Workspace | None, *arguments: str, limits: Limits) -> Job:
        """The hostile program, with what it would otherwise have to guess."""
        place = str(self.place)
        start = (PYTHON, "-B") if program.endswith(".py") else ("/bin/sh",)
        told = {
            "SECRET": str(self.secret),
            "CANARY_SHAPE": self.word,
            "PORT": str(self.port),
            "UNIX": f"{place}/service.sock",
            "ABSTRACT": f"heldout-{self.mark}",
            "ADDRESSES": " ".join(addresses()),
            "PIDS": f"{os.getpid()} {os.getppid()}",
            "TELLTALES": ":".join((place, os.uname().nodename, str(Path.cwd()))),
        }
        return Job(
            (*start, f"/attack/{program}", *arguments),
            workspace,
            (Mount(self.programs, "/attack"), Mount(self.given, "/given")),
            environment={"ATTACK_MARK": self.mark, **{name: value[::-1] for name, value in told.items()}},
            stdin=b"given",
            limits=limits,
        )

    def picture(self) -> dict[str, tuple[object, ...]]:
        """All that must stay as it is: the home, what is mounted, and the programs of the machine that are used."""
        ours = [self.home, *self.home.rglob("*"), *self.programs.rglob("*")]
        bwrap = getattr(self.sandbox, "bwrap", None)
        theirs = [Path(PYTHON).resolve(), Path("/bin/sh"), Path("/etc/passwd"), *([bwrap] if bwrap else [])]
        # Of a program of the machine an installer may make another link at any time.
        return {str(path): looks(path) for path in ours} | {str(path): looks(path)[1:] for path in theirs}

    def beside(self) -> list[str]:
        """What stands where the tests were started, unless that is where the field is."""
        return sorted(path.name for path in Path.cwd().iterdir()) if Path.cwd() != self.place else []

    def check(self, done: Completed) -> None:
        """What holds after every attack: nothing outside changed, nothing runs, nothing came out."""
        said = done.stdout + done.stderr
        assert b"ESCAPED" not in said, said.decode("utf-8", "replace")
        assert b"\nAttributeError" not in said, said.decode("utf-8", "replace")
        assert self.whole.encode() not in said
        now = self.picture()
        assert now == self.before, [path for path in now if now[path] != self.before.get(path)]
        assert self.beside() == self.here
        assert self.running() == []
        assert self.callers == []

    def running(self) -> list[int]:
        """Processes of the attack that are still there."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and self.mark.encode() in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def fresh(self) -> None:
        """The next run finds nothing of the one before, and works."""
        with self.sandbox.workspace() as workspace:
            done = self.sandbox.run(Job((PYTHON, "-I", "-c", FRESH), workspace, stdin=b"hello"))
            assert done.ok, (done.why, done.stderr)
            assert done.stdout == b"[] [] []\nTrue hello\n"
            assert workspace.read("x") == b"x"

    @contextmanager
    def services(self) -> Iterator[None]:
        """Services of the machine, on its network and by socket; whoever calls is written down."""
        with ExitStack() as stack:
            listening = []
            for family, address in (
                (socket.AF_INET, ("0.0.0.0", 0)),
                (socket.AF_UNIX, str(self.place / "service.sock")),
                (socket.AF_UNIX, f"\0heldout-{self.mark}"),
            ):
                service = stack.enter_context(socket.socket(family))
                service.bind(address)
                service.listen()
                service.settimeout(0.1)
                listening.append(service)
            (self.place / "service.sock").chmod(0o777)
            self.port = listening[0].getsockname()[1]
            over = threading.Event()
            threads = [threading.Thread(target=self._answer, args=(service, over)) for service in listening]
            for thread in threads:
                thread.start()
            try:
                yield
            finally:
                over.set()
                for thread in threads:
                    thread.join()

    def _answer(self, service: socket.socket, over: threading.Event) -> None:
        while not over.is_set():
            try:
                caller, _ = service.accept()
            except TimeoutError:
                continue
            self.callers.append(repr(caller))
            caller.close()


def looks(path: Path) -> tuple[object, ...]:
    """Everything about a file that an attack might change."""
    told = path.lstat()
    content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
    return (told.st_nlink, told.st_mode, told.st_uid, told.st_gid, told.st_size, told.st_mtime_ns, content)


def addresses() -> list[str]:
    """The addresses of this machine in its networks."""
    table = Path("/proc/net/fib_trie").read_text().splitlines()
    found = {table[number - 1].split()[-1] for number, line in enumerate(table) if "/32 host LOCAL" in line}
    return sorted(found - {"127.0.0.1"})
