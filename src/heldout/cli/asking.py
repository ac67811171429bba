"""A scorecard filled in on the terminal: one competency after the other, the overall word last."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from heldout.report.clean import one_line, plain
from heldout.sources.interview.form import ACCOMMODATION, DATE, OVERALL, SEEN, Expected, Line
from heldout.sources.interview.scorecard import SEEN_WORDS
from heldout.standard import Role


def ask_scorecard(expected: Expected, role: Role) -> list[Line]:
    """The lines of a form, as they were typed. Whoever breaks off leaves nothing behind."""
    blank = expected.blank
    click.echo(
        f"Scorecard of {blank.rater} for {plain(blank.subject)}, {role.name}. Ctrl-C breaks off; nothing is kept then."
    )
    seen = "; ".join(f"{key}: {words}" for key, words in SEEN_WORDS.items())
    about = {
        "kit": blank.kit,
        DATE: _asked("Day of the interview", datetime.now(UTC).astimezone().date().isoformat()),
        SEEN: _asked(f"What had you seen before rating? ({seen})", "nothing"),
        ACCOMMODATION: _asked("Was anything adapted (time, format, language)? yes or no; no reasons", "no"),
    }
    lines = [_line(item, answer=value) for item, value in about.items()]
    lines += [_competency(expected, name) for name in expected.asked]
    click.echo("\nAll parts are rated.")
    overall = _asked("Overall, if you like: yes, no, unsure, or nothing. No calculation uses it")
    return [*lines, _line(OVERALL, answer=overall)]


def _competency(expected: Expected, name: str) -> Line:
    competency = expected.blank.standard.by_id[name]
    click.echo(f"\n{competency.name}")
    for level, text in sorted(competency.anchors.items()):
        click.echo(f"  {level}  {one_line(text)}")
    answer = _asked("Level from 1 to 5, halves allowed; - when it was not observed")
    reason = _asked("Why was it not observed?") if answer in ("", "-") else ""
    return _line(
        name,
        answer="" if reason else answer,
        reason=reason,
        notes=_asked("What was said that shows it?"),
        asked=_asked("Questions asked (ids, parted by semicolons)"),
    )


def _line(item: str, *, answer: str, reason: str = "", notes: str = "", asked: str = "") -> Line:
    cells = {"answer": answer, "not observed because": reason, "notes": notes, "questions asked": asked}
    return Line(item, cells, lambda column: f"{item} ({column})")


def _asked(prompt: str, default: str = "") -> str:
    said: str = click.prompt(prompt, default=default, show_default=bool(default), prompt_suffix="\n> ")
    return said.strip()
