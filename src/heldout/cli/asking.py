"""A scorecard filled in on the terminal: one competency after the other, the overall word last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

import click

from heldout.report.clean import one_line, plain
from heldout.sources.interview.form import ACCOMMODATION, DATE, OVERALL, SEEN, Expected, Line, faults
from heldout.sources.interview.scorecard import SEEN_WORDS
from heldout.standard import Role
from heldout.wording import listed


def ask_scorecard(expected: Expected, role: Role) -> list[Line]:
    """The lines of a form, as they were typed. Whoever breaks off leaves nothing behind."""
    blank = expected.blank
    click.echo(
        f"Scorecard of {blank.rater} for {plain(blank.subject)}, {role.name}. Ctrl-C breaks off; nothing is kept then."
    )
    seen = "; ".join(f"{key}: {words}" for key, words in SEEN_WORDS.items())
    today = datetime.now(UTC).astimezone().date().isoformat()
    lines = [_line("kit", answer=blank.kit)]
    for item, prompt, usual in (
        (DATE, "Day of the interview", today),
        (SEEN, f"What had you seen before rating? ({seen})", "nothing"),
        (ACCOMMODATION, "Was anything adapted (time, format, language)? yes or no; no reasons", "no"),
    ):
        lines.append(_until_right(expected, partial(_single, item, prompt, usual)))
    for name in expected.asked:
        _show(expected, name)
        lines.append(_until_right(expected, partial(_competency, name)))
    click.echo("\nAll parts are rated.")
    overall = partial(_single, OVERALL, "Overall, if you like: yes, no, unsure, or nothing. No calculation uses it", "")
    return [*lines, _until_right(expected, overall)]


def _until_right(expected: Expected, ask: Callable[[], Line]) -> Line:
    """Ask again as long as something is wrong with what was typed, and say what."""
    while wrong := faults(line := ask(), expected):
        for problem in wrong:
            click.echo(f"  ! {plain(problem)}")
    return line


def _single(item: str, prompt: str, usual: str) -> Line:
    return _line(item, answer=_asked(prompt, usual))


def _show(expected: Expected, name: str) -> None:
    """The levels that a competency is rated on: of the interviewer's own questions about it, else the standard's."""
    blank = expected.blank
    click.echo(f"\n{blank.title(name)}")
    for question in blank.own(name):
        click.echo(f"  {question.id}: {one_line(plain(question.question))}")
        _anchors(question.anchors)
    if not blank.own(name):
        if besides := blank.besides(name):
            click.echo(f"  Where the answer to {listed(besides, 'or')} shows it; else not observed")
        _anchors(blank.standard.by_id[name].anchors)


def _anchors(anchors: Mapping[int, str]) -> None:
    for level, text in sorted(anchors.items()):
        click.echo(f"  {level}  {one_line(plain(text))}")


def _competency(name: str) -> Line:
    answer = _asked("Level from 1 to 5, halves allowed; - when it was not observed")
    missing = answer in ("", "-")
    return _line(
        name,
        answer="" if missing else answer,
        reason=_asked("Why was it not observed?") if missing else "",
        notes=_asked("What was said that shows it?"),
        asked=_asked("Questions asked (ids, parted by semicolons)"),
    )


def _line(item: str, *, answer: str, reason: str = "", notes: str = "", asked: str = "") -> Line:
    cells = {"answer": answer, "not observed because": reason, "notes": notes, "questions asked": asked}
    return Line(item, cells, lambda column: f"{item} ({column})")


def _asked(prompt: str, default: str = "") -> str:
    said: str = click.prompt(prompt, default=default, show_default=bool(default), prompt_suffix="\n> ")
    return said.strip()
