"""The command line: `heldout COMMAND`, one file per command, each loaded when it is asked for.

Exit codes: 0 done, whatever it says of a subject; 1 an audit does not hold; 2 bad input; 3 a fault of ours; 130
interrupted; 143 (129) asked to end (the terminal went away); 141 when the reader of a pipe left.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from types import FrameType

import click

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")  # nobody else's code is looked for, or run, at every start

from heldout import __version__
from heldout.errors import InputError, OurFault

BAD_INPUT, OUR_FAULT, INTERRUPTED, PIPE_CLOSED = 2, 3, 130, 141
_ENDED_BY_SIGNAL = 128
"""A process that a signal ended has this and the signal's number for an exit code, by the custom of shells."""
_ENDING = tuple(signal.Signals[name] for name in ("SIGTERM", "SIGHUP") if name in signal.Signals.__members__)
_GARBAGE = 50_000
"""New objects after which cycles are looked for: a command lives briefly and makes many that stay."""

_MOST_LINES = 40
"""Lines of a message about what was given; a table of another kind has a fault in each of its rows."""

_COMMANDS = {  # the order is that of the help
    "review": ("heldout.cli.review", "Read past work: what a repository shows about the person who wrote it."),
    "audit": ("heldout.cli.audit", "Run what was delivered: build, run, retrain and own it without its makers?"),
    "engage": ("heldout.cli.engage", "Full-time, freelancer, agency or team? Cost, time, risk, and what turns it."),
    "record": ("heldout.cli.record", "Say what has to be kept of a hiring, and what of it is missing."),
    "fairness": ("heldout.cli.fairness", "Compare how groups of people fare, and say how much so few can tell."),
    "decide": ("heldout.cli.decide", "Weigh all evidence: who is likely best, how sure, why, and what next."),
    "outcome": ("heldout.cli.decide:outcome", "Record how a choice turned out."),
    "checks": ("heldout.cli.checks", "List and explain what a review looks at."),
    "standard": ("heldout.cli.standard", "Print what matters: competencies, levels, roles."),
    "doctor": ("heldout.cli.doctor", "Show what protects this machine from the code that is run on it."),
    "interview": ("heldout.cli.interview", "Ask well: questions, who asks what, scorecards."),
    "case": ("heldout.cli.case", "Make, fill, show and clear the folder that joins the commands."),
}
"""Name: (module that holds a click command `command`, or of the name after the colon; one line of help). The help
stands here so that `heldout --help` need not import every command."""


class _Commands(click.Group):
    """The commands of the table, imported one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name or "command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="heldout")
@click.option("--debug", is_flag=True, help="Show the traceback when something fails on our side.")
def heldout(debug: bool) -> None:
    """Hire machine-learning engineers on held-out evidence."""


class Ended(KeyboardInterrupt):
    """The system asked this process to end, by the signal of this number: what it has open is tidied up first."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _tidy_up_when_ended() -> None:
    """Let the signals that end a process unwind it, so that temporary folders and child processes go with it."""

    def end(number: int, _frame: FrameType | None) -> None:
        for other in _ENDING:
            signal.signal(other, signal.SIG_IGN)  # once is enough: a second must not break off the tidying
        raise Ended(number)

    for number in _ENDING:
        if signal.getsignal(number) == signal.SIG_DFL:  # what a caller has set (`nohup`) stays
            signal.signal(number, end)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    gc.set_threshold(_GARBAGE)
    if arguments is None:
        _tidy_up_when_ended()
    try:
        with heldout.make_context("heldout", given.copy()) as context:
            heldout.invoke(context)
            sys.stdout.flush()
        code = 0
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        error.show()
        code = BAD_INPUT
    except InputError as error:
        click.echo(f"Error: {_shown(_first(str(error)))}", err=True)
        code = BAD_INPUT
    except Ended as ended:
        click.echo("Stopped.", err=True)
        code = _ENDED_BY_SIGNAL + ended.number
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        code = INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # else the interpreter complains when it flushes at exit
        code = PIPE_CLOSED
    except Exception as error:  # noqa: BLE001 - the one place where a bug of ours becomes an exit code
        _own_up(error, debug="--debug" in given)
        code = OUR_FAULT
    if arguments is None:
        gc.freeze()  # the process ends: looking through all it holds once more would take as long as a small file
    sys.exit(code)


def _first(message: str) -> str:
    """A message of so many faults that nobody reads them all: the first of them, how many more, and its last line."""
    lines = message.splitlines()
    if len(lines) <= _MOST_LINES:
        return message
    shown = lines[: _MOST_LINES - 2]
    return "\n".join([*shown, f"... and {len(lines) - len(shown) - 1:,} lines more; mend these first", lines[-1]])


def _shown(message: str) -> str:
    """A message as a terminal may have it: names and outputs in it are those of whoever made what was given."""
    from heldout.report.clean import plain

    return plain(message)


def _own_up(error: Exception, *, debug: bool) -> None:
    """Say that the fault is ours, and what to do about it."""
    if debug:
        traceback.print_exception(error)
    what = str(error) if isinstance(error, OurFault) else f"{type(error).__name__}: {error}"
    click.echo(
        f"A fault of ours, not of what you gave: {_shown(what)}\n"
        "Nobody was judged by it. "
        + ("Please report it with the lines above." if debug else "For the details, run: heldout --debug COMMAND ..."),
        err=True,
    )
