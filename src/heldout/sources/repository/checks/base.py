"""What a check is: a code, a docstring that is its documentation, and what it moves.

A check looks in up to three ways, because parsing happens in worker processes and judging in the parent:
`on_module` sees one parsed Python file or notebook, `on_text` one text file of any kind, `on_repository` the
whole, with everything that the first two noted. Each yields findings; the first two may also yield notes of
any picklable type, which `on_repository` finds under `repo.notes(self)`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from heldout.evidence import Finding, FlowStep, Location, Severity
from heldout.evidence.types import Measured

if TYPE_CHECKING:
    from heldout.sources.repository.module import Module
    from heldout.sources.repository.repository import Repository

T = TypeVar("T")

SECTIONS = ("What", "Why", "Example", "Limits")
"""The parts of every check's documentation, in this order."""


@dataclass(frozen=True, slots=True)
class Move:
    """How far a check may move the level of one competency, in level points on the 1-5 scale.

    `up` caps what its findings for the subject add, `down` what those against take away. Findings add up by
    strength (0-1) and the subject's share; a sum of one uses the whole cap. With `per_kloc`, that many full
    findings per 1,000 lines of code use the whole cap, so that a large repository is not punished for its size.
    """

    up: float = 0.0
    down: float = 0.0
    per_kloc: float | None = None


