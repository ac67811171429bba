"""Reads how a delivery's own tests went: executed, passed, failed, and skipped ones, which are no passes."""

from __future__ import annotations

import re

from heldout.evidence.types import Frozen

_PYTEST = re.compile(
    r"^=*\s*((?:\d+ (?:passed|failed|errors?|skipped|xfailed|xpassed|deselected|warnings?|rerun)(?:, )?)+)"
    r" in [\d.]+ ?s",
    re.MULTILINE,
)
_PART = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed|deselected|warnings?|rerun)")
_UNITTEST = re.compile(r"^Ran (\d+) tests? in [\d.]+s", re.MULTILINE)
_UNITTEST_END = re.compile(r"^(?:OK|FAILED)(?: \(([^)]*)\))?\s*$", re.MULTILINE)
_NAMED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


class Tested(Frozen):
    """The outcome of a run of tests. All counts are of tests; `executed` is False when no runner reported."""

    executed: bool
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    names: tuple[str, ...] = ()
    """The failed ones, as the runner names them."""

    @property
    def ran(self) -> int:
        """How many really ran: skipped ones did not."""
        return self.passed + self.failed + self.errors


def read_tests(output: str) -> Tested:
    """The outcome by the last summary of pytest or unittest in an output."""
    summaries = _PYTEST.findall(output)
    if summaries:
        counts: dict[str, int] = {}
        for number, kind in _PART.findall(summaries[-1]):
            counts[kind.rstrip("s") if kind.startswith("error") else kind] = int(number)
        return Tested(
            executed=True,
            passed=counts.get("passed", 0) + counts.get("xpassed", 0),
            failed=counts.get("failed", 0),
            errors=counts.get("error", 0),
            skipped=counts.get("skipped", 0) + counts.get("xfailed", 0),
            names=tuple(dict.fromkeys(_NAMED.findall(output)))[:20],
        )
    ran = _UNITTEST.findall(output)
    if not ran:
        return Tested(executed=False)
    ends = _UNITTEST_END.findall(output)
    counts = {key: int(n) for key, n in re.findall(r"(\w+)=(\d+)", ends[-1] if ends else "")}
    failed, errors, skipped = (counts.get(key, 0) for key in ("failures", "errors", "skipped"))
    return Tested(
        executed=True,
        passed=max(0, int(ran[-1]) - failed - errors - skipped),
        failed=failed,
        errors=errors,
        skipped=skipped,
    )
