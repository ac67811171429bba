"""Answers about the terms of a delivery: open is not no, and what is wrong is told with its line."""

from __future__ import annotations

import pytest

from heldout.errors import InputError
from heldout.sources.handover.answers import answers_from, questions, read_answers, template

FULL = """
[support]
owner = "Head of Data"
ends = 2027-06-30
escalation = false

[rights]
code = "ours"
weights = ""
"""


def test_a_file_gives_what_was_agreed_what_was_not_and_what_is_open() -> None:
    answers = read_answers(FULL, "answers.toml")
    assert answers.term("support.owner") == "Head of Data"
    assert answers.term("support.ends") == "2027-06-30"
    assert answers.term("support.escalation") is False
    assert answers.term("rights.weights") is None
    assert answers.term("support.hours") is None


def test_each_answer_has_its_place() -> None:
    answers = read_answers(FULL, "answers.toml")
    assert str(answers.place("rights.code")) == "answers.toml:8"
    assert answers.place("support.hours") is None


def test_yaml_says_the_same() -> None:
    text = "support:\n  owner: Head of Data\n  ends: 2027-06-30\n  escalation: no\nrights:\n  code: ours\n  weights:\n"
    answers = read_answers(text.replace("2027-06-30", "'2027-06-30'"), "answers.yaml")
    assert answers.given == read_answers(FULL, "answers.toml").given
    assert str(answers.place("rights.code")) == "answers.yaml:6"


@pytest.mark.parametrize("word", ["no", "None", "not agreed", "-", "Nobody."])
def test_words_that_say_no_are_no(word: str) -> None:
    assert answers_from({"support.owner": word}).term("support.owner") is False


def test_what_is_skipped_on_the_terminal_is_open() -> None:
    assert answers_from({"support.owner": " ", "support.hours": "always"}).given == {"support.hours": "always"}


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ('[support]\nowner = "x"\nhour = "y"\n', "a.toml", "a.toml:3: `support.hour` is no question"),
        (
            '[suport]\nowner = "x"\n',
            "a.toml",
            "a.toml:2: `suport.owner` is no question (did you mean `support.owner`?)",
        ),
        ("[support]\nowner = 12\n", "a.toml", "a.toml:2: `support.owner` is no text"),
        ('[support]\n\nends = "30.02.2027"\n', "a.toml", "a.toml:3: `support.ends` is no day (30.02.2027)"),
        ("[support]\nowner = x y\n", "a.toml", "a.toml:2: this is no TOML"),
        ("support:\n  owner: x\n  owner: y\n", "a.yml", "a.yml:3:3: `owner` stands here again"),
        ("support:\n  ownr: x\n", "a.yml", "a.yml:2: `support.ownr` is no question"),
        ("- a\n- b\n", "a.yml", "a.yml:1: the file is no list of keys"),
        ("owner = 1", "answers.txt", "answers.txt is neither TOML nor YAML by its name"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, name: str, said: str) -> None:
    with pytest.raises(InputError) as raised:
        read_answers(text, name)
    assert str(raised.value).startswith(said)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(InputError) as raised:
        read_answers('[support]\nhour = "x"\n[right]\ncode = "y"\n', "a.toml")
    assert len(str(raised.value).splitlines()) == 2


def test_the_template_is_a_file_with_every_question_left_open() -> None:
    text = template()
    assert read_answers(text, "template.toml").given == {}
    assert all(question.text in text for question in questions())
    filled = text.replace('owner = ""', 'owner = "Ada"')
    assert read_answers(filled, "template.toml").given == {"support.owner": "Ada"}
