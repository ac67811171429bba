"""The data of the standard itself: complete, discriminating, and weighed differently per role."""

import json

import pytest

from heldout.standard import LEVELS, Competency, Role, builtin_standard

STANDARD = builtin_standard()
IDS = [
    "python",
    "frameworks",
    "wrangling",
    "statistics",
    "robustness",
    "deployment",
    "mlops",
    "cloud",
    "craft",
    "reproducibility",
    "scale",
    "business",
    "communication",
    "judgement",
    "domain",
    "handover",
]
ROLES = [
    "applied-scientist",
    "freelance-ml-consultant",
    "ml-engineer-mid",
    "ml-engineer-senior",
    "mlops-engineer",
    "vendor-team",
]


def test_the_competencies_are_those_of_the_mission() -> None:
    assert [competency.id for competency in STANDARD.competencies] == IDS
    assert [role.id for role in STANDARD.roles] == ROLES


@pytest.mark.parametrize("competency", STANDARD.competencies, ids=lambda c: c.id)
def test_every_competency_can_be_rated(competency: Competency) -> None:
    assert tuple(sorted(competency.anchors)) == LEVELS
    assert len(set(competency.anchors.values())) == 5
    assert all(len(anchor) >= 60 for anchor in competency.anchors.values())
    assert "repository" in competency.sources
    assert "interview" in competency.sources
    assert competency.occasion.endswith(".")


def test_general_engineering_is_not_specific_to_machine_learning() -> None:
    general = {competency.id for competency in STANDARD.competencies if not competency.specific_to_ml}
    assert general == {"python", "wrangling", "cloud", "craft", "communication", "judgement", "domain"}


@pytest.mark.parametrize("role", STANDARD.roles, ids=lambda r: r.id)
def test_a_role_weighs_known_competencies(role: Role) -> None:
    assert set(role.requires) <= set(IDS)
    assert sum(role.weights.values()) == pytest.approx(1)
    assert min(role.weights.values()) > 0
    assert sum(requirement.weight for requirement in role.requires.values()) == 100
    assert {bar * 2 % 1 for bar in role.bars.values()} == {0}


def test_roles_differ() -> None:
    roles = STANDARD.roles_by_id
    assert len({json.dumps(role.weights, sort_keys=True) for role in STANDARD.roles}) == len(ROLES)
    senior, mid = roles["ml-engineer-senior"], roles["ml-engineer-mid"]
    assert all(senior.bars[name] > bar for name, bar in mid.bars.items())
    assert max(roles["mlops-engineer"].weights, key=roles["mlops-engineer"].weights.__getitem__) == "mlops"
    assert max(roles["applied-scientist"].weights, key=roles["applied-scientist"].weights.__getitem__) == "statistics"
    assert roles["vendor-team"].weights["handover"] > senior.weights["handover"]


def test_the_whole_standard_survives_json() -> None:
    assert type(STANDARD).model_validate_json(STANDARD.model_dump_json()) == STANDARD
