"""What is needed: for how long, by when, how much work, what has to stay in house. Defaults are said out loud."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails

from heldout.errors import InputError
from heldout.evidence.types import Frozen
from heldout.standard.yaml_models import said, sorted_problems, validated
from heldout.standard.yaml_source import YamlError, read_yaml

LONGEST = 60
"""Months that a need may last: beyond, nobody knows wages or rates."""
Kind = Literal["lasting", "one-off"]
Domain = Literal["low", "medium", "high"]
Stays = Literal["data", "code", "knowledge"]
Months = Annotated[float, Field(gt=0, le=LONGEST)]
_MENDS = {
    "greater_than": "write a number above 0",
    "string_pattern_mismatch": "write three capital letters, such as EUR",
    "less_than_equal": f"times are less than or equal to {LONGEST} months, a team has up to 20 people, a build takes "
    "up to 500 person-months",
}


class Need(Frozen):
    """One need. Months count from the day of the decision."""

    kind: Kind = "lasting"
    horizon_months: Months = 24
    deadline_months: Months = 12
    firm_deadline: bool = False
    scope_person_months: Annotated[float, Field(gt=0, le=500)] = 8
    domain: Domain = "medium"
    stays_in_house: tuple[Stays, ...] = ()
    team_people: Annotated[int, Field(ge=2, le=20)] = 3
    agency_people: Annotated[int, Field(ge=1, le=20)] = 2
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "USD"
    per_dollar: Annotated[float, Field(gt=0, le=1e6)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _deadline_of_a_short_need(cls, data: Any) -> Any:
        horizon = data.get("horizon_months") if isinstance(data, dict) else None
        if isinstance(horizon, int | float) and "deadline_months" not in data and 0 < horizon < 2 * 12:
            return data | {"deadline_months": horizon / 2}
        return data

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.deadline_months > self.horizon_months:
            raise ValueError(
                f"the deadline ({self.deadline_months:g} months) lies after the end of the need "
                f"({self.horizon_months:g} months); mend one of the two"
            )
        if self.currency == "USD" and self.per_dollar not in (None, 1):
            raise ValueError("a US dollar is one US dollar; name another currency, or leave the rate away")
        return self


SAID: dict[str, str] = {
    "kind": "a lasting capability, not a tool used once and then left as it is",
    "horizon_months": "the need lasts 24 months from today",
    "deadline_months": "something has to work within 12 months, or half the time of the need where that is sooner",
    "firm_deadline": "the deadline is not firm: being late costs something each month",
    "scope_person_months": "8 person-months of somebody who knows the work, to a working system",
    "domain": "your field is special to a medium degree",
    "stays_in_house": "nothing has to stay in house",
    "team_people": "an own team would have 3 people",
    "agency_people": "an agency would put 2 people on it",
    "currency": "amounts are in US dollars",
}
"""What a default says, for a need that leaves it open."""


def read_need(path: Path | None, given: Mapping[str, Any]) -> tuple[Need, tuple[str, ...]]:
    """The need of the file `path` with what was `given` on the command line over it, and what nobody said.

    Raises YamlError with every problem of the file and its line, InputError for values that do not fit together.
    """
    told: dict[str, Any] = {}
    if path is not None:
        source = read_yaml(path)
        if source.data is not None and validated(Need, source, _MENDS) is None:
            raise YamlError(sorted_problems([source]))
        if source.problems:
            raise YamlError(sorted_problems([source]))
        told = dict(source.data)
    told |= {key: value for key, value in given.items() if value is not None and value != ()}
    try:
        need = Need.model_validate(told)
    except ValidationError as error:
        raise InputError("; ".join(_words(detail) for detail in error.errors())) from error
    return need, tuple(said for key, said in SAID.items() if key not in told)


def _words(detail: ErrorDetails) -> str:
    what, mend = said(detail, _MENDS)
    where = ".".join(map(str, detail["loc"])).replace("_", " ")
    return f"{where + ': ' if where else ''}{what}; {mend}"


def template() -> str:
    """A file that describes a need, to fill in."""
    return _TEMPLATE.strip()


_TEMPLATE = """
# What is needed, for: heldout engage --need THIS_FILE. Months count from the day of the decision.
kind: lasting                # lasting: it is kept working and changed; one-off: used, and left as it is
horizon_months: 24           # how long the need lasts
deadline_months: 12          # when something has to work
firm_deadline: false         # true: what is late more often than not does not serve the need
scope_person_months: 8       # work of somebody who knows it, to a working system; not of the first try
domain: medium               # how special your field is: low, medium, high
stays_in_house: []           # of: data, code, knowledge; for instance [data, knowledge]
team_people: 3               # of an own team
agency_people: 2             # whom an agency would put on it
currency: USD
# per_dollar: 0.9            # how much of your currency a dollar is, where Heldout's amounts are used
"""
