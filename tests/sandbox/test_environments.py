"""Environments are built inside, against the relay alone; what fails there is the delivery's, what fails here, ours."""

from __future__ import annotations

import importlib
import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from heldout.sandbox.base import Job, Limits, Sandbox, SandboxFault, Verdict
from heldout.sandbox.environments import ENV, Attempt, Recipe, build
from heldout.sandbox.interpreters import Interpreter, interpreters
from heldout.sandbox.relay import Relay, relay
from tests.sandbox.conftest import as_user
from tests.sandbox.packages import LocalIndex, local_index, sdist, wheel

DAY = date(2021, 6, 1)
LIMITS = Limits(wall_s=240, cpus=2, memory_bytes=2 << 30, processes=256)
COMPILED = """
import subprocess, sysconfig
include = sysconfig.get_paths()["include"]
subprocess.check_call(["gcc", "-shared", "-fPIC", "-I", include, "fast.c", "-o", "src/fast.so"])
"""
FAST = """
#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *args) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "fast", "", -1, methods};
PyMODINIT_FUNC PyInit_fast(void) { return PyModule_Create(&module); }
"""


@pytest.fixture
def index() -> Iterator[LocalIndex]:
    with local_index() as index:
        index.add_pip()
        index.add(wheel("thing", "1.0"), "2021-05-01T10:00:00Z")
        index.add(wheel("thing", "2.0"), "2023-05-01T10:00:00Z")
        yield index


@pytest.fixture
def running(index: LocalIndex, place: Path) -> Iterator[Relay]:
    with relay(place / "cache", index.address) as running:
        yield running


@pytest.fixture
def delivery(place: Path) -> Path:
    folder = place / "delivery"
    folder.mkdir()
    (folder / "requirements.txt").write_text("thing\n")
    return folder


def python() -> Interpreter:
    return interpreters()[-1]


def made(sandbox: Sandbox, running: Relay, recipe: Recipe, delivery: Path, place: Path) -> Attempt:
    return build(sandbox, running, recipe, delivery, place / "env", LIMITS)


def runs(sandbox: Sandbox, attempt: Attempt, text: str) -> bytes:
    """What a program says that is run with an environment."""
    assert attempt.built, attempt.log
    job = Job((f"{ENV}/bin/python", "-c", text), mounts=attempt.built.mounts, environment={"PATH": attempt.built.path})
    done = sandbox.run(job)
    assert done.ok, done.stderr
    return done.stdout.strip()


def test_an_environment_is_built_and_used(sandbox: Sandbox, running: Relay, delivery: Path, place: Path) -> None:
    recipe = Recipe(python(), ("-r", "requirements.txt"))
    attempt = made(sandbox, running, recipe, delivery, place)
    assert runs(sandbox, attempt, "import thing; print(thing.version)") == b"2.0"
    assert attempt.built is not None
    assert "thing==2.0" in attempt.built.packages
    assert (attempt.built.digest, attempt.missing) == (replace(attempt.built, seconds=0).digest, ())
    assert not (place / "env" / "cache").exists()
    job = Job(("/bin/sh", "-c", f"echo owned > {ENV}/bin/owned; true"), mounts=attempt.built.mounts)
    sandbox.run(job)
    assert not (place / "env" / "bin" / "owned").exists()


def test_packages_of_the_day_bring_back_what_was_then(
    sandbox: Sandbox, running: Relay, delivery: Path, place: Path
) -> None:
    attempt = made(sandbox, running, Recipe(python(), ("thing",), as_of=DAY), delivery, place)
    assert runs(sandbox, attempt, "import thing; print(thing.version)") == b"1.0"


def test_pip_builds_an_environment_as_well(
    sandbox: Sandbox, running: Relay, index: LocalIndex, delivery: Path, place: Path
) -> None:
    needs_pip(index)
    attempt = made(sandbox, running, Recipe(python(), ("thing==1.0",), installer="pip"), delivery, place)
    assert runs(sandbox, attempt, "import thing; print(thing.version)") == b"1.0"


def needs_pip(index: LocalIndex) -> None:
    if "pip" not in index.files:
        pytest.skip("the Python that runs the tests brings no pip along")


