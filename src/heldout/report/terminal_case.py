"""A case on the terminal: what to take into a meeting. Subjects side by side first, then each in turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from heldout.evidence import Artifact, Case, Dossier, Evidence, Polarity, State
from heldout.evidence.types import Z90, Measured
from heldout.report.effects import Weighed, weigh
from heldout.report.levels import CARE, STATES, WITH_CARE, interval
from heldout.report.summary import summarise
from heldout.report.terminal import level_bar, printable
from heldout.report.words import level as level_words
from heldout.report.words import measured, named, together
from heldout.standard import SOURCE_WORDS, Role
from heldout.wording import percent

_STATE_CELLS: dict[State, str] = {
    "observed": "seen",
    "not_observed": "not observed",
    "not_assessable": "not assessable",
    "not_applicable": "does not apply",
    "faulted": "our fault",
}
"""The states in as many words as a narrow cell holds."""

_STRONGEST = 5
_QUESTIONS = 8
_WIDE = 72
"""Columns from which the intervals are drawn beside the figures."""


def print_case(console: Console, case: Case, dossiers: Sequence[Dossier]) -> None:
    """The case for people: comparison when there are several subjects, then a page for each."""
    console.print(Text(printable(case.title), "bold"))
    console.print(Text(f"Role: {case.identity}", "dim"))
    console.print(Text(f"Goal: {case.role.business_goal}"))
    if not dossiers:
        console.print(Text("\nNobody has been looked at yet. Begin: heldout review WHAT --into CASE --subject NAME"))
        return
    console.print(
        Text(
            "\nLevels go from 1 to 5 (3: what a competent engineer normally does). ± and ─ are the 90 % interval, "
            "│ is the bar of this role; open: the interval holds the bar. A missing level is missing, not low. "
            f"{_care(dossiers)}People decide.",
            "dim",
        )
    )
    if len(dossiers) > 1:
        _print_comparison(console, case, dossiers)
    for dossier in dossiers:
        _print_subject(console, case, dossier)


def _care(dossiers: Sequence[Dossier]) -> str:
    careful = any(e.level is not None and e.reason for dossier in dossiers for e in dossier.evidence)
    return f"{WITH_CARE}: {CARE}. " if careful else ""


def evidence_for(dossier: Dossier, competency: str) -> tuple[Evidence, ...]:
    """What was said of a competency: observed levels first, the surest one first of all."""
    found = [evidence for evidence in dossier.evidence if evidence.competency == competency]
    return tuple(sorted(found, key=lambda evidence: (evidence.se is None, evidence.se or 0.0)))


def verdict(level: float, se: float, bar: float) -> str:
    """Where the 90 % interval of a level lies to the bar, in words."""
    low, high = interval(level, se)
    if low >= bar:
        return "above the bar"
    return "below the bar" if high < bar else "open"


def _print_comparison(console: Console, case: Case, dossiers: Sequence[Dossier]) -> None:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title="Side by side", title_justify="left", title_style="bold")
    table.add_column("competency")
    table.add_column("weight", justify="right", no_wrap=True)
    table.add_column("bar", justify="right", no_wrap=True)
    for dossier in dossiers:
        table.add_column(Text(printable(dossier.subject)))
    for name in _by_weight(case.role):
        cells = [_comparison_cell(dossier, name, case.role.bars[name]) for dossier in dossiers]
        table.add_row(
            Text(case.standard.short(name)), f"{case.role.weights[name]:.0%}", f"{case.role.bars[name]:g}", *cells
        )
    console.print(Padding(table, (1, 0, 0, 0)))


def _comparison_cell(dossier: Dossier, name: str, bar: float) -> Text:
    found = evidence_for(dossier, name)
    if not found:
        return Text("not looked at", "dim")
    best = found[0]
    if best.level is None or best.se is None:
        return Text(_STATE_CELLS[best.state], "dim")
    return Text.assemble((f"{_figures(best)} ", "bold"), verdict(best.level, best.se, bar))


def _print_subject(console: Console, case: Case, dossier: Dossier) -> None:
    console.print()
    console.rule(Text(printable(dossier.subject), "bold"), align="left")
    if not dossier.evidence and not dossier.artifacts:
        console.print(Text("Nothing has been looked at yet."))
        return
    console.print(_levels(console, case, dossier))
    _print_artifacts(console, dossier.artifacts)
    weighed = weigh(dossier)
    _print_findings(console, "Strongest evidence for", weighed, "for")
    _print_findings(console, "Strongest evidence against", weighed, "against")
    _print_list(console, "Ask", _questions(case, dossier, weighed), numbered=True)
    _print_list(console, "What cannot be told", _unknowns(case, dossier, weighed))
    suppressed = [finding for finding in dossier.all_findings() if finding.suppressed is not None]
    _print_list(
        console,
        "Not counted, as asked",
        [f"{f.code} {f.message} - {f.suppressed.reason} ({f.suppressed.where})" for f in suppressed if f.suppressed],
    )


def _levels(console: Console, case: Case, dossier: Dossier) -> Table:
    """One row per observation: the role's competencies by weight, then those that it does not ask for."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("competency", overflow="fold")
    table.add_column("level", no_wrap=True)
    drawn = console.width >= _WIDE
    if drawn:
        table.add_column("1   2   3   4   5", no_wrap=True)
    table.add_column("bar", justify="right", no_wrap=True)
    table.add_column("what that means")
    asked = _by_weight(case.role)
    others = dict.fromkeys(e.competency for e in dossier.evidence if e.competency not in asked and e.level is not None)
    for name in (*asked, *others):
        bar = case.role.bars.get(name)
        shown_bar = "-" if bar is None else f"{bar:g}"
        title = Text(case.standard.short(name), "" if name in asked else "dim")
        found = evidence_for(dossier, name)
        if not found:
            bars = [level_bar(None, None, bar)] if drawn else []
            table.add_row(title, Text("-"), *bars, shown_bar, Text("not looked at", "dim"))
        for evidence in found:
            bars = [level_bar(evidence.level, evidence.se, bar)] if drawn else []
            table.add_row(title, Text(_figures(evidence), "bold"), *bars, shown_bar, _meaning(evidence, bar))
    return table


