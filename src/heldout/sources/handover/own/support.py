"""O5, the support terms, from the answers; and O9, how many people know the work, from its history."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date

from heldout.evidence import Location
from heldout.material.history import History
from heldout.material.identity import People, is_bot
from heldout.sources.handover.answers import Answers, Question, questions
from heldout.sources.handover.own.delivered import Delivered
from heldout.sources.handover.result import Check

_ENOUGH = 0.5
"""Share of the needed terms that must be answered before anything is said of them."""

_SUPPORT = re.compile(
    r"^\W*((technical )?support|contacts?( us)?|maintainers?|getting help|help|soporte|contacto|suporte|kontakt|支持)"
    r"\W*$",
    re.IGNORECASE,
)

SECOND = 0.1
"""Share of the commits from which somebody counts as a second head."""


def support_check(answers: Answers | None, delivered: Delivered, today: date) -> Check:
    """Whether the terms of support and ownership were agreed; open when nobody answered."""
    needed = [question for question in questions() if question.needed]
    told = {q: answers.term(q.key) for q in needed} if answers else {}
    agreed = [q for q, term in told.items() if term and not _over(q, term, today)]
    over = [q for q, term in told.items() if term and _over(q, term, today)]
    refused = [q for q, term in told.items() if term is False]
    open_ = [q for q in needed if told.get(q) is None]
    measured = {"agreed": len(agreed), "not_agreed": len(refused) + len(over), "open": len(open_), "terms": len(needed)}
    if not (refused or over) and len(agreed) < _ENOUGH * len(needed):
        return Check(
            id="O5",
            area="own",
            state="not_assessable",
            message=_nobody_said(len(agreed), len(needed)),
            locations=tuple(_contacts(delivered)),
            measured=measured,
            why="A contact in a document is a courtesy; a term in a contract is an obligation.",
            mend="Answer the questions: heldout audit --answers FILE, or on the terminal.",
        )
    failed = bool(refused or over)
    parts = [f"{len(agreed)} of {len(needed)} terms are agreed"]
    if refused:
        parts.append(f"not agreed: {_terms(refused)}")
    if over:
        parts.append("support is over already")
    if open_:
        parts.append(f"left open: {_terms(open_)}")
    places = [answers.place(q.key) for q in (*refused, *over, *agreed)] if answers else []
    return Check(
        id="O5",
        area="own",
        state="fail" if failed else "pass",
        message="; ".join(parts) + ".",
        credit=1.0 if failed else len(agreed) / len(needed),
        severity="medium" if failed else "info",
        locations=tuple(place for place in places if place is not None)[:8],
        measured=measured,
        why="After the hand-over only what is agreed in writing holds.",
        mend=f"Agree in writing on {_terms([*refused, *over])}." if failed else "",
        clause=_clause([*refused, *over]) if failed and len(agreed) >= len(needed) / 2 else "",
    )


def heads_check(history: History | None) -> Check:
    """How many people know the work, by who committed; nobody is named."""
    if history is None or not history.assessable:
        why = history.reason if history is not None else "the delivery came without one"
        return Check(
            id="O9",
            area="own",
            state="not_assessable",
            message=f"Who wrote it cannot be told from a history: {why}.",
            mend="Ask for the repository with its history.",
        )
    people = People.of(history.commits)
    counts: Counter[int] = Counter()
    total = 0
    for commit in history.commits:
        if not is_bot(commit.author):
            total += 1
            both = {people.person_of[person] for person in (commit.author, *commit.co_authors) if not is_bot(person)}
            counts.update(both)
    shares = sorted((count / total for count in counts.values()), reverse=True) if total else []
    second = shares[1] if len(shares) > 1 else 0.0
    passed = second >= SECOND
    return Check(
        id="O9",
        area="own",
        state="pass" if passed else "fail",
        message=_heads(shares, total),
        severity="info" if passed else "low",
        measured={
            "people": len(shares),
            "commits": total,
            "largest_share": round(shares[0], 3) if shares else None,
            "heads": heads(shares),
        },
        why="What one person alone knows leaves with that person.",
        mend="" if passed else "Have somebody else of theirs, or of yours, change and retrain it while they watch.",
    )


def heads(shares: Iterable[float]) -> int:
    """The fewest people who together made at least half of the commits (the bus factor, by commits)."""
    total, count = 0.0, 0
    for share in sorted(shares, reverse=True):
        if total >= 0.5:
            break
        total += share
        count += 1
    return count


def _heads(shares: list[float], total: int) -> str:
    if not shares:
        return "Only programs committed to it."
    if len(shares) == 1:
        return f"One person made all {total} commits." if total > 1 else "One person made its only commit."
    if shares[1] < SECOND:
        most = f"{shares[0]:.0%}" if shares[0] < 0.995 else "nearly all"
        return f"One person made {most} of {total} commits; nobody else reaches {SECOND:.0%}."
    active = sum(share >= SECOND for share in shares)
    return f"{active} people made at least {SECOND:.0%} of {total} commits each; the first made {shares[0]:.0%}."


def _over(question: Question, term: str | bool | None, today: date) -> bool:
    """Whether the day on which support ends has passed."""
    if question.kind != "day" or not isinstance(term, str):
        return False
    try:
        return date.fromisoformat(term) < today
    except ValueError:
        return False


def _nobody_said(agreed: int, needed: int) -> str:
    if agreed:
        return f"Only {agreed} of {needed} terms of support and ownership were answered; the others are open."
    return "Nobody said what was agreed on support, ownership and accounts."


def _terms(asked: Iterable[Question]) -> str:
    return ", ".join(question.term for question in asked)


def _clause(missing: Iterable[Question]) -> str:
    return f"The contract settles what is not agreed yet: {_terms(missing)}."


def _contacts(delivered: Delivered) -> list[Location]:
    return [
        page.at(section.line)
        for page in delivered.pages
        for section in page.document.sections
        if _SUPPORT.match(section.title) and section.words >= 2
    ][:3]