def test_a_source_distribution_is_built_inside(
    sandbox: Sandbox, running: Relay, index: LocalIndex, delivery: Path, place: Path
) -> None:
    outside = place / "home"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    hostile = (
        "import socket\n"
        f"for path in ('{outside}/owned', '/etc/owned', '/root/owned', '/usr/owned', '/heldout/owned'):\n"
        "    try:\n        open(path, 'w').write('owned')\n    except OSError:\n        continue\n"
        "    raise SystemExit('wrote ' + path)\n"
        f"for path in ('{outside}/secret', '/etc/shadow'):\n"
        "    try:\n        open(path).read()\n    except OSError:\n        continue\n"
        "    raise SystemExit('read ' + path)\n"
        f"for where in (('127.0.0.1', {index.address.split(':')[2].split('/')[0]}), ('1.1.1.1', 80)):\n"
        "    try:\n        socket.create_connection(where, 1)\n    except OSError:\n        continue\n"
        "    raise SystemExit('reached ' + str(where))\n"
    )
    index.add(sdist("source", "1.0", {"src/source.py": "version = 'built'\n"}, before=hostile))
    attempt = made(sandbox, running, Recipe(python(), ("source",)), delivery, place)
    assert runs(sandbox, attempt, "import source; print(source.version)") == b"built"
    assert [path.name for path in outside.iterdir()] == ["secret"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_builds_an_environment(sandbox: Sandbox, index: LocalIndex, place: Path) -> None:
    index.add(sdist("source", "1.0", {"src/source.py": "version = 'built'\n"}))

    def work(sandbox: Sandbox, folder: Path) -> None:
        interpreters.cache_clear()
        (folder / "delivery").mkdir()
        with relay(folder / "cache", index.address) as running:
            recipe = Recipe(interpreters()[-1], ("source", "thing==1.0"))
            attempt = made(sandbox, running, recipe, folder / "delivery", folder)
            assert runs(sandbox, attempt, "import source, thing; print(source.version, thing.version)") == b"built 1.0"

    importlib.import_module("importlib.readers")  # the user may not read the Python that runs the tests
    as_user(work, place)


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_a_compiled_source_distribution_is_built(
    installer: str, sandbox: Sandbox, running: Relay, index: LocalIndex, delivery: Path, place: Path
) -> None:
    needs_pip(index)
    if not shutil.which("gcc", path="/usr/bin"):
        pytest.skip("no compiler on this machine")
    index.add(sdist("fast", "1.0", {"fast.c": FAST, "src/empty.py": ""}, before=COMPILED))
    attempt = made(sandbox, running, Recipe(python(), ("fast",), installer=installer), delivery, place)
    assert runs(sandbox, attempt, "import fast; print(fast.answer())") == b"42"


def test_a_build_that_needs_the_network_elsewhere_fails_by_itself(
    sandbox: Sandbox, running: Relay, index: LocalIndex, delivery: Path, place: Path
) -> None:
    before = "import urllib.request\nurllib.request.urlopen('http://data.example.org/weights.bin', timeout=2)"
    index.add(sdist("greedy", "1.0", {"src/greedy.py": ""}, before=before))
    attempt = made(sandbox, running, Recipe(python(), ("greedy",)), delivery, place)
    assert attempt.built is None
    assert attempt.done.verdict is Verdict.FAILED
    assert "urlopen" in attempt.log
    assert attempt.missing == ()


def test_a_private_package_is_named(sandbox: Sandbox, running: Relay, delivery: Path, place: Path) -> None:
    attempt = made(sandbox, running, Recipe(python(), ("thing", "acme-internal")), delivery, place)
    assert attempt.built is None
    assert attempt.missing == ("acme-internal",)


def test_a_yanked_version_is_still_found_by_its_pin(
    sandbox: Sandbox, running: Relay, index: LocalIndex, delivery: Path, place: Path
) -> None:
    index.add(wheel("thing", "3.0"), yanked="broken")
    attempt = made(sandbox, running, Recipe(python(), ("thing",)), delivery, place)
    assert runs(sandbox, attempt, "import thing; print(thing.version)") == b"2.0"


def test_files_of_the_recipe_stand_beside_those_of_the_delivery(
    sandbox: Sandbox, running: Relay, delivery: Path, place: Path
) -> None:
    recipe = Recipe(python(), ("-r", "pins.txt"), files=(("pins.txt", b"thing==1.0\n"),))
    attempt = made(sandbox, running, recipe, delivery, place)
    assert runs(sandbox, attempt, "import thing; print(thing.version)") == b"1.0"
    assert [path.name for path in delivery.iterdir()] == ["requirements.txt"]


def test_an_index_that_is_down_is_never_the_delivery_s_fault(sandbox: Sandbox, delivery: Path, place: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}/simple"
    with relay(place / "cache", address) as running, pytest.raises(SandboxFault, match="could not be read"):
        made(sandbox, running, Recipe(python(), ("thing",)), delivery, place)


def test_a_fault_of_the_index_does_not_follow_to_the_next_build(
    sandbox: Sandbox, running: Relay, index: LocalIndex, delivery: Path, place: Path
) -> None:
    index.status["/simple/flaky/"] = 500
    with pytest.raises(SandboxFault, match="500"):
        made(sandbox, running, Recipe(python(), ("flaky",)), delivery, place)
    attempt = made(sandbox, running, Recipe(python(), ("nowhere-to-be-found",)), delivery, place)
    assert attempt.built is None
    assert attempt.missing == ("nowhere-to-be-found",)


def test_a_file_that_was_changed_on_the_way_is_never_the_delivery_s_fault(
    sandbox: Sandbox, running: Relay, index: LocalIndex, delivery: Path, place: Path
) -> None:
    index.add(wheel("thing", "5.0"), hashes={"sha256": "0" * 64})
    with pytest.raises(SandboxFault, match="not the file"):
        made(sandbox, running, Recipe(python(), ("thing==5.0",)), delivery, place)


def test_a_build_that_runs_out_of_something_is_told_by_its_verdict(
    sandbox: Sandbox, running: Relay, index: LocalIndex, delivery: Path, place: Path
) -> None:
    index.add(sdist("slow", "1.0", {"src/slow.py": ""}, before="import time; time.sleep(600)"))
    attempt = build(sandbox, running, Recipe(python(), ("slow",)), delivery, place / "env", replace(LIMITS, wall_s=15))
    assert attempt.built is None
    assert attempt.done.verdict is Verdict.TIMEOUT


@pytest.mark.parametrize(
    ("recipe", "command"),
    [
        (("-r", "requirements.txt"), "uv pip install --python 3.9 -r requirements.txt"),
        (("thing",), "uv pip install --python 3.9 thing"),
    ],
)
def test_a_recipe_is_told_as_a_person_would_type_it(recipe: tuple[str, ...], command: str) -> None:
    interpreter = Interpreter((3, 9, 1), Path("/usr"), "/usr/bin/python3.9", ())
    assert Recipe(interpreter, recipe).command == command
    assert Recipe(interpreter, ("x",), as_of=DAY).command == "uv pip install --python 3.9 --exclude-newer 2021-06-01 x"
    assert Recipe(interpreter, ("x",), installer="pip", as_of=DAY).command == "pip install --python 3.9 x"
