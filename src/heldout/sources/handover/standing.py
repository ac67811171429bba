"""The environments of an audit: built once, mended when a run asks for it, found again when an audit goes on."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from pydantic import Field

from heldout.evidence.types import Frozen
from heldout.material.declarations import read_declarations
from heldout.material.tree import Tree
from heldout.sandbox.environments import Attempt as Made
from heldout.sandbox.environments import Built, Recipe
from heldout.sandbox.interpreters import Interpreter
from heldout.sandbox.tree import remove
from heldout.sources.handover.ladder import Planned, climb, rungs, with_more
from heldout.sources.handover.mending import OLDER, TEST_TOOLS, Mend, mend_by_declared, mend_for
from heldout.sources.handover.plan import Environment
from heldout.sources.handover.pythons import others, usual
from heldout.sources.handover.record import Attempt, Cause, Rung

_OLD = 180
"""Days after which packages are likely to be others."""
_READY = ("--only-binary", ":all:")
MENDS = 6
"""Changes to one environment after which we stop: what needs more is not delivered."""


class Standing(Frozen):
    """One environment as it stands, such that a later process can use it."""

    id: str
    at: str
    """Its folder on this machine; empty when none could be built."""
    python: str = ""
    packages: tuple[str, ...] = ()
    seconds: float = 0.0
    rung: Rung = "R0"
    note: str = ""
    """What it was made of, in words."""
    arguments: tuple[str, ...] = ()
    installer: str = "uv"
    as_of: date | None = None
    files: dict[str, str] = Field(default_factory=dict)
    """Files that were laid beside the delivery's, in base64."""
    mends: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Further declarations of the delivery's that were added, or could not be."""
    aged: tuple[date, ...] = ()
    """Days as of which its packages were taken, whether or not that helped."""
    attempts: tuple[Attempt, ...] = ()
    ours: bool = False
    """Whether it failed only by what we do not offer: time, network."""
    untried: str = ""
    """Why not every way to build it was tried, as a sentence."""
    beside: bool = False
    """Whether it stands beside the delivery's own environments, only to predict with older packages."""

    @property
    def there(self) -> bool:
        """Whether it can be used."""
        return bool(self.at) and Path(self.at).is_dir()


