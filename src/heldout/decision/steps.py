"""What could be looked at next about somebody, what it takes, and how well it is taken to measure.

The hours are assumptions, written here so that they can be argued with: 45 minutes of interview and as long to prepare
and write up; the command of a review or an audit and somebody to read it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from heldout.decision.next_evidence import Step
from heldout.decision.observations import ASSUMED_WIDENING
from heldout.decision.posterior import Posterior
from heldout.evidence import Dossier, Subject
from heldout.standard import Standard
from heldout.wording import within

INTERVIEW_COMPETENCIES = 4
"""How many competencies one interviewer can ask about in 45 minutes."""
_INTERVIEW_HOURS, _INTERVIEW_THEIRS = 1.5, 0.75
_LOOKS = (
    # source, what it is called, the company's hours, theirs, standard error of a level where nothing better is known
    ("repository", "a review of past work", 0.5, 0.25, 0.7),
    ("handover", "an audit of something that they delivered", 1.0, 0.5, 0.8),
)
_SEVERAL = 3
"""Competencies that make a look worth its own step; the rest comes with it."""


def steps_for(
    posterior: Posterior, weights: Mapping[str, float], standard: Standard, subject: Subject, dossier: Dossier
) -> list[Step]:
    """The further evidence that Heldout can help to get about a subject, for a role with `weights`."""
    open_to = _openness(posterior, weights, subject.slug)
    found = []
    asked = [name for name in open_to if _sees(standard, name, "interview")][:INTERVIEW_COMPETENCIES]
    if asked:
        what = f"an interview on {', '.join(within(standard.short(name)) for name in asked)}"
        found.append(Step(what, subject.slug, tuple(asked), "rating", "interview", _INTERVIEW_HOURS, _INTERVIEW_THEIRS))
    have = {one.source for one in dossier.evidence if one.level is not None}
    for source, name, hours, theirs, usual in _LOOKS:
        seen = [c for c in open_to if _sees(standard, c, source)]
        sells = subject.kind != "person"  # who delivers for a living has something that can be audited
        if source in have or len(seen) < _SEVERAL or (source == "handover" and not sells):
            continue
        se = usual * ASSUMED_WIDENING
        found.append(Step(name, subject.slug, tuple(seen), "measure", source, hours, theirs, se=se))
    return found


def _openness(posterior: Posterior, weights: Mapping[str, float], slug: str) -> Sequence[str]:
    """The role's competencies, those first that matter most and are known least."""
    row = posterior.levels.deviation[posterior.index(slug)]
    names = [name for name in weights if weights[name] > 0]
    worth = {name: weights[name] * float(row[posterior.design.competencies.index(name)]) for name in names}
    return sorted(names, key=lambda name: (-np.round(worth[name], 9), name))


def _sees(standard: Standard, competency: str, source: str) -> bool:
    known = standard.by_id.get(competency)
    return known is not None and source in known.sources