def _figures(evidence: Evidence) -> str:
    """`3.2 ±0.6`: level and half of the interval; `-` for a missing one."""
    if evidence.level is None or evidence.se is None:
        return "-"
    return f"{level_words(evidence.level)} ±{Z90 * evidence.se:.1f}{f' {WITH_CARE}' if evidence.reason else ''}"


def _meaning(evidence: Evidence, bar: float | None) -> Text:
    """The observation in words: against the bar, from where, with what reservation; or why there is none."""
    source = SOURCE_WORDS.get(evidence.source, evidence.source)
    if evidence.rater:
        source = f"{source} by {printable(evidence.rater)}"
    if evidence.level is None or evidence.se is None:
        # Why it is missing stands under "What cannot be told", once for all that share the reason.
        return Text(STATES[evidence.state], "dim")
    parts = ["not asked for" if bar is None else verdict(evidence.level, evidence.se, bar), source]
    if evidence.share is not None:
        parts.append(f"{percent(evidence.share)} own work")
    if evidence.basis == "assumed":
        parts.append("error assumed")
    return Text(", ".join(parts))


def _print_artifacts(console: Console, artifacts: Sequence[Artifact]) -> None:
    """What was looked at; says so when one thing was looked at in several states, which counts it twice."""
    lines = []
    for artifact in artifacts:
        figures = [_figure(key, value) for key, value in artifact.measured.items()]
        origin = "" if artifact.origin in (artifact.name, f"local: {artifact.name}") else f" from {artifact.origin}"
        lines.append(f"{artifact.name} ({artifact.kind}, {artifact.digest[:12]}){origin}")
        if figures:
            lines[-1] += f": {', '.join(figures[:6])}"
    _print_list(console, "Looked at", lines)
    origins = [artifact.origin for artifact in artifacts]
    for origin in dict.fromkeys(o for o in origins if origins.count(o) > 1):
        warning = f"  ! {origin} was looked at in {origins.count(origin)} states; remove the out-of-date evidence file"
        console.print(Text(printable(warning), "yellow"))


