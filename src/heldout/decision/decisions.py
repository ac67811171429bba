"""What people decided, why, and how it turned out: kept in the case beside the memo that they had before them.

    decision/2026-11-24-1.json            one decision: who, when, what, why, and the memo as it was
    decision/2026-11-24-1-outcome-1.json  how it turned out some months later

Nothing is overwritten: a change of mind is a further decision.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from heldout.decision.result import Decision
from heldout.errors import InputError
from heldout.evidence import LATER, NOBODY, Case, CaseError, Subject
from heldout.evidence.case import read_model
from heldout.evidence.files import locked, write_atomically
from heldout.evidence.types import Frozen
from heldout.standard.yaml_models import said

DELETED = "(deleted)"
ERASED = "(the reason spoke of a subject who was deleted)"
_LEAST_REASON = 20
_LEAST_NAME = 3
_NUMBER = re.compile(r"\d{4}-\d\d-\d\d-(\d+)\.json")


class HumanDecision(Frozen):
    """A person's decision. `choice` is a subject's slug, `nobody` or `later`; `follows` whether it is the memo's
    leader or level with them, None for one of whom it had not enough to tell; `memo` the memo as it was, None once a
    subject in it was deleted."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    decided_at: datetime
    by: str = Field(min_length=1, max_length=100)
    choice: str
    choice_name: str
    reason: str = Field(min_length=_LEAST_REASON, max_length=10_000)
    follows: bool | None
    evidence_digest: str
    model_version: str
    memo: Decision | None
    for_candidates: dict[str, str] = Field(default_factory=dict)
    """What candidates are told of why, by their slugs."""

    @property
    def beside_the_memo(self) -> str:
        """How the choice stands to the memo, in words; nothing where nobody was chosen."""
        if self.choice in (NOBODY, LATER):
            return ""
        if self.follows is None or (self.follows and self.memo and not _tells(self.memo)):
            return "the memo's first, of whom it had not enough to tell"
        return "as the memo had it" if self.follows else "otherwise than the memo"


