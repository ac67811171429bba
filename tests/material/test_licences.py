"""Licences by name and by what they keep back."""

from __future__ import annotations

import pytest

from heldout.material.licences import hold_of, is_copyleft, kept_back, named_licences, spdx


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Licensed under the MIT License.", ["MIT"]),
        ("![](https://img.shields.io/badge/license-MIT-blue.svg)", ["MIT"]),
        ("researchers of MIT in Boston", []),
        ("CC BY-NC-SA 4.0", ["CC-BY-NC-SA"]),
        ("CC-BY-4.0 and CC BY-SA", ["CC-BY", "CC-BY-SA"]),
        ("Apache 2.0", ["Apache-2.0"]),
        ("GNU GPLv3, not LGPL v2.1", ["GPL", "LGPL"]),
        ("the Open Database License (ODbL)", ["ODbL-1.0", "ODbL-1.0"]),
        ("a CreativeML OpenRAIL-M licence", ["OpenRAIL"]),
        ("rails and trails", []),
    ],
)
def test_names_in_sentences(text: str, names: list[str]) -> None:
    assert [named.licence for named in named_licences(text)] == names


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("for research purposes only", ["research only"]),
        ("only for academic use", ["research only"]),
        ("for educational and research purposes only", ["research only"]),
        ("not for commercial use", ["non-commercial"]),
        ("for commercial and non-commercial purposes", []),
        ("a research project on commercial data", []),
    ],
)
def test_phrases_that_keep_a_use_back(text: str, holds: list[str]) -> None:
    assert [kept.hold for kept in kept_back(text)] == holds


def test_what_a_licence_keeps_back_does_not_depend_on_its_version() -> None:
    assert hold_of("CC-BY-NC-4.0") == hold_of("CC-BY-NC") == "non-commercial"
    assert hold_of("MIT") is None
    assert is_copyleft("AGPL-3.0")
    assert not is_copyleft("Apache-2.0")


def test_only_real_ids_are_ids() -> None:
    assert spdx("mit or apache-2.0") == "MIT OR Apache-2.0"
    assert spdx("our own") is None
