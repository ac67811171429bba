from __future__ import annotations

import pytest

from heldout.evidence import Dossier
from heldout.report.clean import MOST, cleaned, one_line, plain
from tests.report import samples


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("\x9b2J", "\ufffd2J"),
        ("user\u202etxt.exe", "user\ufffdtxt.exe"),
        ("a\u2066b\u2069", "a\ufffdb\ufffd"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("zero\u200bwidth", "zero\ufffdwidth"),
        ("Zoë 李 👩‍🔬 می‌خواهم", "Zoë 李 👩‍🔬 می‌خواهم"),
        ("lone \ud800", "lone \ufffd"),
    ],
)
def test_unsafe_characters_are_replaced_where_they_stood(given: str, shown: str) -> None:
    assert plain(given) == shown


def test_floods_are_cut_and_the_cut_is_said() -> None:
    assert plain("x" * (MOST + 7)) == "x" * MOST + "… (7 more characters)"


def test_one_line() -> None:
    assert one_line(" a\n\tb ") == "a b"


def test_a_dossier_without_anything_unsafe_stays_as_it_is() -> None:
    assert cleaned(samples.strong()) == samples.strong()


def test_every_text_of_a_dossier_is_cleaned() -> None:
    leak = samples.LEAK.model_copy(update={"measured": {"a\x07b": "c\x1bd"}, "mend": "\u202e"})
    dossier = cleaned(Dossier(subject="\x1bAda", findings=(leak,)))
    assert dossier.subject == "\ufffdAda"
    assert dossier.findings[0].measured == {"a\ufffdb": "c\ufffdd"}
    assert dossier.findings[0].mend == "\ufffd"
