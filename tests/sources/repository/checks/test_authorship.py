"""Whose notice a file carries."""

from __future__ import annotations

import pytest

from heldout.sources.repository.checks.authorship import CopiedNotices
from tests.support import findings_of, history_of

LICENCE = {"LICENSE": "Copyright (c) 2026 Data Lab\n"}


@pytest.mark.parametrize(
    "notice",
    [
        "# Copyright 2026 Ada Lovelace\n",  # she commits here
        "# Copyright 2026 Ada King Lovelace\n",  # more of her name
        "# Copyright 2026 Some One\n# Copyright 2026 Data Lab\n# Copyright 2020 A Company\n",
    ],
)
def test_people_of_the_repository_are_no_strangers(notice: str) -> None:
    history = history_of(("Begin", 0, 10))
    assert not findings_of({**LICENCE, "a.py": notice + "x = 1\n"}, CopiedNotices(), history=history)


def test_a_stranger_alone_is_named_once() -> None:
    files = {**LICENCE, "a.py": "# Copyright 2020 A Company\nx = 1\n", "b.py": "x = 2\n"}
    (finding,) = findings_of(files, CopiedNotices())
    assert finding.measured["files"] == 1
    assert finding.message.startswith("1 Python file with")


def test_the_authors_of_the_package_are_no_strangers() -> None:
    files = {"feast/__init__.py": "", "feast/a.py": "# Copyright 2019 The Feast Authors\nx = 1\n"}
    assert not findings_of(files, CopiedNotices())
