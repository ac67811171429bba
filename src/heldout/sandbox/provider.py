"""Which way of running foreign code this machine has."""

from __future__ import annotations

import sys

from heldout.errors import InputError
from heldout.sandbox.base import NoSandboxError, Sandbox

PROVIDERS = ("bubblewrap", "oci")
"""In the order in which they are tried."""


def find_sandbox(name: str | None = None) -> Sandbox:
    """The provider of this name, or the first that works here.

    Raises InputError for an unknown name, NoSandboxError, saying what to install or switch on, when none works.
    """
    if name is not None and name not in PROVIDERS:
        raise InputError(f"{name!r} is no sandbox; there is {' and '.join(PROVIDERS)}")
    reasons = []
    for candidate in (name,) if name else PROVIDERS:
        try:
            return open_sandbox(candidate)
        except NoSandboxError as error:
            reasons.append(f"{candidate}: {error}")
    raise NoSandboxError(
        "this machine has no sandbox, so nothing foreign is run (reviews need none). " + "; ".join(reasons)
    )


def open_sandbox(name: str) -> Sandbox:
    """The provider of this name. Raises NoSandboxError with what to install or to switch on."""
    if name == "oci":
        from heldout.sandbox.oci import find_oci

        return find_oci()
    if sys.platform != "linux":
        raise NoSandboxError("bubblewrap needs Linux")
    from heldout.sandbox.bubblewrap import find_bubblewrap

    return find_bubblewrap()
