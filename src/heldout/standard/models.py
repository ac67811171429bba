"""What a standard is made of: competencies with anchored levels, and roles that ask for them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from heldout.wording import bare

LEVELS = (1, 2, 3, 4, 5)
SourceName = Literal["repository", "handover", "worksample", "interview"]
SOURCE_WORDS: dict[str, str] = {
    "repository": "past work",
    "handover": "delivered work",
    "worksample": "work sample",
    "interview": "interview",
}
"""What each source looks at, as pages call it."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+_-]*$", max_length=40)]
Level = Annotated[int, Field(ge=1, le=5)]


def _every_level(schema: dict[str, Any]) -> None:
    """Say in the JSON Schema what `Anchors` checks: each level once, none beside them."""
    text = schema.pop("additionalProperties")
    schema.pop("propertyNames", None)
    schema["properties"] = {str(level): text for level in LEVELS}
    schema["required"] = [str(level) for level in LEVELS]
    schema["additionalProperties"] = False


def _all_five(anchors: dict[int, str]) -> dict[int, str]:
    missing = [str(level) for level in LEVELS if level not in anchors]
    if missing:
        raise ValueError(f"no anchor for level {', '.join(missing)}; write an anchor for each level from 1 to 5")
    return anchors


Anchors = Annotated[dict[Level, Text], AfterValidator(_all_five), Field(json_schema_extra=_every_level)]
"""What each level from 1 to 5 looks like."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Competency(_Frozen):
    """One thing that counts, and what each level of it looks like.

    `anchors` maps the levels 1-5 to observable behaviour. `occasion` says what the work must have held for a
    level to be given at all. `sources` maps each source that can see the competency to what to look at there.
    A competency that is `specific_to_ml` gets no level from work that is not machine learning.
    """

    id: Identifier
    name: Text
    why: Text
    specific_to_ml: Annotated[bool, Field(strict=True)]
    occasion: Text
    sources: dict[SourceName, Text] = Field(min_length=1)
    anchors: Anchors


class Requirement(_Frozen):
    """What a role asks of one competency.

    `weight` is relative to the role's other weights (`Role.weights` makes them sum to 1); `bar` is the level
    needed, 1.0-5.0 on the anchored scale.
    """

    weight: Annotated[float, Field(strict=True, gt=0, le=1000, allow_inf_nan=False)]
    bar: Annotated[float, Field(strict=True, ge=1, le=5, allow_inf_nan=False)]


class Role(_Frozen):
    """A position to be filled: which competencies count, how much, and how good is good enough.

    `version` is the content version, raised by its author at each change. A competency that is not in
    `requires` is not asked for.
    """

    id: Identifier
    name: Text
    version: Version
    summary: Text
    domain: Text
    business_goal: Text
    requires: dict[Identifier, Requirement] = Field(min_length=1)

    @property
    def weights(self) -> dict[str, float]:
        """Each required competency's share of the whole: positive, summing to 1."""
        total = sum(requirement.weight for requirement in self.requires.values())
        return {name: requirement.weight / total for name, requirement in self.requires.items()}

    @property
    def bars(self) -> dict[str, float]:
        """The level needed per required competency, 1.0-5.0."""
        return {name: requirement.bar for name, requirement in self.requires.items()}


class CompetencyFile(_Frozen):
    """A file of competencies: those of a known id replace the built-in ones, the others are added."""

    version: Version
    reading: Text | None = None
    competencies: tuple[Competency, ...] = Field(min_length=1)


class RoleIdentity(_Frozen):
    """What freezes a role: a change of its text, weights, bars or anchors changes `digest`."""

    id: Identifier
    version: Version
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

    def __str__(self) -> str:
        """The identity as people quote it: `id version (digest's first 12 digits)`."""
        return f"{self.id} version {self.version} ({self.digest[:12]})"


class Standard(_Frozen):
    """The yardstick: all competencies and the roles that use them.

    `version` names the text of the competencies; a user's additions are appended to it as `+version`.
    """

    version: str
    reading: Text
    competencies: tuple[Competency, ...]
    roles: tuple[Role, ...] = ()

    @property
    def by_id(self) -> Mapping[str, Competency]:
        """The competencies by id, in the standard's order."""
        return {competency.id: competency for competency in self.competencies}

    def short(self, competency: str) -> str:
        """A competency's name without what it explains in brackets; its id when the standard does not know it."""
        known = self.by_id.get(competency)
        return bare(known.name) if known else competency

    @property
    def roles_by_id(self) -> Mapping[str, Role]:
        """The roles by id, in the standard's order."""
        return {role.id: role for role in self.roles}

    def identity(self, role: Role) -> RoleIdentity:
        """Id, version and SHA-256 over the role and over the full text of the competencies that it asks for."""
        asked = tuple(c for c in self.competencies if c.id in role.requires)
        content = {
            "role": role.model_dump(mode="json"),
            "reading": self.reading,
            "competencies": {competency.id: competency.model_dump(mode="json") for competency in asked},
        }
        return RoleIdentity(id=role.id, version=role.version, digest=_digest(content))

    def for_role(self, role: Role) -> Self:
        """The same competencies with this one role: what a case keeps a frozen copy of."""
        return self.model_copy(update={"roles": (role,)})


def _digest(content: dict[str, Any]) -> str:
    """SHA-256 of the canonical form: JSON, keys sorted, no spaces, non-ASCII escaped."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
