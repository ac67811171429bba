"""People of a history: which identities are one person, who the subject is, what is a program."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from heldout.errors import InputError
from heldout.material.history import Commit, Person
from heldout.material.identity import People, is_bot

ADA = Person("Ada Lovelace", "ada@engine.org")
ADA_AT_WORK = Person("Ada Lovelace", "lovelace@work.com")
ADA_ONLINE = Person("alovelace", "77+alovelace@users.noreply.github.com")
ADA_BY_LOGIN = Person("alovelace", "ada@engine.org")
GRACE = Person("Grace Hopper", "grace@navy.mil")
GRACE_LEE = Person("Grace Lee", "lee@other.net")
ROOT_ONE = Person("root", "root@localhost")
ROOT_TWO = Person("me", "root@localhost")


def commits(*authors: Person) -> list[Commit]:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    return [Commit(str(i), (), a, a, when, when, "Add a thing") for i, a in enumerate(authors)]


def test_the_same_name_or_address_is_one_person() -> None:
    people = People.of(commits(ADA, ADA_AT_WORK, ADA_BY_LOGIN, GRACE))
    assert people.person_of[ADA] == people.person_of[ADA_AT_WORK] == people.person_of[ADA_BY_LOGIN] == 0
    assert people.commits == (3, 1)


def test_an_address_that_many_share_joins_nobody() -> None:
    people = People.of(commits(ROOT_ONE, ROOT_TWO))
    assert len(people.identities) == 2


@pytest.mark.parametrize(
    "claim", ["ada lovelace", "ADA@ENGINE.ORG", "Áda  Lovelace", "Ada Lovelace <ada@engine.org>", "Ada"]
)
def test_finds_the_subject_by_any_of_their_names(claim: str) -> None:
    people = People.of(commits(ADA, GRACE))
    assert people.find([claim]) == {people.person_of[ADA]}


def test_finds_an_account_by_its_no_reply_address() -> None:
    people = People.of(commits(ADA_ONLINE, GRACE))
    assert people.find(["alovelace"]) == {people.person_of[ADA_ONLINE]}


def test_several_claims_add_up() -> None:
    people = People.of(commits(ADA, GRACE))
    assert people.find(["ada@engine.org", "Grace Hopper"]) == {0, 1}


def test_a_part_that_fits_two_is_refused_with_both_named() -> None:
    people = People.of(commits(GRACE, GRACE_LEE))
    with pytest.raises(InputError, match=r"Grace Hopper, Grace Lee"):
        people.find(["Grace"])


def test_a_stranger_is_refused_with_who_is_near() -> None:
    people = People.of(commits(ADA, GRACE))
    with pytest.raises(InputError, match="Ada Lovelace"):
        people.find(["Ada Lovelance"])


@pytest.mark.parametrize(
    "name", ["dependabot[bot]", "renovate", "pre-commit-ci", "github-actions", "Travis CI", "acme-bot"]
)
def test_knows_programs(name: str) -> None:
    assert is_bot(Person(name, "x@y.z"))


@pytest.mark.parametrize("name", ["Bob Abbott", "Robot Smith", "Renata Vater"])
def test_does_not_take_people_for_programs(name: str) -> None:
    assert not is_bot(Person(name, "someone@place.org"))


def test_who_may_be_the_same_person_is_named_and_not_joined() -> None:
    plain, elsewhere, other = (
        Person("Ada", "x1@lab.edu"),
        Person("al", "ada.l@home.net"),
        Person("Bo", "root@localhost"),
    )
    ada = Person("Ada Lovelace", "ada.l@engine.org")
    people = People.of(commits(ada, ada, plain, elsewhere, GRACE, other))
    assert len(people.identities) == 5
    alike = {people.identities[number][0] for number in people.alike(["ada.l@engine.org"])}
    assert alike == {elsewhere}, "a name of three letters says too little"
    longer = People.of(commits(ada, Person("Lovelace", "x@lab.edu"), GRACE, GRACE_LEE))
    assert [longer.identities[number][0].name for number in longer.alike(["Ada Lovelace"])] == ["Lovelace"]
