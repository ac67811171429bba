"""Judgement, as far as texts honestly show it: decisions on record, limits and failures told openly."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, ramp
from heldout.sources.repository.documents import told
from heldout.sources.repository.repository import Repository


class Decisions(Check):
    """Decisions on record

    What: Decision records (ADR) or design notes that name alternatives, reasons or consequences.

    Why: Whoever wrote down why something was chosen, and what else was possible, can be asked about it, and can
    change it later.

    Example: `docs/adr/0003-store-features-in-postgres.md` with context, decision and consequences speaks for.

    Limits: The quality of the reasons is not judged here: read them.
    """

    code = "JDG101"
    moves: ClassVar = {"judgement": Move(up=0.6), "craft": Move(up=0.1)}
    why = "A recorded decision shows the alternatives that were weighed."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for records with reasons."""
        paths = repo.glob(
            "*/adr/*.md",
            "adr/*.md",
            "*/adrs/*.md",
            "*decisions/*.md",
            "*/rfcs/*.md",
            "rfcs/*.md",
            "*design_doc*.md",
            "*design-doc*.md",
        )
        found = [
            p
            for p in paths
            if not re.search(r"template|index\.|readme", p.rpartition("/")[2], re.IGNORECASE)
            and re.search(
                r"alternativ|consequence|trade-?off|considered|rationale|drawback", repo.text(p).text, re.IGNORECASE
            )
        ]
        if found:
            yield self.found(
                f"At least {len(found)} decision{'s are' if len(found) > 1 else ' is'} on record with reasons or"
                " alternatives.",
                *(repo.at(path, 1) for path in first(found, 3)),
                strength=ramp(len(found), 0, 4),
                ask="Which of these decisions would you take differently today?",
                records=len(found),
            )


_LIMITS = re.compile(
    r"^[\W\d]*(([\w-]+ ){0,2}(limitations?|caveats?)|known (issues?|problems?|bugs?|faults?)|not supported|out of scope"
    r"|when not to use|intended uses? (&|and) limitations)",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(
    r"limitations? (under|of liability)|\b(hub|storage|hardware|memory|prometheus|docker|streamlit|github|colab|heroku"
    r"|kubernetes|nginx|browser|python|windows|free tier|api) limitations?",
    re.IGNORECASE,
)
"""Limits of a tool, a host or the law, and not of the work."""
_AHEAD = re.compile(
    r"charter|roadmap|(^|[/_])plans?\b|proposal|pipeline|progress|completion|backlog|prompt|gen_?ai|(^|[/_-])log\b",
    re.IGNORECASE,
)
"""Texts on what is to be done, or on how far it is done."""
_FAILED = re.compile(
    r"(what )?(did ?n.?t|did not|does ?n.?t) work|failed (attempts|experiments)|negative results"
    r"|lessons? learn|things? (we|i) tried|^\W*post-?mortem",
    re.IGNORECASE,
)


class StatedLimits(Check):
    """Limits and failures told openly

    What: Sections of READMEs and guides on limits, known faults or when not to use the work; and on what was
    tried and did not work.

    Why: Whoever tells of limits before they are found can be trusted with the rest.

    Example: "Limitations: trained on adults only; scores for children are not to be used" speaks for.

    Limits: Recognised by English headings with at least fifteen words under them.
    """

    code = "JDG102"
    moves: ClassVar = {"judgement": Move(up=0.5), "communication": Move(up=0.15)}
    why = "Limits that are told can be planned for; those that are found cost more."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for the sections."""
        texts = [(path, s) for path, s in told(repo, _LIMITS, 15) if not _OF_OTHERS.search(s.title)]
        limits = [(path, s) for path, s in texts if not _AHEAD.search(path)]
        failed = [(path, s) for path, s in told(repo, _FAILED, 15) if not _AHEAD.search(path)]
        found = [*failed, *limits]
        if found:
            titles = list(dict.fromkeys(s.title[:60] for _, s in found))
            yield self.found(
                f"The texts tell of limits or of what did not work: {', '.join(f'“{t}”' for t in titles[:3])}.",
                *(repo.at(path, s.line) for path, s in first(found, 3)),
                strength=min(1.0, 0.5 * bool(limits) + 0.6 * bool(failed) + 0.1 * (len(found) - 1)),
                ask="Which limit of this work did you find last, and how?",
                sections=len(found),
            )


CHECKS: tuple[Check, ...] = (Decisions(), StatedLimits())