@dataclass
class Environments:
    """Builds and mends. `make` runs one recipe into a folder; `keep` stores a log and gives its path."""

    tree: Tree
    planned: dict[str, Environment]
    pythons: Sequence[Interpreter]
    folder: Path
    make: Callable[[Recipe, Path], Made]
    keep: Callable[[str, str], str]
    budget_s: float = 1800.0
    standing: dict[str, Standing] = field(default_factory=dict)
    _number: int = 0

    def build(self, id_: str) -> Standing:
        """The environment of this id, built up the ladder. Raises SandboxFault.

        Names that only imports gave, and that the index does not have, are left out: the build is not to fail by a
        guess of ours, and the code that needs them says so when it runs.
        """
        deadline = time.monotonic() + self.budget_s
        planned, tried, left = self.planned[id_], tuple[Attempt, ...](), tuple[str, ...]()
        while True:
            ways = rungs(planned, self.tree, self.pythons)
            done = climb(planned, ways, self._make, deadline=deadline, keep=partial(self._kept, len(left)))
            tried = (*tried, *done.tried)
            unknown = _unknown(planned, done.tried) if done.built is None else ""
            if not unknown:
                break
            left = (*left, unknown)
            wanted = tuple(name for name in planned.requirements if name != unknown)
            planned = planned.model_copy(update={"requirements": wanted})
        made = Standing(id=id_, at="", attempts=tried, ours=done.ours, untried=done.untried)
        if done.built is not None and done.recipe is not None:
            made = self._stand(id_, done.built, done.recipe, done.rung, done.tried[-1].recipe, tried)
        mends = tuple(f"{name} was left out, which the code imports and the index does not have" for name in left)
        self.standing[id_] = made.model_copy(update={"mends": mends, "added": left})
        return self.standing[id_]

    def built(self) -> dict[str, Built]:
        """What can be used, by id."""
        by_version = {str(python): python for python in self.pythons}
        return {
            id_: Built(Path(s.at), by_version[s.python], s.packages, s.seconds)
            for id_, s in self.standing.items()
            if s.there and s.python in by_version
        }

    def mend(self, id_: str, cause: Cause, *, counts: bool = True) -> bool:
        """Change an environment as the cause of a failed run asks; whether there is another environment now.

        `counts` tells whether the rung rises by it: what only a side command needs does not make a build worse.
        """
        before = self.standing[id_]
        if len(before.mends) >= MENDS:
            return False
        wanted = mend_by_declared(cause, self._also(id_, before)) or mend_for(cause, before.added)
        recipe = self._changed(id_, before, wanted, cause) if wanted else None
        if wanted is None or recipe is None:
            return False
        if wanted.older and recipe.as_of != self.planned[id_].as_of:
            wanted = replace(wanted, why="packages were taken as they were half a year before the last commit")
        level = max(int(before.rung[1]), self._cost(id_, wanted, recipe) if counts else 0)
        told = before.note.partition(", by ")[0].replace(f"; {OLDER}", "" if wanted.older else f"; {OLDER}")
        attempt = Planned(level, recipe, f"{told}; {_words(wanted)}")
        # Nobody waits for the compiling of what nothing declares: a version that comes ready made is as good.
        ready = (replace(attempt, recipe=replace(recipe, arguments=(*recipe.arguments, *_READY))),)
        # Packages of a day often come ready made only for another Python than that of today's.
        beside = others((recipe.python,), self.pythons) if wanted.older else ()
        further = tuple(replace(attempt, recipe=replace(recipe, python=python)) for python in beside)
        number = len(before.attempts) + 1
        done = climb(
            self.planned[id_],
            iter((*(ready if wanted.packages else ()), attempt, *further)),
            self._make,
            deadline=time.monotonic() + self.budget_s,
            keep=lambda name, text: self.keep(f"{name}-{number}", text),
        )
        attempts = (*before.attempts, *done.tried)
        aged = (*before.aged, recipe.as_of) if wanted.older and recipe.as_of else before.aged
        if done.built is None or done.recipe is None:
            self.standing[id_] = before.model_copy(
                update={
                    "attempts": attempts,
                    "added": (*before.added, *wanted.packages),
                    "also": (*before.also, *wanted.files),
                    "aged": aged,
                }
            )
            return False
        made = self._stand(id_, done.built, done.recipe, done.rung, done.tried[-1].recipe, attempts)
        tools = set(wanted.packages) <= TEST_TOOLS and bool(wanted.packages)
        kept = tuple(mend for mend in before.mends if not (wanted.older and mend == OLDER))
        mends = kept if tools else (*kept, wanted.why)
        self.standing[id_] = made.model_copy(
            update={
                "mends": mends,
                "added": (*before.added, *wanted.packages),
                "also": (*before.also, *wanted.files),
                "aged": aged,
            }
        )
        return True

    def beside(self, id_: str, pins: Sequence[str]) -> Iterator[Standing]:
        """The environment once more with older packages, in one way after the other; each takes the place of the last.

        First with what `pins` name, then as of the last commit, then half a year earlier. Raises SandboxFault.
        """
        before = self.standing[id_]
        recipe, last = self._recipe(before), self.planned[id_].as_of
        today = date.today()  # noqa: DTZ011 - a day is all that is meant
        day = last if last is not None and (today - last).days >= _OLD else None
        ways = [(tuple(pins), day)] if pins else []
        ways += [((), when) for when in (day, last - timedelta(days=_OLD) if last else None) if when]
        attempts: tuple[Attempt, ...] = ()
        for packages, when in ways:
            python = recipe.python if self.planned[id_].python or when is None else usual(when, self.pythons)
            wanted = replace(recipe, as_of=when, python=python)
            wanted = with_more(wanted, (*before.added, *packages)) if packages else wanted
            if wanted == recipe:
                continue
            told = before.note.partition(", by ")[0] + (f" with {' and '.join(packages)}" if packages else "")
            number = len(attempts) + 1
            done = climb(
                self.planned[id_],
                iter((Planned(3 if packages else 2, wanted, told),)),
                self._make,
                deadline=time.monotonic() + self.budget_s,
                keep=lambda name, text, n=number: self.keep(f"{name}-older-{n}", text),  # type: ignore[misc]
            )
            attempts = (*attempts, *done.tried)
            if done.built is None or done.recipe is None:
                continue
            made = self._stand(f"{id_}-older", done.built, done.recipe, done.rung, done.tried[-1].recipe, attempts)
            self.standing[made.id] = made.model_copy(update={"beside": True})
            yield self.standing[made.id]

    def back(self, before: Standing) -> None:
        """Take an earlier environment again, since a change did not help; the attempts stay on record."""
        now = self.standing[before.id]
        tried = {"attempts": now.attempts, "added": now.added, "also": now.also, "aged": now.aged}
        self.standing[before.id] = before.model_copy(update=tried)

    def _kept(self, round_: int, name: str, text: str) -> str:
        """A log kept by a name that no earlier round took."""
        return self.keep(f"{name}-{round_ + 1}" if round_ else name, text)

    def _also(self, id_: str, before: Standing) -> dict[str, set[str]]:
        """The packages of each further declaration that was not tried yet."""
        paths = [path for path in self.planned[id_].also if path not in before.also]
        return {path: {item.name for item in read_declarations(self.tree, [path]).declared} for path in paths}

    def _changed(self, id_: str, before: Standing, wanted: Mend, cause: Cause) -> Recipe | None:
        recipe = self._recipe(before)
        if wanted.older:
            day = self._day(id_, before, cause)
            if day is None:
                return None
            python = recipe.python if self.planned[id_].python else usual(day, self.pythons)
            return replace(recipe, as_of=day, python=python)
        if wanted.files:
            more = tuple(part for path in wanted.files for part in ("-r", path))
            return replace(recipe, arguments=(*recipe.arguments, *more))
        return with_more(recipe, (*before.added, *wanted.packages))

    def _day(self, id_: str, before: Standing, cause: Cause) -> date | None:
        """As of which day older packages are worth a try; None: of none.

        That of the last commit; where packages of that day are still too new for the code, half a year earlier, since
        makers work for a while with what they once installed.
        """
        last = self.planned[id_].as_of
        if last is None:
            return None
        days = [last] if (date.today() - last).days >= _OLD else []  # noqa: DTZ011 - a day is all that is meant
        if cause.code == "api_changed":
            days.append(last - timedelta(days=_OLD))
        now = before.as_of or date.max
        return next((day for day in days if day < now and day not in before.aged), None)

    def _cost(self, id_: str, wanted: Mend, recipe: Recipe) -> int:
        if wanted.older:
            return 2 if recipe.as_of == self.planned[id_].as_of else 3
        return 0 if wanted.files or set(wanted.packages) <= TEST_TOOLS else 3

    def _recipe(self, standing: Standing) -> Recipe:
        python = next(p for p in self.pythons if str(p) == standing.python)
        files = tuple((name, base64.b64decode(content)) for name, content in standing.files.items())
        arguments = standing.arguments[: -len(_READY)] if standing.arguments[-len(_READY) :] == _READY else None
        return Recipe(python, arguments or standing.arguments, standing.installer, standing.as_of, files)

    def _make(self, recipe: Recipe, name: str) -> Made:
        self._number += 1
        at = self.folder / f"{self._number}-{name}"
        remove(at)
        made = self.make(recipe, at)
        if made.built is None:
            remove(at)
        return made

    def _stand(
        self, id_: str, built: Built, recipe: Recipe, rung: Rung, note: str, attempts: tuple[Attempt, ...]
    ) -> Standing:
        return Standing(
            id=id_,
            at=str(built.at),
            python=str(built.python),
            packages=built.packages,
            seconds=built.seconds,
            rung=rung,
            note=note,
            arguments=recipe.arguments,
            installer=recipe.installer,
            as_of=recipe.as_of,
            files={name: base64.b64encode(content).decode() for name, content in recipe.files},
            attempts=attempts,
        )


def _unknown(planned: Environment, tried: Sequence[Attempt]) -> str:
    """A name of several that only imports gave which the index does not have; empty: none."""
    if planned.files or len(planned.requirements) < 2:
        return ""
    lacking = [attempt.cause.subject for attempt in tried if attempt.cause and attempt.cause.code == "private_index"]
    return next((name for name in lacking if name in planned.requirements), "")


def _words(wanted: Mend) -> str:
    if wanted.packages and set(wanted.packages) <= TEST_TOOLS:
        return f"{', '.join(wanted.packages)} for its tests"
    return wanted.why
