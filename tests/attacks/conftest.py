"""The sandboxes of the other tests."""

from tests.sandbox.conftest import place, sandbox
from tests.sandbox.test_oci import engine

__all__ = ["engine", "place", "sandbox"]
