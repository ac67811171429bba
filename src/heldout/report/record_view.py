"""The record of a case as its page and the terminal show it."""

from __future__ import annotations

from heldout.decision.law import laws
from heldout.decision.record import Record
from heldout.decision.record.requirements import Requirement
from heldout.decision.record.result import Held, Weighed
from heldout.report.words import count, listed

HELD: dict[Held, tuple[str, str]] = {
    "kept": ("✔", "Kept"),
    "part": ("◐", "Part is missing"),
    "missing": ("✖", "Missing"),
    "open": ("◇", "Nothing to keep yet"),
}
"""Sign and words of each state."""
NO_ADVICE = (
    "This lists what laws and guidelines ask to be kept, as far as we know them, and what this case holds of it. It is "
    "no legal advice and no certificate, and it does not say that anything was done lawfully."
)


def headline(record: Record) -> str:
    """The first sentence: what is overdue, else what is missing, else that nothing is."""
    if record.overdue:
        return f"This case was to be kept until {record.kept_until}. That day has passed: delete it."
    if not record.lacking:
        return "Nothing of what is listed here is missing."
    names = [answer.requirement.what.partition(",")[0].lower() for answer in record.lacking]
    return f"{count(len(record.lacking), 'thing is', 'things are')} missing, in part or whole: {listed(names)}."


def asked_by(requirement: Requirement) -> tuple[tuple[str, str, str], ...]:
    """Of each law that asks for it: the place in it, since when, and a mark (`` when it was read in the original)."""
    marks = {"seen": "", "secondary": "weak: read only in accounts", "recalled": "weak: from memory"}
    return tuple((asked.place, asked.since, marks[asked.sure]) for asked in requirement.laws)


def hardly(weighed: Weighed) -> str:
    """What moved a worth by less than is shown, and why that may be."""
    return (
        f"Each of these moved it by less than a hundredth of a level: {'; '.join(weighed.slight)}. That is so where "
        "what was seen is about what is expected of everybody, is too unsure to say more, lies in what weighs little "
        "for this role, or speaks in part for you and in part against."
    )


NO_WORDS = "Nobody wrote a sentence for you on this page. You may ask for one."
REASON_KEPT = "The reason that was written down with the decision is kept. You may ask for what it says of you."
NOTES_KEPT = (
    "Interviewers rate each by themselves and note what they heard. Neither their notes nor their names are printed "
    "here; you may ask for what was noted of you."
)
NOTHING_AGAINST = (
    "Nothing that counts for this role spoke against it. A level below what the role asks for then says that too "
    "little of the kind was shown."
)
EXPLAINED = {
    "nothing_against": NOTHING_AGAINST,
    "no_words": NO_WORDS,
    "reason_kept": REASON_KEPT,
    "notes_kept": NOTES_KEPT,
    "hardly": hardly,
}
"""What the page of a candidate says in the same words to everybody."""
LAWS = laws().named("eu-ai-act", "gdpr-22", "ugesp", "nyc-ll144", "ada", "us-states")