def _figure(key: str, value: Measured) -> str:
    """`files 12`; what is said in several words after a colon."""
    said = measured(value, key)
    return f"{named(key)}: {said}" if " " in said and isinstance(value, str) else f"{named(key)} {said}"


def _print_findings(console: Console, heading: str, weighed: Iterable[Weighed], polarity: Polarity) -> None:
    chosen = [one for one in weighed if one.finding.polarity == polarity]
    lines = [_finding_line(one) for one in chosen[:_STRONGEST]]
    if len(chosen) > _STRONGEST:
        lines.append(f"... and {len(chosen) - _STRONGEST} more kinds, in the evidence files")
    _print_list(console, heading, lines or ["nothing was found"])


def _finding_line(weighed: Weighed) -> str:
    finding = weighed.finding
    places = ", ".join(str(location) for location in finding.locations[:2])
    more = f" and {len(finding.locations) - 2} more" if len(finding.locations) > 2 else ""
    notes: list[str] = [finding.severity] if finding.polarity == "against" else []
    notes += [f"one of {weighed.alike} alike"] if weighed.alike > 1 else []
    brackets = f" ({', '.join(notes)})" if notes else ""
    return f"{finding.message.rstrip('.')}{brackets}  [{finding.code}{': ' if places else ''}{places}{more}]"


def _questions(case: Case, dossier: Dossier, weighed: Iterable[Weighed]) -> list[str]:
    """The first screen's questions, then those that the other findings raise."""
    first = [question.text for question in summarise(dossier, case.standard, case.role).questions]
    return list(dict.fromkeys([*first, *(one.finding.ask for one in weighed if one.finding.ask)]))[:_QUESTIONS]


def _unknowns(case: Case, dossier: Dossier, weighed: Iterable[Weighed]) -> list[str]:
    """What no level could be given for, what findings leave open, and what could not be read."""
    observed = {evidence.competency for evidence in dossier.evidence if evidence.level is not None}
    missing = [e for e in dossier.evidence if e.competency in case.role.requires and e.competency not in observed]
    by_reason: dict[tuple[str, str], list[str]] = {}
    for evidence in missing:
        names = by_reason.setdefault((STATES[evidence.state], evidence.reason), [])
        names.append(case.standard.short(evidence.competency))
    lines = [f"{', '.join(dict.fromkeys(names))}: {state}. {reason}" for (state, reason), names in by_reason.items()]
    unseen = [case.standard.short(name) for name in _by_weight(case.role) if not evidence_for(dossier, name)]
    if unseen:
        lines.append(f"Nobody has looked yet at: {', '.join(unseen)}")
    told = " ".join(lines)
    lines += [
        m for w in weighed if w.finding.polarity == "unknown" and (m := w.finding.message).rstrip(".") not in told
    ]
    for artifact in dossier.artifacts:
        lines += [f"{gap.what}: {gap.why}{' (our fault)' if gap.ours else ''}" for gap in together(artifact.gaps)]
    return list(dict.fromkeys(lines))


def _print_list(console: Console, heading: str, lines: Sequence[str], *, numbered: bool = False) -> None:
    if not lines:
        return
    console.print(Padding(Text(heading, "bold"), (1, 0, 0, 0)))
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", width=3)
    grid.add_column()
    for number, line in enumerate(lines, 1):
        grid.add_row(f"{number}." if numbered else "-", Text(printable(line)))
    console.print(grid)


def _by_weight(role: Role) -> list[str]:
    return sorted(role.requires, key=lambda name: -role.weights[name])
