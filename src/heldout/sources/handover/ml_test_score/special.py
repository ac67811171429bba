"""The four tests that signs alone cannot tell: inputs that must not be used, privacy, reviews, staleness."""

from __future__ import annotations

import re
from collections.abc import Sequence

from heldout.evidence import Location
from heldout.sources.handover.ml_test_score.looking import Looking
from heldout.sources.handover.ml_test_score.rules import Rule
from heldout.sources.handover.result import TestScore

_PERSON = re.compile(
    r"^(e-?mail|phone|mobile|ssn|social_security\w*|passport\w*|(first|last|full|sur|customer|patient|user)_?name|(street|home|mail)_?address|street"
    r"|dob|date_?of_?birth|birth_?date|iban|credit_?card\w*|ip(_address)?)$",
    re.IGNORECASE,
)
_IDENTITY = re.compile(
    r"^(id|uuid|(row|customer|user|patient|client|account|passenger|employee)_?(id|number|no)|index)$", re.IGNORECASE
)
_PROTECTED = re.compile(
    r"^(sex|gender|race|ethnic\w*|religion|nationality|marital\w*|disab\w*|sexual_orientation|pregnan\w*|political\w*)$",
    re.IGNORECASE,
)
_DATE = re.compile(r"date|time|year|month|day$|timestamp", re.IGNORECASE)
_FAIR = re.compile(r"fairness|\bbias|ethic|protected|discriminat|sensitive attribute", re.IGNORECASE)
_STALE = re.compile(
    r"\b(stale|staleness|out of date|ages badly|decay)|back-?test|time-?sliced|walk-?forward|rolling origin",
    re.IGNORECASE,
)
_BACKTEST = re.compile(
    r"TimeSeriesSplit|def \w*back_?test|back_?test\w*\(|walk_?forward|rolling_?origin|expanding_?window", re.IGNORECASE
)
_PULL = re.compile(r"^Merge (pull request|PR)\b|\(#\d+\)$|^Merged in |See merge request", re.IGNORECASE)


def forbidden_inputs(rule: Rule, looking: Looking) -> TestScore:
    """Data 4: whether inputs are used that identify a person or that the law protects."""
    used = looking.inputs
    if not used:
        return looking.open(rule, "Which columns the model is given could not be seen here.")
    naming = [name for name in used if _PERSON.match(name) or _IDENTITY.match(name)]
    protected = [name for name in used if _PROTECTED.match(name)]
    told = looking.first("pages", _FAIR)
    if naming:
        return looking.missing(rule, f"The model is given what names a person or a row: {_listed(naming)}.")
    if protected and not told:
        return looking.missing(rule, f"The model is given {_listed(protected)}, and no document says why it may be.")
    if protected:
        return looking.by_hand(rule, f"The model is given {_listed(protected)}; the documents speak of it.", told)
    return looking.by_hand(
        rule, f"None of the {len(used)} inputs names a person or is protected, as far as names tell."
    )


def privacy(rule: Rule, looking: Looking) -> TestScore:
    """Data 5: personal data among the delivered columns, and keys among the files."""
    columns = [name for data in looking.plan.data for name in data.columns]
    if not columns:
        return looking.open(rule, "The columns of its data could not be seen here.")
    personal = [name for name in columns if _PERSON.match(name)]
    if personal:
        return looking.missing(rule, f"Columns with personal data are delivered as they are: {_listed(personal)}.")
    locked = looking.check("O6")
    if locked is not None and any(key in locked.measured for key in ("key_or_password", "file_of_keys")):
        return looking.missing(rule, "No column holds personal data by its name, but keys or passwords are delivered.")
    return looking.by_hand(rule, f"None of {len(columns)} delivered columns holds personal data, as far as names tell.")


def reviews(rule: Rule, looking: Looking) -> TestScore:
    """Model 1: whether changes go through somebody else's hands."""
    history = looking.delivered.material.history
    if history is None or not history.assessable:
        return looking.open(rule, "Without a history nobody can tell whether changes were reviewed.")
    merged = sum(1 for commit in history.commits if _PULL.search(commit.subject))
    owners = looking.delivered.named(r"(^|/)codeowners$")
    heads = looking.check("O9")
    if merged and heads is not None and heads.measured.get("people") == 1:
        return looking.missing(rule, f"{merged} changes came in by request, all by the one person who wrote them.")
    if merged and owners:
        place = (Location(path=owners[0]),)
        return looking.automated(rule, f"{merged} changes came in by request, and owners are named for files.", place)
    if merged:
        return looking.by_hand(rule, f"{merged} of {len(history.commits)} commits are merges of requests.")
    return looking.missing(
        rule, f"None of {len(history.commits)} commits came in by a request that others could review."
    )


def staleness(rule: Rule, looking: Looking) -> TestScore:
    """Model 4: whether anybody knows how a model of last month does on the rows of today."""
    if place := looking.first("scripts", _BACKTEST):
        return looking.by_hand(rule, "The model is tried on later rows than it was trained on.", place)
    if place := looking.first("pages", _STALE):
        return looking.by_hand(rule, "The documents tell how the model does on later rows.", place)
    columns = [name for data in looking.plan.data for name in data.columns]
    if any(_DATE.search(name) for name in columns):
        return looking.missing(rule, "Its data have dates, and nothing shows how an older model does on later rows.")
    return looking.open(rule, "No column with a date was seen, so older and later rows cannot be told apart.")


def _listed(names: Sequence[str]) -> str:
    shown = [f"`{name}`" for name in dict.fromkeys(names)]
    return ", ".join(shown[:4]) + (f" and {len(shown) - 4} more" if len(shown) > 4 else "")
