"""`heldout fairness`: do groups of people fare differently, and can that be told from so few?"""

from __future__ import annotations

from pathlib import Path

import click

from heldout.cli.output import check_output, write_output
from heldout.errors import InputError

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("outcomes", type=_FILE)
@click.option(
    "--demographics",
    required=True,
    type=_FILE,
    metavar="FILE",
    help="A CSV of its own: candidate, sex, race, or other columns.",
)
@click.option("--stages", metavar="A,B,C", help="The stages in their order (default: as the file has them).")
@click.option(
    "--least",
    type=click.IntRange(1, 1000),
    default=5,
    show_default=True,
    metavar="N",
    help="Hide groups of fewer people, so that nobody can be made out.",
)
@click.option("--html", metavar="FILE", help="Write the report as one self-contained page.")
@click.option("--json", "json_to", metavar="FILE|-", help="Write the report as JSON.")
def command(
    outcomes: Path, demographics: Path, stages: str | None, least: int, html: str | None, json_to: str | None
) -> None:
    """Compare how groups of people fare: rates, impact ratios, and how much so few people can tell.

    OUTCOMES is a CSV with the columns candidate, stage, selected (yes, no, or empty while undecided) and score (may be
    left out): one line for each candidate at each stage that they reached. Who people are stands in another file and
    meets the outcomes in this command only: neither is kept, and nothing of it is written into a case.
    """
    from heldout.decision.impact import Options, analyse, read_demographics, read_outcomes
    from heldout.report.fairness_html import render_fairness
    from heldout.report.terminal import make_console
    from heldout.report.terminal_fairness import print_fairness

    for target in (html, json_to):
        check_output(target)
        if target and target != "-":
            _outside_a_case(Path(target), "the report")
    _outside_a_case(demographics, "the file of demographics")
    order = [name.strip() for name in (stages or "").split(",") if name.strip()]
    result = analyse(read_outcomes(outcomes, order), read_demographics(demographics), Options(least=least))
    if html:
        write_output(html, render_fairness(result))
    if json_to:
        write_output(json_to, result.model_dump_json(indent=2))
    if "-" not in (html, json_to):
        print_fairness(make_console(), result)
        if html:
            click.echo(f"\nThe page for people: {html}")


def _outside_a_case(path: Path, what: str) -> None:
    """Raise InputError for a file in a case: what tells who people are must not lie beside what decides on them."""
    for folder in path.resolve().parents:
        if (folder / "case.toml").is_file():
            raise InputError(f"{path} lies in the case {folder}; keep {what} outside of it")
