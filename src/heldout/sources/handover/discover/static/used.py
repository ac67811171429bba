"""What the steps of a plan do, told again from their commands: a person may have edited them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from heldout.evidence.types import Location
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.drafts import Draft, draft_of
from heldout.sources.handover.discover.shell import read_commands
from heldout.sources.handover.discover.view import View, joined
from heldout.sources.handover.plan import Plan, Step


@dataclass(frozen=True)
class Used:
    """A step with the drafts of its commands."""

    step: Step
    drafts: tuple[Draft, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The delivery's own files that it is made of."""
        found = [path for draft in self.drafts for path in (*draft.study.files, draft.script or "") if path]
        return tuple(dict.fromkeys(found))


def used_by(view: View, plan: Plan) -> tuple[Used, ...]:
    """Every step of the plan with what its commands do."""
    return tuple(Used(step, tuple(_drafts(view, step))) for step in plan.steps)


def _drafts(view: View, step: Step) -> Iterator[Draft]:
    place = step.locations[0] if step.locations else Location(path=step.notebook or step.folder)
    if step.notebook is not None:
        yield draft_of(
            view, Candidate(step.command, ("jupyter",), 0, step.origin, place, step.folder, notebook=step.notebook)
        )
        return
    for command in read_commands(step.command, folder=step.folder):
        folder = joined(".", command.folder) or step.folder
        yield draft_of(view, Candidate(command.text, command.words, 0, step.origin, place, folder))
