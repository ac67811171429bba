"""The plan as a file: what is written is read back, and what is wrong is said with its line."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heldout.errors import InputError
from heldout.evidence.types import Location
from heldout.sources.handover.plan import (
    Claim,
    Data,
    Environment,
    GuideLine,
    Model,
    Plan,
    Service,
    Step,
)
from heldout.sources.handover.plan_file import read_plan, write_plan

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
paths = st.from_regex(r"[a-z0-9 é_.,:\"'#=\[\]-]{0,8}[a-z]", fullmatch=True)
places = st.builds(
    Location,
    path=paths,
    cell=st.none() | st.integers(1, 99),
    line=st.none() | st.integers(1, 9999),
    column=st.none() | st.integers(1, 80),
    snippet=st.none() | text,
)
several = st.lists(places, max_size=3).map(tuple)
names = st.lists(paths, max_size=3).map(tuple)
optional_day = st.none() | st.dates(date(1990, 1, 1), date(2090, 1, 1))
environments = st.builds(
    Environment,
    id=st.just("default"),
    folder=paths,
    files=names,
    also=names,
    requirements=st.lists(text, max_size=2).map(tuple),
    python=st.none() | st.sampled_from(["3.9", "3.11.4"]),
    as_of=optional_day,
    locations=several,
)
steps = st.builds(
    Step,
    id=st.just("train"),
    purpose=st.sampled_from(["prepare", "train", "serve", "other"]),
    command=text,
    folder=paths,
    origin=st.sampled_from(["declared", "documented", "inferred"]),
    outputs=names,
    inputs=names,
    variables=st.dictionaries(text, text, max_size=2),
    port=st.none() | st.integers(1, 65535),
    notebook=st.none() | paths,
    downloads=st.booleans(),
    locations=several,
)
datas = st.builds(
    Data, path=paths, present=st.booleans(), rows=st.none() | st.integers(0, 9), columns=names, locations=several
)
models = st.builds(Model, path=paths, format=text, present=st.booleans(), documented=text, locations=several)
services = st.builds(
    Service, step=st.just("train"), health=text, path=text, body=text, content_type=text, locations=several
)
numbers = st.floats(allow_nan=False, allow_infinity=False)
claims = st.builds(
    Claim,
    id=text,
    metric=text,
    value=numbers,
    written=text,
    half_digit=st.floats(0, 10),
    spread=st.none() | numbers,
    label=text,
    location=places,
)
guides = st.builds(
    GuideLine, command=text, folder=paths, kind=st.sampled_from(["install", "run", "other"]), location=places
)
plans = st.builds(
    Plan,
    environments=st.lists(environments, max_size=1).map(tuple),
    steps=st.lists(steps, min_size=1, max_size=1).map(tuple),
    data=st.lists(datas, max_size=3).map(tuple),
    models=st.lists(models, max_size=2).map(tuple),
    services=st.lists(services, max_size=2).map(tuple),
    claims=st.lists(claims, max_size=2).map(tuple),
    guide=st.lists(guides, max_size=3).map(tuple),
    open_questions=st.lists(text, max_size=3).map(tuple),
)


@settings(deadline=None, max_examples=120)
@given(plans)
def test_a_plan_that_is_written_is_read_back_equal(plan: Plan) -> None:
    assert read_plan(write_plan(plan), "plan.toml") == plan


def test_an_empty_plan_is_a_file_too() -> None:
    assert read_plan(write_plan(Plan()), "plan.toml") == Plan()


def test_a_part_of_a_plan_is_enough() -> None:
    plan = read_plan(
        '[[step]]\nid = "fit"\npurpose = "train"\ncommand = "python fit.py"\nlocations = ["fit.py:3"]\n', "x"
    )
    assert plan.steps == (
        Step(id="fit", purpose="train", command="python fit.py", locations=(Location(path="fit.py", line=3),)),
    )
    assert not plan.environments


def test_a_place_in_a_notebook_is_written_as_people_write_it() -> None:
    plan = Plan(data=(Data(path="a.csv", locations=(Location(path="b.ipynb", cell=3, line=7),)),))
    written = write_plan(plan)
    assert '"b.ipynb, cell 3:7"' in written
    assert read_plan(written, "x") == plan


STEP = 'id = "a"\npurpose = "train"\ncommand = "x"\n'


@pytest.mark.parametrize(
    ("given", "line", "said"),
    [
        ("version = 1\n[[stpe]]\n", 2, "did you mean `step`"),
        ("version = 2\n", 1, "use one of 1"),
        ("x = \n", 1, "not TOML"),
        (f"\n\n[[step]]\n{STEP}purpos = 1\n", 7, "did you mean `purpose`"),
        ('[[step]]\nid = "a"\npurpose = "trian"\ncommand = "x"\n', 3, "use one of 'prepare'"),
        ('[[step]]\nid = "a"\npurpose = "train"\n', 1, "has no `command`"),
        (f"[[step]]\n{STEP}\n[[step]]\n{STEP}", 7, "stands twice"),
        (f'[[step]]\n{STEP}after = [\n  "b",\n]\nport = "x"\n', 8, "whole number"),
        (f'[[step]]\n{STEP}after = ["b"]\n', 5, "no other step `b`"),
        (f'[[step]]\n{STEP}outputs = ["ok", "../../etc"]\n', 5, "leads out of the delivery"),
        (f'[[step]]\n{STEP}folder = "/root"\n', 5, "leads out of the delivery"),
        (f'[[step]]\n{STEP}locations = ["a.py:0"]\n', 5, "no place"),
        (f'[[step]]\n{STEP}variables = ["A"]\n', 5, "must be a table"),
        ('step = "train"\n', 1, "write [[step]]"),
        ('[[service]]\nstep = "serve"\n', 2, "no step `serve`"),
        ('open_questions = "none"\n', 1, "must be a list"),
        ('[[data]]\npath = "a.csv"\npresent = "maybe"\n', 3, "must be true or false"),
        (f'[[environment]]\nid = "e"\n[[step]]\n{STEP}environment = "f"\n', 7, "no environment `f`"),
        (
            '[[step]]\nid = "a"\npurpose = "train"\ncommand = """\n[[step]]\nport = 1\n"""\nafter = ["b"]\n'
            '[[step]]\nid = "b"\npurpose = "train"\ncommand = "y"\nafter = ["a"]\n',
            8,
            "after itself",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(given: str, line: int, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_plan(given, "plan.toml")
    message = str(caught.value)
    assert message.startswith(f"plan.toml:{line}: "), message
    assert said in message


def test_every_problem_is_said_at_once_in_the_order_of_the_file() -> None:
    with pytest.raises(InputError) as caught:
        read_plan('[[step]]\nid = 1\npurpose = "train"\n[[data]]\npath = 2\n', "p")
    lines = [int(line.split(":")[1]) for line in str(caught.value).split("\n")]
    assert lines == sorted(lines)
    assert len(lines) == 3


@settings(deadline=None, max_examples=100)
@given(st.text("ab[]=\"'.#\n {},1", max_size=60))
def test_any_text_is_a_plan_or_an_input_error(given: str) -> None:
    try:
        plan = read_plan(given, "x")
    except InputError as error:
        assert str(error).startswith("x:")  # noqa: PT017 - either outcome is right
    else:
        assert plan == Plan()