@dataclass(frozen=True)
class Text:
    """One text file of the repository; `lines[0]` is line 1."""

    path: str
    text: str
    artifact: str = ""

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends."""
        return self.text.split("\n")

    def location(self, line: int, end: int | None = None) -> Location:
        """A place in the file with its text."""
        shown = self.lines[line - 1 : min(end or line, line + 2)]
        return Location(
            artifact=self.artifact,
            path=self.path,
            line=line,
            end_line=end or line,
            snippet="\n".join(text[:160] for text in shown),
        )


@dataclass(frozen=True, slots=True)
class Noted(Generic[T]):
    """A note with the file that it was taken in."""

    path: str
    note: T


class Check:
    """Base of every check: subclasses give the class variables, a docstring, and one or more of the three looks."""

    code: ClassVar[str]
    moves: ClassVar[dict[str, Move]] = {}
    """Competency id -> how far this check may move it; an empty dict means that the check only informs."""
    severity: ClassVar[Severity] = "low"
    """The severity of a finding against the subject, unless the finding says otherwise."""
    why: ClassVar[str] = ""
    """One sentence for the report: why it counts."""
    mend: ClassVar[str] = ""
    """One sentence for the report: what would mend it."""
    ask: ClassVar[str] = ""
    """The question to ask the subject, or nothing."""
    ml_only: ClassVar[bool] = False
    """True when the check says nothing about a repository that holds no machine learning."""
    needs_whole: ClassVar[bool] = False
    """True when a source distribution or a wheel cannot show what the check looks for even where it exists (tests,
    CI, documents): its silence there then counts as what is typical, not as nothing."""
    off_by_default: ClassVar[bool] = False
    """True for opinions: the check runs only when it is asked for by code."""
    suffixes: ClassVar[tuple[str, ...]] = ()
    """For `on_text`: which files (lower-case suffix or whole name); all text files when empty."""
    parts: ClassVar[tuple[str, ...]] = ("code", "example")
    """For `on_module`: which parts of the repository (see `paths.Part`) the check speaks of."""

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Look at one parsed Python file or notebook, in a worker process."""
        return ()

    def on_text(self, text: Text) -> Iterable[Finding | object]:
        """Look at one text file, in a worker process."""
        return ()

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look at the whole repository, after all files."""
        return ()

    @classmethod
    def looks_at(cls, look: str) -> bool:
        """Whether the check overrides `look` (`on_module`, `on_text` or `on_repository`)."""
        return getattr(cls, look) is not getattr(Check, look)

    @property
    def title(self) -> str:
        """The first line of the documentation."""
        return (inspect.getdoc(type(self)) or "").partition("\n")[0].rstrip(".")

    @property
    def competencies(self) -> tuple[str, ...]:
        """The competencies that the check speaks for, the most moved first."""
        return tuple(sorted(self.moves, key=lambda c: -max(self.moves[c].up, self.moves[c].down)))

    def documentation(self) -> dict[str, str]:
        """The sections of the docstring by their names (`SECTIONS`)."""
        doc = inspect.getdoc(type(self)) or ""
        parts = re.split(rf"^({'|'.join(SECTIONS)}):", doc, flags=re.MULTILINE)
        return {name: inspect.cleandoc(body) for name, body in zip(parts[1::2], parts[2::2], strict=True)}

    # What follows spares each check the repetition of its own code and words.

    def against(
        self,
        message: str,
        *locations: Location,
        severity: Severity | None = None,
        strength: float = 1.0,
        flow: tuple[FlowStep, ...] = (),
        mend: str | None = None,
        ask: str | None = None,
        **measured: Measured,
    ) -> Finding:
        """A finding that speaks against the subject."""
        return Finding(
            code=self.code,
            polarity="against",
            severity=severity or self.severity,
            message=message,
            locations=locations,
            flow=flow,
            measured=measured,
            strength=min(max(strength, 0.0), 1.0),
            why=self.why,
            mend=self.mend if mend is None else mend,
            ask=self.ask if ask is None else ask,
        )

    def found(
        self, message: str, *locations: Location, strength: float = 1.0, ask: str = "", **measured: Measured
    ) -> Finding:
        """A finding that speaks for the subject."""
        return Finding(
            code=self.code,
            polarity="for",
            message=message,
            locations=locations,
            measured=measured,
            strength=min(max(strength, 0.0), 1.0),
            why=self.why,
            ask=ask,
        )

    def unknown(self, message: str, *locations: Location, ask: str | None = None, **measured: Measured) -> Finding:
        """A finding that says what could not be told, and why; it moves nothing."""
        return Finding(
            code=self.code,
            polarity="unknown",
            message=message,
            locations=locations,
            measured=measured,
            strength=0.0,
            why=self.why,
            ask=self.ask if ask is None else ask,
        )


def fraction(part: float, whole: float) -> float:
    """part / whole, 0 for an empty whole."""
    return part / whole if whole else 0.0


def ramp(value: float, low: float, high: float) -> float:
    """0 at `low`, 1 at `high`, straight between; low > high turns it round."""
    return min(max((value - low) / (high - low), 0.0), 1.0)


def rounded(number: int) -> int:
    """Two digits of a number that nobody would count to the last."""
    return int(float(f"{number:.2g}"))


def some(number: int, word: str) -> str:
    """A count that another reader may put a little otherwise: `some 70 files`; few are told as they are: `3 files`."""
    near = number if number < 20 else 5 * round(number / 5) if number < 100 else rounded(number)
    return f"{'some ' if number >= 5 else ''}{near:,} {word}{'' if number == 1 else 's'}"


def about(part: int, whole: int) -> str:
    """A share in words that hold for who counts a little otherwise: `about 9 in 10`; of under twenty, `most`."""
    share = fraction(part, whole)
    if share >= 0.95:
        return "all" if whole < 5 else "all or nearly all"
    if share < 0.05:
        return "hardly any"
    if whole >= 20:
        return f"about {max(round(share * 10), 1)} in 10" if not 0.45 <= share < 0.55 else "about half"
    return "most" if share >= 0.6 else "about half" if share >= 0.4 else "few"


def sentence(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def among(number: int, total: int, word: str, one: str, many: str) -> str:
    """A share with its verb: `2 of 3 files are`, `1 of 3 files is`, `The one file is`."""
    things = f"The one {word}" if number == total == 1 else f"{number} of {total} {word}{'' if total == 1 else 's'}"
    return f"{things} {one if number == 1 else many}"


def looked_at(number: int, total: int, word: str, one: str, many: str) -> str:
    """A share of what was looked at: `At least 2 of 3 files looked at are`, `The one file looked at is`."""
    if number == total == 1:
        return f"The one {word} looked at {one}"
    return f"At least {number} of {total} {word}{'' if total == 1 else 's'} looked at {one if number == 1 else many}"


def first(items: Iterable[T], most: int) -> Iterator[T]:
    """The first `most` items: a report shows a few places, not all."""
    for index, item in enumerate(items):
        if index >= most:
            return
        yield item
