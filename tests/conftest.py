"""What several kinds of tests share: a sandbox, without which they are skipped, except where CI is set."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from heldout.sandbox.base import NoSandboxError
from heldout.sandbox.provider import find_sandbox

settings.register_profile("heldout", deadline=None)  # a property is no timed assert: a busy machine breaks none
settings.load_profile("heldout")


@pytest.fixture(scope="session")
def needs_sandbox() -> None:
    try:
        find_sandbox()
    except NoSandboxError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
