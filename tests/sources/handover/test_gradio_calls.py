"""A call of the function behind an app of Gradio's, and what came of it."""

from __future__ import annotations

import json

import pytest

from heldout.sources.handover.gradio_calls import OURS, PICTURE, call_of, event_of, is_ours, outcome

NUMBER = {"label": "Age", "type": {"type": "number"}, "parameter_has_default": False, "example_input": 3}
CHOICE = {"label": "City", "type": {"type": "string", "enum": ["Ulm", "Bonn"]}, "example_input": "Ulm"}
TEXT = {"label": "Review", "type": {"type": "string"}, "example_input": "Hello!!"}
STARTS = {"type": {"type": "number"}, "parameter_has_default": True, "parameter_default": 40, "example_input": 3}
FILE = {"label": "Claims", "type": {"title": "FileData", "type": "object"}, "example_input": {"path": "x.csv"}}


def info(**named: list[dict[str, object]]) -> str:
    return json.dumps({"named_endpoints": {f"/{name}": {"parameters": asked} for name, asked in named.items()}})


def test_the_function_that_predicts_gets_a_value_for_each_field() -> None:
    made = call_of(info(clear=[TEXT], predict=[NUMBER, CHOICE, TEXT, STARTS]), "app", "/gradio_api/info")
    assert made is not None
    assert (made.method, made.path) == ("POST", "/gradio_api/call/predict")
    assert json.loads(made.body) == {"data": [3, "Ulm", OURS, 40]}


def test_an_older_app_is_called_where_it_listens() -> None:
    made = call_of(info(price=[NUMBER]), "app", "/info")
    assert made is not None
    assert made.path == "/call/price"


@pytest.mark.parametrize(
    "text",
    [
        info(predict=[FILE], clear=[NUMBER]),
        info(clear=[]),
        info(clear=[TEXT], flag_it=[NUMBER]),
        info(),
        "<html>",
        "[]",
        '{"named_endpoints": {"/predict": {"parameters": [3]}}}',
    ],
)
def test_what_wants_a_file_or_says_nothing_is_not_called(text: str) -> None:
    assert call_of(text, "app", "/info") is None


def test_a_picture_of_ours_is_shown_where_one_is_wanted_and_need_mean_nothing() -> None:
    picture = {
        "component": "Image",
        "type": {"title": "ImageData", "type": "object"},
        "example_input": {"path": "x.png"},
    }
    made = call_of(info(classify=[picture, NUMBER]), "app", "/info")
    assert made is not None
    assert json.loads(made.body) == {"data": [{"url": PICTURE}, 3]}
    assert is_ours(made.body)
    assert not is_ours('{"data": [3]}')


def test_the_two_parts_of_an_answer() -> None:
    assert event_of("/gradio_api/call/predict", '{"event_id": "8a-1"}') == "8a-1"
    assert event_of("/predict", '{"event_id": "8a-1"}') == ""
    assert event_of("/call/predict", '{"event_id": "../../etc"}') == ""
    beats = 'event: heartbeat\ndata: null\n\nevent: complete\ndata: [12.5, "high"]\n\n'
    assert outcome(beats) == (200, "12.5 high")
    assert outcome('event: error\ndata: {"error": "no such city"}\n\n') == (500, "no such city")
    assert outcome("event: error\ndata: null\n\n") == (500, "")
    assert outcome("") == (500, "")
