"""Takes other people's names and addresses, secrets and user names in paths out of everything that leaves a review."""

from __future__ import annotations

import re
from collections.abc import Iterable

from heldout.evidence import Finding, Gap, Location
from heldout.material.credentials import mask
from heldout.material.history import Person
from heldout.material.identity import folded

HIDDEN = "[somebody]"
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_SIGNATURE = re.compile(
    r"(?P<mark>(?:@author|__author__|\bauthors?|\bmaintainers?|\b(?:written|created|contributed) by)\b[\"' ]*[:=]?\s*)"
    r"(?P<who>[\"']?[^\s#\"'=:][^\n\"']{1,80})",
    re.IGNORECASE,
)
_HOME = re.compile(
    r"(?P<unix>/(?:home|Users)/)[^/\s\"'<>{}$]{1,40}|(?P<windows>[A-Za-z]:[\\/]{1,2}(?i:users)[\\/]{1,2})[^\\/\s\"'<>{}]{1,40}"
)
_CUT_AT = 160
"""Snippets keep this many characters of a line: what stands at the cut may be the first half of a secret."""
_CUT_WORD = re.compile(r"[^\s\"']{8,}$")
_MOST_NAMES = 2_000
"""Names in one pattern; the largest histories hold more, and their rarest committers are found by signature only."""


class Redactor:
    """Hides the people of a history other than the subject, all e-mail addresses but the subject's, and secrets.

    Names of two words or more are hidden wherever they stand; single words (account names, first names) only
    as `@name`, in addresses and in signatures (`Author: ...`), since they may be ordinary words.
    """

    def __init__(self, others: Iterable[Person] = (), subjects: Iterable[Person] = ()) -> None:
        kept = list(subjects)
        self._kept_emails = {person.email.casefold() for person in kept}
        self._kept_names = {folded(person.name) for person in kept}
        full: set[str] = set()
        handles: set[str] = set()
        for person in others:
            name = " ".join(person.name.split())
            if folded(name) in self._kept_names:
                continue
            if len(name.split()) >= 2 and len(name) >= 6:
                full.add(name)
            elif len(name) >= 3:
                handles.add(name)
        patterns = [rf"\b{re.escape(name)}\b" for name in sorted(full, key=lambda n: (-len(n), n))[:_MOST_NAMES]]
        patterns += [rf"@{re.escape(name)}\b" for name in sorted(handles)[:_MOST_NAMES]]
        self._names = re.compile("|".join(patterns), re.IGNORECASE) if patterns else None

    def text(self, text: str) -> str:
        """The text without other people, secrets, and user names in paths."""
        if not text:
            return text
        text = mask_home(mask(text))
        if "@" in text:
            text = _EMAIL.sub(lambda m: m[0] if m[0].casefold() in self._kept_emails else HIDDEN, text)
        if self._names is not None:
            text = self._names.sub(HIDDEN, text)
        return _SIGNATURE.sub(self._signature, text)

    def _signature(self, match: re.Match[str]) -> str:
        who = folded(match["who"].strip("\"' "))
        if not match["mark"].rstrip().endswith((":", "=")) or any(name in who for name in self._kept_names):
            return match[0]
        return match["mark"] + HIDDEN

    def location(self, place: Location) -> Location:
        """The place with its snippet redacted; the path stays, or nobody could look."""
        if place.snippet is None:
            return place
        whole = "\n".join(_CUT_WORD.sub("…", s) if len(s) >= _CUT_AT else s for s in place.snippet.split("\n"))
        return place.model_copy(update={"snippet": self.text(whole)})

    def finding(self, finding: Finding) -> Finding:
        """The finding with every text in it redacted."""
        said = finding.suppressed
        return finding.model_copy(
            update={
                "suppressed": said and said.model_copy(update={"reason": self.text(said.reason)}),
                "message": self.text(finding.message),
                "ask": self.text(finding.ask),
                "mend": self.text(finding.mend),
                "locations": tuple(self.location(place) for place in finding.locations),
                "flow": tuple(
                    step.model_copy(update={"location": self.location(step.location), "note": self.text(step.note)})
                    for step in finding.flow
                ),
                "measured": {k: self.text(v) if isinstance(v, str) else v for k, v in finding.measured.items()},
            }
        )

    def gap(self, gap: Gap) -> Gap:
        """The gap with its words redacted."""
        return gap.model_copy(update={"why": self.text(gap.why)})


def mask_home(text: str) -> str:
    """The text with user names in home paths replaced."""
    return _HOME.sub(lambda m: f"{m['unix'] or m['windows']}<name>", text)
