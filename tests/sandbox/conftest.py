"""A sandbox, as root and as an ordinary user; without one these tests are skipped, except where CI is set."""

from __future__ import annotations

import os
import pickle
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from heldout.sandbox import cgroups, folders, jail
from heldout.sandbox.base import NoSandboxError, Sandbox
from heldout.sandbox.provider import find_sandbox

NOBODY = 64_321
"""A user id that nobody has."""


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    try:
        return find_sandbox("bubblewrap")
    except NoSandboxError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user may pass; pytest closes its own to others whenever it starts once more."""
    with tempfile.TemporaryDirectory(prefix="heldout-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def as_user(action: Callable[[Sandbox, Path], None], folder: Path) -> None:
    """Do something as a user without any rights, in a child process; raise what it raises. `folder` is a `place`."""
    folder.chmod(0o777)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            os.environ["HELDOUT_DATA"] = str(folder / "kept-by-heldout")
            os.chdir(folder)
            sys.executable = "/usr/bin/python3"  # the one that runs the tests may stand in a folder closed to others
            jail.forget()
            for cached in (cgroups.find_hierarchy, folders._staged):
                cached.cache_clear()
            action(find_sandbox("bubblewrap"), folder)
            outcome = b""
        except BaseException as error:  # noqa: BLE001 - carried over to the parent
            outcome = pickle.dumps(f"{type(error).__name__}: {error}\n{traceback.format_exc()}")
        os.write(writer, outcome[:60_000])
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as told:
        outcome = told.read()
    os.waitpid(child, 0)
    if outcome:
        pytest.fail(pickle.loads(outcome))
