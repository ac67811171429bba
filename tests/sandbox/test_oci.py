"""The provider of container engines passes the suite with each engine that this machine has."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from heldout.sandbox import oci
from heldout.sandbox.base import NoSandboxError
from heldout.sandbox.oci import Oci
from tests.sandbox.conformance import CASES

ENGINES = ("podman", "docker")


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Oci]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HELDOUT_OCI_ENGINE", request.param)
        try:
            yield oci.find_oci()
        except NoSandboxError as error:
            if os.environ.get("CI") and request.param == "podman" and shutil.which("podman"):
                raise
            pytest.skip(str(error))


@pytest.mark.parametrize("name", CASES)
def test_conformance(name: str, engine: Oci, place: Path) -> None:
    CASES[name](engine, place)
