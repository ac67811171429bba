"""What several kinds of tests share: a sandbox, without which they are skipped, except where CI is set."""

from __future__ import annotations

import os

import pytest

from heldout.sandbox.base import NoSandboxError
from heldout.sandbox.provider import find_sandbox


@pytest.fixture(scope="session")
def needs_sandbox() -> None:
    try:
        find_sandbox()
    except NoSandboxError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
