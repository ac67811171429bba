"""What the 28 tests look at: the texts of a delivery by kind, the checks of the audit, and what was seen of runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from heldout.evidence import Location
from heldout.sources.handover.ml_test_score.rules import Rule, Signs, Where
from heldout.sources.handover.own.delivered import MOST, Delivered, Text, in_comment
from heldout.sources.handover.plan import Plan
from heldout.sources.handover.record import Ran
from heldout.sources.handover.result import Check, TestScore

Places = tuple[Location, ...]


@dataclass
class Looking:
    """One delivery while its tests are scored."""

    delivered: Delivered
    plan: Plan
    runs: Sequence[Ran]
    checks: Sequence[Check]

    @cached_property
    def _texts(self) -> dict[Where, tuple[Text, ...]]:
        code = self.delivered.code
        return {
            "code": code,
            "scripts": tuple(text for text in code if text.cell is None),
            "tests": self.delivered.tests,
            "ci": self.delivered.workflows,
            "settings": self.delivered.settings,
            "pages": self.delivered.pages,
        }

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Names of the columns that a model was seen to be fitted on; else those delivered, the target apart."""
        seen = [name for run in self.runs if run.seen for fit in run.seen.fits for name in fit.names]
        told = [name for data in self.plan.data for name in data.columns if name != data.target]
        return tuple(dict.fromkeys(seen or told))

    def check(self, id_: str) -> Check | None:
        """The audit's check of this id: a failed one first, then a passed one, then an open one."""
        order = {"fail": 0, "pass": 1, "not_assessable": 2}
        found = sorted((check for check in self.checks if check.id == id_), key=lambda check: order[check.state])
        return found[0] if found else None

    def first(self, where: Where, pattern: re.Pattern[str]) -> Places:
        """The first place of a pattern, empty for none."""
        return next(self._found(where, pattern), ())

    def signs(self, signs: Signs) -> Places:
        """The first place of any of these signs, empty for none; tests that fail are no sign."""
        tests = self.check("O7")
        failing = tests is not None and tests.state == "fail"
        counted = [(where, pattern) for where, pattern in signs.items() if where != "tests" or not failing]
        return next((place for where, pattern in counted if (place := self.first(where, pattern))), ())

    @cached_property
    def _own_modules(self) -> frozenset[str]:
        """Names by which the delivery's own code is imported."""
        paths = [entry.path for entry in self.delivered.material.tree.files if entry.suffix == ".py"]
        parts = {part for path in paths for part in path.removesuffix(".py").split("/")}
        return frozenset(parts - {"tests", "test", "conftest", "__init__"})

    def _of_its_own(self, match: re.Match[str]) -> bool:
        """Whether a match that names an imported module names one of the delivery's own."""
        named = [match[group] for group in ("own", "own2") if group in match.re.groupindex and match[group]]
        return not named or named[0].split(".")[0] in self._own_modules

    def _found(self, where: Where, pattern: re.Pattern[str]) -> Iterator[Places]:
        if where == "paths":
            for entry in self.delivered.material.tree.files:
                if pattern.search(entry.path):
                    yield (Location(artifact=self.delivered.material.name, path=entry.path),)
            return
        for text in self._texts[where]:
            for match in islice(pattern.finditer(text.text), MOST):
                if (where == "pages" or not in_comment(text, match)) and self._of_its_own(match):
                    yield (text.place(match),)
                    break

    def automated(self, rule: Rule, message: str, places: Places = ()) -> TestScore:
        """A whole point."""
        return TestScore(**_of(rule), state="automated", message=message, locations=places)

    def by_hand(self, rule: Rule, message: str, places: Places = ()) -> TestScore:
        """Half a point."""
        return TestScore(**_of(rule), state="by_hand", message=message, locations=places)

    def missing(self, rule: Rule, message: str, places: Places = ()) -> TestScore:
        """No point."""
        return TestScore(**_of(rule), state="missing", message=message, locations=places)

    def open(self, rule: Rule, message: str) -> TestScore:
        """Not assessable: neither for nor against."""
        return TestScore(**_of(rule), state="not_assessable", message=message)


def _of(rule: Rule) -> dict[str, str]:
    return {"id": rule.id, "section": rule.section, "title": rule.title}
