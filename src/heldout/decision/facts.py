"""What a person should know beside the numbers: verdicts, grave findings, who made the evidence, who disagrees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from heldout.evidence import HANDED_OVER, Dossier
from heldout.wording import capital

_GRAVEST = 2
"""Grave findings of a subject that are told."""
_APART = 2.0
"""Level points between two interviewers' ratings, on average, from which it is told: by the model's own expectations
(noise .7, halo .45, severity .3) about one pair in twenty lies so far apart over two competencies."""
_SHARED = 2
"""Competencies that two must have rated both before they are held against each other."""


def facts(dossier: Dossier) -> tuple[str, ...]:
    """What no number holds of one subject, a sentence each, in the order in which it matters."""
    return (
        *_verdicts(dossier), *_handed_over(dossier), *_heard(dossier), *_disagreements(dossier), *_grave(dossier),
        *_states(dossier),
    )  # fmt: skip


def _verdicts(dossier: Dossier) -> Iterator[str]:
    for one in dossier.artifacts:
        if one.kind == "delivery" and one.measured.get("verdict"):
            yield f"Audit of {one.name}: {one.measured['verdict']}."


def _handed_over(dossier: Dossier) -> Iterator[str]:
    """What the subject made on their own machine: nobody here can tell whether it is as it says."""
    names = dict.fromkeys(one.name for one in dossier.artifacts if HANDED_OVER in one.gaps)
    if names:
        yield (
            f"What is said of {', '.join(names)} is from a dossier that they made themselves: nobody here has looked "
            "at the work, and that it is theirs is their own claim, taken for about three quarters of it."
        )


def _heard(dossier: Dossier) -> Iterator[str]:
    """Ratings that are no independent ones; how much less they are worth nobody knows, so the numbers leave it out."""
    for one in dossier.findings:
        if one.code == "INT-SEEN":
            yield f"{one.message.rstrip('.')}. It counts in full all the same."


def _disagreements(dossier: Dossier) -> Iterator[str]:
    """Two interviewers who saw somebody very differently: an average of both describes neither."""
    rated: dict[str, dict[str, float]] = defaultdict(dict)
    for one in dossier.evidence:
        if one.source == "interview" and one.level is not None:
            rated[one.rater][one.competency] = one.level
    for (first, high), (second, low) in combinations(rated.items(), 2):
        both = high.keys() & low.keys()
        gap = sum(high[name] - low[name] for name in both) / len(both) if len(both) >= _SHARED else 0.0
        if abs(gap) >= _APART:
            above, below = (first, second) if gap > 0 else (second, first)
            yield (
                f"{above} rates {abs(gap):.1f} levels higher than {below} on the {len(both)} competencies that both "
                "rated. Ask the two what they saw before you lean on the mean."
            )


def _grave(dossier: Dossier) -> tuple[str, ...]:
    read = (f for e in dossier.evidence if e.source == "repository" for f in e.findings)
    grave = [f for f in read if f.polarity == "against" and f.severity == "high" and f.suppressed is None]
    first = {f.code: f for f in reversed(grave)}  # one of a kind is enough beside the numbers
    told = [first[code] for code in dict.fromkeys(f.code for f in grave)][:_GRAVEST]
    return tuple(f"{capital(f.message.rstrip('.'))} ({', '.join([*map(str, f.locations[:1]), f.code])})." for f in told)


def _states(dossier: Dossier) -> Iterator[str]:
    """Things that were looked at in several states, of which the model takes the latest."""
    states: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in dossier.artifacts:
        if one.digest and one.kind != "scorecard":
            states[one.kind, one.origin].add(one.digest)
    for (_, origin), digests in states.items():
        if len(digests) > 1:
            yield f"{len(digests)} states of {origin} were looked at; only the latest counts."
