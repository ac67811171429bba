"""A valid request, made from what a service says of itself."""

from __future__ import annotations

import json

import pytest

from heldout.sources.handover.openapi import service_of

SPEC = {
    "paths": {
        "/health": {"get": {}},
        "/predict": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/c/Row"}}}}}},
    },
    "c": {
        "Row": {
            "type": "object",
            "properties": {
                "age": {"type": "integer", "minimum": 18, "maximum": 90},
                "city": {"type": "string", "enum": ["Ulm", "Bonn"]},
                "score": {"anyOf": [{"type": "null"}, {"type": "number"}]},
                "tags": {"type": "array", "items": {"type": "string", "example": "new"}, "minItems": 2},
            },
        }
    },
}


def test_the_route_that_predicts_with_a_row_that_its_schema_allows() -> None:
    made = service_of(json.dumps(SPEC), "api")
    assert made is not None
    assert (made.method, made.path, made.health) == ("POST", "/predict", "/health")
    assert json.loads(made.body) == {"age": 54, "city": "Ulm", "score": 1.0, "tags": ["new", "new"]}


def test_a_question_in_the_address() -> None:
    spec = {
        "paths": {
            "/forecast/{city}": {
                "get": {
                    "parameters": [
                        {"name": "city", "in": "path", "schema": {"type": "string"}},
                        {"name": "days", "in": "query", "required": True, "schema": {"type": "integer", "default": 30}},
                    ]
                }
            }
        }
    }
    made = service_of(json.dumps(spec), "api")
    assert made is not None
    assert (made.method, made.path) == ("GET", "/forecast/text?days=30")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"paths": []}', '{"paths": {"/p": {"post": {}}}}', "[" * 100_000])
def test_what_describes_nothing_gives_nothing(text: str) -> None:
    assert service_of(text, "api") is None


def test_a_description_that_refers_to_itself_ends() -> None:
    loop = {"type": "object", "properties": {"again": {"$ref": "#/loop"}}}
    spec = {
        "paths": {"/predict": {"post": {"requestBody": {"content": {"application/json": {"schema": loop}}}}}},
        "loop": loop,
    }
    assert service_of(json.dumps(spec), "api") is not None
