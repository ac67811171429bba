"""Requests that a service ought to refuse, or to answer as before."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heldout.sources.handover.spoiling import row_of, spoil, spoil_address


def test_spoilt_requests_keep_the_shape_of_the_valid_one() -> None:
    body = json.dumps({"instances": [{"age": 41, "city": "Ulm"}, {"age": 12, "city": "Bonn"}]})
    bad = spoil(body, "application/json")
    assert json.loads(bad["missing_field"]) == {"instances": [{"city": "Ulm"}, {"age": 12, "city": "Bonn"}]}
    assert json.loads(bad["wrong_type"])["instances"][0] == {"age": "not a number", "city": "Ulm"}
    assert json.loads(bad["unseen_category"])["instances"][0]["city"] == "never seen before"
    with pytest.raises(ValueError, match=r".+"):
        json.loads(bad["malformed"])


def test_lists_of_numbers_and_forms_are_spoilt_too() -> None:
    assert json.loads(spoil('{"data": [[1, 2, 3]]}', "application/json")["missing_field"]) == {"data": [[2, 3]]}
    assert spoil("age=41&city=Ulm", "application/x-www-form-urlencoded")["missing_field"] == b"city=Ulm"


def test_a_free_text_is_spoilt_in_every_way_that_a_text_can_be() -> None:
    bad = spoil('{"text": "win a free prize now"}', "application/json")
    told = {kind: json.loads(body) for kind, body in bad.items() if kind not in ("empty", "malformed", "huge")}
    assert told["missing_field"] == {}
    assert told["missing_value"] == {"text": None}
    assert told["wrong_type"] == {"text": 12345}
    assert told["empty_text"] == {"text": ""}
    assert len(told["very_long"]["text"]) > 100_000
    assert not told["other_language"]["text"].isascii()
    assert told["extra_field"].keys() > {"text"}
    assert not told.keys() & {"unseen_category", "out_of_range", "number_as_text"}, "any text is a sound one"


def test_a_number_is_written_as_text_too() -> None:
    bad = spoil('{"age": 41, "city": "Ulm"}', "application/json")
    assert json.loads(bad["number_as_text"]) == {"age": "41", "city": "Ulm"}
    assert json.loads(bad["extra_field"]).keys() > {"age", "city"}
    assert "very_long" not in bad, "a category is no free text"


@pytest.mark.parametrize("body", ['["good film"]', '{"texts": ["good film", "bad film"]}', '"good film"'])
def test_texts_in_lists_and_by_themselves(body: str) -> None:
    bad = spoil(body, "application/json")
    assert {"empty_text", "very_long", "other_language", "wrong_type", "missing_value"} <= bad.keys()
    assert "good film" not in bad["wrong_type"].decode()


def test_a_plain_text_is_no_json() -> None:
    bad = spoil("a good film", "text/plain")
    assert set(bad) == {"empty", "malformed", "empty_text", "very_long", "other_language"}
    with pytest.raises(UnicodeDecodeError):
        bad["malformed"].decode()


def test_forms_and_addresses_tell_numbers_from_texts() -> None:
    form = spoil("message=hello+there&age=41", "application/x-www-form-urlencoded")
    assert parse_qs(form["wrong_type"].decode())["age"] == ["not a number"]
    assert len(form["very_long"]) > 100_000
    assert "wrong_type" not in spoil("message=hello", "application/x-www-form-urlencoded"), "any text is a text"
    bad = spoil_address("/predict?text=hello+there&top=3")
    assert parse_qs(urlsplit(bad["missing_field"]).query) == {"top": ["3"]}
    assert {urlsplit(address).path for address in bad.values()} == {"/predict"}
    assert spoil_address("/predict") == {}


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_request_can_be_spoilt(content: object) -> None:
    bad = spoil(json.dumps(content), "application/json")
    assert {"empty", "malformed", "huge"} <= bad.keys()
    row_of(content)
