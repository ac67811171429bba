"""What an answer of a service says to a person, and when that is an error in spite of its status."""

from __future__ import annotations

import pytest

from heldout.sources.handover.replies import readable, seen_text, trouble_in


def test_what_a_browser_hides_does_not_stand_before_what_a_page_says() -> None:
    page = (
        f"<!DOCTYPE html><html><style>{'p {} ' * 1_000}</style><script>let a = 1</script><p>Spam &amp; more</p></html>"
    )
    assert seen_text(readable(page)[:500]) == "Spam & more"
    assert readable('{"label": "<style>"}') == '{"label": "<style>"}'


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<html><p>An error occurred: [Errno 2] No such file or directory: 'a/model.pkl'</p></html>", "[Errno 2]"),
        ('{"error": "Model not loaded"}', "Model not loaded"),
        ('{"detail": "could not load the model"}', "could not load"),
        ('{"prediction": "spam", "error": null}', ""),
        ('{"error": "text is required"}', ""),
        ("<html><p>Not spam</p></html>", ""),
        ('{"text": "no such file or directory", "label": "ham"}', ""),
    ],
)
def test_an_answer_that_lacks_what_predicts(body: str, told: str) -> None:
    found = trouble_in(body)
    assert found.startswith(told)
    assert bool(found) == bool(told)


def test_what_stands_on_the_page_before_anything_is_asked_is_no_answer() -> None:
    page = "<html><p>If you see 'model not found', train it first.</p></html>"
    assert not trouble_in(page, page)
