"""The delivery's own tests, where nobody says how to run them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from heldout.evidence.types import Location
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.view import View

TEST = re.compile(r"test_[^/]*\.py|[^/]*_test\.py")


def test_steps(view: View) -> Iterator[Candidate]:
    """One candidate for all test files together, started at the root."""
    found = [entry.path for entry in view.having(".py") if TEST.fullmatch(entry.name) and holds_tests(view, entry.path)]
    if found:
        words = ("python", "-m", "pytest", "-q")
        yield Candidate(
            command=" ".join(words),
            words=words,
            trust=45,
            origin="inferred",
            location=Location(path=found[0], line=1),
            folder=view.folder,
            name="tests",
            purpose="test",
        )


def holds_tests(view: View, path: str) -> bool:
    """Whether a file holds tests: a script that is only called so does not."""
    text = view.text(path)
    return bool(re.search(r"^\s*(async )?def test_|^class \w*Test|import (unittest|pytest)", text, re.MULTILINE))