class Outcome(Frozen):
    """How a choice turned out: the level at which the person or vendor really works, by somebody who sees it.

    `level` is on the 1-5 scale of the role's competencies as a whole; `levels` of single ones, where known.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    decision: str
    subject: str
    months: int = Field(ge=1, le=120)
    recorded_at: datetime
    by: str = Field(min_length=1, max_length=100)
    level: float | None = Field(default=None, ge=1, le=5)
    levels: dict[str, Annotated[float, Field(ge=1, le=5)]] = Field(default_factory=dict)
    still_there: bool
    note: str = Field(default="", max_length=10_000)


def record_decision(
    case: Case, memo: Decision, *, by: str, choice: str, reason: str, for_candidates: Mapping[str, str] | None = None
) -> Path:
    """Keep a person's decision with the memo that it was made on; returns the file.

    `choice` is a subject's name or slug, `nobody` or `later`; `for_candidates` what each, by name or slug, is told of
    why. Raises InputError with all that is wrong: no such subject or one that goes by these words, a reason too short
    to be one; or when nobody signs, or what one candidate is told names another.
    """
    problems, subject = [], None
    try:
        subject = _chosen(case, choice)
    except CaseError as error:
        problems.append(str(error))
    if len(reason.strip()) < _LEAST_REASON:
        problems.append(
            f"the reason {reason.strip()!r} is too short for anybody to follow; write in a sentence or two why this is "
            "right, above all where you decide otherwise than the memo"
        )
    if problems:
        raise InputError("\n".join(problems))
    made = HumanDecision(
        decided_at=datetime.now(UTC).replace(microsecond=0),
        by=_signed(by),
        choice=subject.slug if subject else choice,
        choice_name=subject.name if subject else choice,
        reason=reason.strip(),
        follows=_follows(memo, subject),
        evidence_digest=memo.evidence_digest,
        model_version=memo.model_version,
        memo=memo,
        for_candidates=dict(_for_one(case, name, text) for name, text in (for_candidates or {}).items()),
    )
    with locked(case.path):
        folder = case.folder("decision")
        folder.mkdir(exist_ok=True)
        day = made.decided_at.date().isoformat()
        taken = [int(found[1]) for path in folder.glob(f"{day}-*.json") if (found := _NUMBER.fullmatch(path.name))]
        target = folder / f"{day}-{max(taken, default=0) + 1}.json"
        write_atomically(target, made.model_dump_json(by_alias=True, indent=1) + "\n")
    return target


def _chosen(case: Case, choice: str) -> Subject | None:
    """The subject that is chosen; None for the words that name none, which no subject may be called by."""
    if choice not in (NOBODY, LATER):
        return case.subject(choice)
    if any(choice in (subject.slug, subject.name) for subject in case.subjects):
        raise CaseError(
            f"a subject of this case is called `{choice}`, which also is a decision without a name; give them a longer "
            f"name in {case.path / 'case.toml'}, and their folder below subjects the same"
        )
    return None


def record_outcome(
    case: Case,
    *,
    subject: str,
    months: int,
    by: str,
    level: float | None,
    levels: dict[str, float],
    still_there: bool,
    note: str = "",
) -> Path:
    """Keep how the choice of `subject` turned out after `months`; returns the file.

    It belongs to the latest decision for that subject. Raises InputError when there is none, or when a figure is out
    of its range.
    """
    chosen = case.subject(subject)
    mine = [(path, made) for path, made in decisions(case) if made.choice == chosen.slug]
    if not mine:
        raise InputError(
            f"no decision for {chosen.name} is recorded in {case.path}; record it first: "
            f'heldout decide {case.path} --choose "{chosen.name}" --by YOU --reason WHY'
        )
    unknown = sorted(set(levels) - set(case.role.requires))
    if unknown:
        raise InputError(f"the role does not ask for {unknown[0]}; it asks for {', '.join(case.role.requires)}")
    path, _ = mine[-1]
    try:
        made = Outcome(
            decision=path.name,
            subject=chosen.slug,
            months=months,
            recorded_at=datetime.now(UTC).replace(microsecond=0),
            by=_signed(by),
            level=level,
            levels=levels,
            still_there=still_there,
            note=note,
        )
    except ValidationError as error:
        first = error.errors()[0]
        what, _ = said(first)
        raise InputError(f"{' of '.join(map(str, reversed(first['loc'])))} {what}; levels go from 1 to 5") from error
    with locked(case.path):
        number = 1 + len(list(case.folder("decision").glob(f"{path.stem}-outcome-*.json")))
        target = path.with_name(f"{path.stem}-outcome-{number}.json")
        write_atomically(target, made.model_dump_json(by_alias=True, indent=1) + "\n")
    return target


def decisions(case: Case) -> list[tuple[Path, HumanDecision]]:
    """The recorded decisions, oldest first; raises CaseError for a file that is not as it was written."""
    return [(path, read_model(path, HumanDecision)) for path in _files(case, outcomes=False)]


def outcomes(case: Case) -> list[tuple[Path, Outcome]]:
    """The recorded outcomes, oldest first; raises CaseError for a file that is not as it was written."""
    return [(path, read_model(path, Outcome)) for path in _files(case, outcomes=True)]


def superseded(one: Outcome, among: Sequence[Outcome]) -> bool:
    """Whether the same observer told of the same month again later: then the later one counts.

    What two people saw are two views, and both count. `among`, oldest first, holds `one` itself.
    """
    return [other for other in among if _seen(other) == _seen(one)][-1] is not one


def _seen(one: Outcome) -> tuple[str, str, int, str]:
    """What an outcome is about, and who saw it."""
    return one.decision, one.subject, one.months, one.by.casefold()


def forget(case: Case, subject: Subject) -> list[Path]:
    """Take a subject out of what was decided, and return the files changed or removed.

    That a decision was made, by whom, when and on which evidence stays; the memos that speak of the subject go, for
    their sentences and charts name everybody, and so does a reason that names them.
    """
    changed = []
    with locked(case.path):
        for path, outcome in outcomes(case):
            if outcome.subject == subject.slug:
                path.unlink()
                changed.append(path)
        for path, made in decisions(case):
            named = any(word.casefold() in made.reason.casefold() for word in subject.name.split())
            chosen = made.choice == subject.slug
            told = {
                slug: text
                for slug, text in made.for_candidates.items()
                if slug != subject.slug and not names_any(text, [subject.name])
            }
            spoken = made.memo is not None and any(one.slug == subject.slug for one in made.memo.subjects)
            if not (named or chosen or spoken or told != made.for_candidates):
                continue
            update: dict[str, object] = {"memo": None, "for_candidates": told}
            if chosen:
                update |= {"choice": DELETED, "choice_name": DELETED}
            if named or chosen:
                update["reason"] = ERASED
            kept = made.model_copy(update=update)
            write_atomically(path, kept.model_dump_json(by_alias=True, indent=1) + "\n")
            changed.append(path)
    return changed


def names_any(text: str, names: Iterable[str]) -> bool:
    """Whether a text names somebody: by the whole name, or by a part of it that is no short word."""
    parts = [part for name in names for part in (name, *name.split()) if len(part) >= _LEAST_NAME]
    return any(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text) for part in parts)


def _for_one(case: Case, name: str, text: str) -> tuple[str, str]:
    """What one candidate is told, by their slug; it must speak of them alone."""
    subject, said_of_them = case.subject(name), text.strip()
    if len(said_of_them) < _LEAST_REASON:
        raise InputError(
            f"what {subject.name} is to be told, {said_of_them!r}, is too short to follow; write a sentence or two"
        )
    mine = subject.name.split()
    others = [part for one in case.subjects if one.slug != subject.slug for part in one.name.split()]
    if names_any(said_of_them, [part for part in others if part not in mine]):
        raise InputError(
            f"what {subject.name} is to be told names another candidate; write it about {subject.name} alone"
        )
    return subject.slug, said_of_them


def _follows(memo: Decision, subject: Subject | None) -> bool | None:
    """Whether a choice is the memo's: its leader, or whoever it shows as level with them."""
    if not memo.leader or subject is None or subject.slug not in [one.slug for one in memo.heads]:
        return False
    return True if _tells(memo) else None


def _tells(memo: Decision) -> bool:
    """Whether a memo has a leader of whom enough was seen to say so."""
    return bool(memo.leader) and memo.subjects[0].worth.told


def _signed(by: str) -> str:
    signed = " ".join(by.split())
    if not signed:
        raise InputError("a decision needs somebody who answers for it; give --by and your name")
    return signed


def _files(case: Case, *, outcomes: bool) -> Iterator[Path]:
    found = [path for path in case.folder("decision").glob("*.json") if ("-outcome-" in path.name) == outcomes]
    return iter(
        sorted(found, key=lambda path: [int(part) if part.isdigit() else 0 for part in re.split(r"[-.]", path.name)])
    )
