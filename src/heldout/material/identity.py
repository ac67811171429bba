"""Which of the people in a history is the subject, which are programs, and which identities are one person."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from heldout.errors import InputError
from heldout.material.history import Commit, Person


class UnknownAuthorError(InputError):
    """A name fits nobody in a history, or several. The message names who is near: for the user's eyes only."""


_BOT = re.compile(
    r"\[bot\]|\b(dependabot|renovate|greenkeeper|pre-commit-ci|github-actions?|travis(-ci)?|circleci|semantic-release"
    r"|pyup-bot|snyk-bot|allcontributors|imgbot|codecov|weblate|mergify|bors|jenkins|azure-pipelines|copybara|web-flow"
    r"|[\w-]+-bot)\b",
    re.IGNORECASE,
)
_NOREPLY = re.compile(r"^(?:\d+\+)?([^@]+)@users\.noreply\.(?:github|gitlab)\.com$", re.IGNORECASE)
_SHARED = re.compile(r"^(root|noreply|none|unknown|user|you|admin|git|github|me|test)?@|@(localhost|example\.\w+)?$|^$")
"""Addresses that many people have by accident: they join nobody."""


_TELLING = 4
"""Letters that a name or the first part of an address needs at least to say something of who it is."""


def folded(text: str) -> str:
    """Case, accents and spacing apart: how two spellings of one name are compared."""
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).casefold().split())


def is_bot(person: Person) -> bool:
    """Whether a program made the commits, by the names that such programs use."""
    return bool(_BOT.search(person.name) or _BOT.search(person.email.partition("@")[0]))


def login_of(person: Person) -> str | None:
    """The account name that a forge's no-reply address gives away."""
    match = _NOREPLY.match(person.email)
    return match[1].casefold() if match else None


@dataclass(frozen=True)
class People:
    """Identities joined into people: the same address, the same full name, or the same account is one person.

    `person_of` maps each identity to the number of its person; people are numbered from 0 by falling number of
    commits (ties by name), so that the numbering is stable.
    """

    person_of: dict[Person, int]
    identities: tuple[tuple[Person, ...], ...]
    commits: tuple[int, ...]

    @classmethod
    def of(cls, commits: Iterable[Commit]) -> People:
        """Join the authors and co-authors of a history."""
        counts: Counter[Person] = Counter()
        for commit in commits:
            counts[commit.author] += 1
            for person in commit.co_authors:
                counts[person] += 0
        groups = _joined(list(counts))
        ordered = sorted(groups, key=lambda group: (-sum(counts[p] for p in group), min(p.name for p in group)))
        identities = tuple(tuple(sorted(group, key=lambda p: (-counts[p], p.name, p.email))) for group in ordered)
        return cls(
            person_of={person: number for number, group in enumerate(identities) for person in group},
            identities=identities,
            commits=tuple(sum(counts[p] for p in group) for group in identities),
        )

    def find(self, claims: Sequence[str]) -> frozenset[int]:
        """The people whom names, e-mail addresses or account names stand for.

        Raises UnknownAuthorError for a claim that fits nobody or, by a part of a name, more than one.
        """
        return frozenset(number for claim in claims for number in self._find(claim))

    def alike(self, claims: Sequence[str]) -> tuple[int, ...]:
        """Other people who may be the same as those whom the claims name: one's name is a part of the other's, or
        their addresses have the same part before the @. Most commits first; nothing is claimed for them.
        """
        mine = self.find(claims)
        own = [person for number in mine for person in self.identities[number]]
        names = [frozenset(folded(person.name).split()) for person in own]
        boxes = {_box(person) for person in own} - {""}

        def near(person: Person) -> bool:
            words = frozenset(folded(person.name).split())
            shared = any(w <= words or words <= w for w in names if max(map(len, w & words), default=0) >= _TELLING)
            return shared or _box(person) in boxes

        others = (n for n in range(len(self.identities)) if n not in mine)
        return tuple(n for n in others if any(near(p) and not is_bot(p) for p in self.identities[n]))

    def _find(self, claim: str) -> set[int]:
        wanted = folded(claim.strip("<> "))
        match = re.fullmatch(r"(.*?)\s*<([^>]+)>", claim.strip())
        if match and match[1]:
            return self._find(match[1]) | self._find(match[2])
        exact = {
            number
            for person, number in self.person_of.items()
            if wanted in (folded(person.name), person.email.casefold(), login_of(person))
        }
        if exact:
            return exact
        words = set(wanted.split())
        partly = {n for person, n in self.person_of.items() if words and words <= set(folded(person.name).split())}
        if len(partly) == 1:
            return partly
        names = sorted({group[0].name for group in self.identities})
        if partly:
            fitting = ", ".join(sorted(self.identities[n][0].name for n in partly)[:8])
            raise UnknownAuthorError(
                f"--author {claim!r} fits several people: {fitting}. Give the full name or the e-mail."
            )
        near = get_close_matches(claim, names, n=3, cutoff=0.5)
        hint = f"Did you mean: {', '.join(near)}?" if near else "Leave --author out to see who committed."
        raise UnknownAuthorError(f"nobody in the history is called {claim!r}. {hint}")


def _joined(people: Sequence[Person]) -> list[list[Person]]:
    """Group identities that share an address, an account, or a full name of two words or more."""
    group_of: dict[str, int] = {}
    groups: dict[int, list[Person]] = {}
    for number, person in enumerate(people):
        keys = _keys(person)
        joined = sorted({group_of[key] for key in keys if key in group_of})
        target = joined[0] if joined else number
        groups.setdefault(target, []).append(person)
        for other in joined[1:]:
            groups[target].extend(groups.pop(other))
        for key in keys:
            group_of[key] = target
        if len(joined) > 1:
            group_of = {key: target if value in joined else value for key, value in group_of.items()}
    return list(groups.values())


def _box(person: Person) -> str:
    """The part of an address before the @, where it says something."""
    box = person.email.casefold().partition("@")[0]
    return box if len(box) >= _TELLING and not _SHARED.search(person.email.casefold()) else ""


def _keys(person: Person) -> list[str]:
    keys = []
    email = person.email.casefold()
    if not _SHARED.search(email):
        keys.append(f"email {email}")
    login = login_of(person)
    if login:
        keys.append(f"login {login}")
    name = folded(person.name)
    if len(name.split()) >= 2:
        keys.append(f"name {name}")
    return keys or [f"only {name} {email}"]
