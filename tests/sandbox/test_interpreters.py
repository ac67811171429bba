"""The Pythons of this machine are found where people have them, and work inside though their homes are closed."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from heldout.sandbox import interpreters as module
from heldout.sandbox.base import Job, Limits, Sandbox, SandboxFault
from heldout.sandbox.folders import made, staged
from heldout.sandbox.interpreters import Interpreter, interpreters
from tests.sandbox.conftest import NOBODY, as_user
from tests.sandbox.packages import local_index

MODULES = "ssl, sqlite3, ctypes, lzma, bz2, zlib, hashlib, decimal, uuid, _multiprocessing, multiprocessing.pool, venv"
TELL = f"""
import {MODULES}
import os, sys, sysconfig
assert ctypes.CDLL(None).getpid() == os.getpid()
assert sqlite3.connect(":memory:").execute("select 1").fetchone() == (1,)
assert lzma.decompress(lzma.compress(b"x")) == bz2.decompress(bz2.compress(b"x")) == b"x"
assert ssl.create_default_context() is not None
print(".".join(map(str, sys.version_info[:3])), sys.prefix, sys.flags.dont_write_bytecode)
"""


@pytest.fixture
def clean(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine whose Pythons the test makes, and a data folder of its own."""
    monkeypatch.setenv("HELDOUT_DATA", str(place / "data"))
    monkeypatch.setenv("PYENV_ROOT", str(place / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(place / "uv"))
    monkeypatch.setenv("PATH", "")
    interpreters.cache_clear()
    yield place
    interpreters.cache_clear()


def all_of_them() -> tuple[Interpreter, ...]:
    interpreters.cache_clear()
    return interpreters()


def stand_in(folder: Path, version: str, *, says: str | None = None) -> Path:
    """A program that answers as a Python of a version would."""
    minor = ".".join(version.split(".")[:2])
    program = folder / "bin" / f"python{minor}"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/sh\necho {says or f'Python {version}'}\n")
    program.chmod(0o755)
    (folder / "lib" / f"python{minor}").mkdir(parents=True, exist_ok=True)
    return program


def test_the_newest_of_each_minor_version_is_taken(clean: Path) -> None:
    for version in ("3.6.15", "3.7.1", "3.7.17", "3.7.9", "3.40.2", "2.7.18"):
        stand_in(clean / "pyenv" / "versions" / version, version)
    stand_in(clean / "uv" / "cpython-3.40", "3.40.1")
    found = {interpreter.minor: str(interpreter) for interpreter in all_of_them()}
    assert (found["3.7"], found["3.40"]) == ("3.7.17", "3.40.2")
    assert not {"3.6", "2.7"} & set(found)


def test_what_is_no_python_of_its_own_is_passed_over(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(clean / "venv", "3.41.0")
    (clean / "venv" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    stand_in(clean / "broken", "3.42.0", says="Segmentation fault")
    stand_in(clean / "mute", "3.43.0").write_text("#!/bin/sh\nexit 1\n")
    shims = stand_in(clean / "pyenv", "3.44.0").parent
    shims.rename(clean / "pyenv" / "shims")
    places = [clean / name / "bin" for name in ("venv", "broken", "mute", "gone")] + [clean / "pyenv" / "shims"]
    monkeypatch.setenv("PATH", ":".join(map(str, places)))
    assert not {f"3.4{number}" for number in range(1, 5)} & {interpreter.minor for interpreter in all_of_them()}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_place_that_is_closed_to_us_is_passed_over(clean: Path) -> None:
    stand_in(clean / "pyenv" / "versions" / "3.47.0", "3.47.0")
    (clean / "pyenv").chmod(0o700)
    as_user(lambda _sandbox, _folder: all_of_them(), clean)


def test_the_system_s_own_needs_no_mount(clean: Path) -> None:
    for interpreter in all_of_them():
        if interpreter.inside.startswith("/usr/"):
            assert interpreter.mounts == ()


def test_a_machine_without_any_is_told_what_to_install(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_programs", lambda: iter(()))
    with pytest.raises(SandboxFault, match="install one"):
        all_of_them()


def test_a_build_that_was_replaced_is_copied_anew(clean: Path) -> None:
    program = stand_in(clean / "pyenv" / "versions" / "3.45.0", "3.45.0")
    (first,) = (one for one in all_of_them() if one.minor == "3.45")
    program.unlink()
    stand_in(program.parent.parent, "3.45.0").write_text("#!/bin/sh\n# another build\necho Python 3.45.0\n")
    (second,) = (one for one in all_of_them() if one.minor == "3.45")
    assert first.mounts[0].source != second.mounts[0].source
    assert "another build" in (second.mounts[0].source / "bin" / "python3.45").read_text()


def test_making_a_python_reachable_changes_nothing_of_the_user_s(clean: Path) -> None:
    home = clean / "pyenv" / "versions" / "3.46.0"
    program = stand_in(home, "3.46.0")
    private = home / "lib" / "python3.46" / "private.py"
    private.write_text("x = 1\n")
    private.chmod(0o600)
    program.chmod(0o744)
    (kept,) = (one.mounts[0].source for one in all_of_them() if one.minor == "3.46")
    assert (private.stat().st_mode & 0o777, program.stat().st_mode & 0o777) == (0o600, 0o744)
    assert (kept / "lib" / "python3.46" / "private.py").stat().st_mode & 0o777 == 0o644
    assert (kept / "bin" / "python3.46").stat().st_mode & 0o777 == 0o755


def test_what_is_staged_twice_is_kept_once_and_opened_to_all(clean: Path) -> None:
    source = clean / "tools"
    source.mkdir(mode=0o700)
    (source / "run.py").write_text("x = 1\n")
    (source / "run.py").chmod(0o600)
    first = staged(source)
    assert staged(source) == first
    assert (first / "run.py").stat().st_mode & 0o777 == 0o644
    assert (source / "run.py").stat().st_mode & 0o777 == 0o600


def test_a_folder_is_made_by_several_at_once(place: Path) -> None:
    together = threading.Barrier(8)

    def make(number: int) -> Path:
        together.wait(60)
        return made(place / f"{number // 8}" / "deep" / "deeper")

    with ThreadPoolExecutor(8) as pool:
        assert all(folder.is_dir() for folder in pool.map(make, range(80)))
    (place / "file").touch()
    with pytest.raises(SandboxFault, match="cannot be made"):
        made(place / "file" / "below")


def ours() -> list[Interpreter]:
    """The real ones of this machine, found once."""
    try:
        return list(interpreters())
    except SandboxFault:
        return []


def works(sandbox: Sandbox, interpreter: Interpreter) -> None:
    """Its compiled modules import inside, and it believes itself at home."""
    limits = Limits(wall_s=120)
    done = sandbox.run(Job((interpreter.inside, "-I", "-c", TELL), mounts=interpreter.mounts, limits=limits))
    assert done.ok, (str(interpreter), done.why, done.stderr)
    version, prefix, _ = done.stdout.decode().split()
    assert (version, prefix) == (str(interpreter), str(interpreter.home))


@pytest.mark.parametrize("interpreter", ours(), ids=str)
def test_each_python_of_this_machine_works_inside(interpreter: Interpreter, sandbox: Sandbox) -> None:
    works(sandbox, interpreter)


def in_a_closed_home(place: Path, patch: pytest.MonkeyPatch) -> Path:
    """A copy of the system's Python in a home that only its owner may enter. It finds its modules beside itself, and
    stands in for the system's own, which is as new.
    """
    program = Path("/usr/bin/python3").resolve()
    modules = Path("/usr/lib") / program.name
    if not modules.is_dir():
        pytest.skip("this system has no Python of its own")
    home = place / "home" / ".pyenv" / "versions" / "closed"
    (home / "bin").mkdir(parents=True)
    shutil.copy2(program, home / "bin")
    left_out = shutil.ignore_patterns("site-packages", "dist-packages", "test", "tests", "idlelib", "*.a")
    shutil.copytree(modules, home / "lib" / program.name, symlinks=True, ignore=left_out, copy_function=link)
    (place / "home").chmod(0o700)
    everything = module._programs
    patch.setattr(module, "_programs", lambda: (one for one in everything() if Path("/usr") not in one.parents))
    patch.setenv("PYENV_ROOT", str(place / "home" / ".pyenv"))
    return place / "home"


def link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def closed() -> Interpreter:
    (found,) = (one for one in all_of_them() if one.home.name == "closed")
    return found


def test_a_python_in_a_closed_home_works_inside(sandbox: Sandbox, clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_a_closed_home(clean, monkeypatch)
    works(sandbox, closed())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_python_in_an_ordinary_user_s_home_works_inside(
    sandbox: Sandbox, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = in_a_closed_home(place, monkeypatch)
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(place / "uv"))
    monkeypatch.setenv("PATH", "")
    os.chown(home, NOBODY, NOBODY)
    as_user(lambda sandbox, _folder: works(sandbox, closed()), place)


def test_a_python_makes_environments_with_its_own_pip(sandbox: Sandbox) -> None:
    able = [one for one in ours() if (one.home / "lib" / f"python{one.minor}" / "ensurepip").is_dir()]
    if not able:
        pytest.skip("no Python of this machine brings its pip along")
    python = able[-1]
    text = f"{python.inside} -m venv v && v/bin/python -m pip --version && v/bin/python -c 'import sys; sys.exit(0)'"
    with sandbox.workspace() as workspace:
        done = sandbox.run(Job(("/bin/sh", "-c", text), workspace, python.mounts, limits=Limits(wall_s=240)))
        assert done.ok, (done.why, done.stderr)
        assert done.stdout.startswith(b"pip ")


def test_two_pythons_make_two_environments(sandbox: Sandbox, place: Path) -> None:
    from heldout.sandbox.environments import Recipe, build
    from heldout.sandbox.relay import relay
    from tests.sandbox.packages import wheel

    found = ours()
    if len(found) < 2:
        pytest.skip("this machine has one Python")
    (place / "delivery").mkdir()
    with local_index() as index:
        index.add_pip()
        index.add(wheel("thing", "1.0"))
        with relay(place / "cache", index.address) as running:
            for interpreter in (found[0], found[-1]):
                at = place / interpreter.minor
                attempt = build(sandbox, running, Recipe(interpreter, ("thing",)), place / "delivery", at)
                assert attempt.built, attempt.log
                job = Job(
                    ("/env/bin/python", "-c", "import sys, thing; print(sys.version_info[:2], thing.version)"),
                    mounts=attempt.built.mounts,
                )
                assert sandbox.run(job).stdout.decode() == f"{interpreter.version[:2]} 1.0\n"
