"""YAML of strangers: read as data, or refused with a reason."""

import pytest

from heldout.material.yaml_files import UnreadableYamlError, compose, line_of, mappings, read_yaml


def test_reads_every_document_and_takes_unknown_tags_for_plain_values() -> None:
    assert read_yaml("a: 1\n---\n- !Ref name\n- !Sub {x: 2}\n- !GetAtt [a, b]\n") == [
        {"a": 1},
        ["name", {"x": 2}, ["a", "b"]],
    ]


def test_builds_no_objects() -> None:
    assert read_yaml("!!python/object/apply:os.system ['exit 1']") == [["exit 1"]]


@pytest.mark.parametrize(
    "text",
    [
        "a: [1",
        "\t- x: y: z",
        "[" * 100_000,
        "x" * 500_000,
        "a: &a ["
        + "1," * 9
        + "1]\n"
        + "".join(
            f"{b}: &{b} [{'*' + a + ','}{'*' + a}]\n"
            for a, b in zip("abcdefghijklmnopqrstuvw", "bcdefghijklmnopqrstuvwx", strict=True)
        ),
        "a: &a [*a]",
        "a: *nowhere",
        "2001-99-99 99:99:99",
    ],
    ids=["open", "tab", "deep", "long", "bomb", "cycle", "dangling", "date"],
)
def test_refuses_what_cannot_be_read_safely(text: str) -> None:
    with pytest.raises(UnreadableYamlError):
        read_yaml(text)
    assert mappings(text) == []


@pytest.mark.parametrize(
    "text", ["- " * 60_000, "[" * 60_000, "{a: " * 60_000, "a: [1", "x" * 500_000, "a: 1\n---\nb: 1\n"]
)
def test_refuses_nodes_of_what_is_too_deep_or_no_single_document(text: str) -> None:
    with pytest.raises(UnreadableYamlError):
        compose(text)


def test_gives_the_nodes_with_their_lines() -> None:
    node = compose("a: 1\nb: [2]\n")
    assert node is not None
    assert [(key.value, key.start_mark.line) for key, _ in node.value] == [("a", 0), ("b", 1)]
    assert compose("") is None


def test_anchors_as_people_use_them_are_read() -> None:
    text = "base: &base {image: python, retries: 2}\njob:\n  <<: *base\n  retries: 3\n"
    assert mappings(text)[0]["job"] == {"image": "python", "retries": 3}


def test_finds_the_first_line_with_a_needle() -> None:
    assert line_of("a\nb: 1\nc: b\n", "b:") == 2
    assert line_of("a\n", "zzz") == 1
