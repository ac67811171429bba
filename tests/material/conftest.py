"""Fixtures of the material tests."""

from collections.abc import Iterator

import pytest

from .forges import Server, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running
