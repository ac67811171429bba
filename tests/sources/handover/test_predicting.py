"""U1: whether it predicts, with nobody blamed for a command that we guessed."""

from __future__ import annotations

from heldout.sandbox.base import Verdict
from heldout.sources.handover.plan import Plan, Step
from heldout.sources.handover.predicting import predicts
from heldout.sources.handover.record import Cause, Ran
from heldout.sources.handover.result import Check
from heldout.sources.handover.running import Running

GUESS = Cause(code="guess", message="The command is a guess of ours: the command as it stands lacks arguments.")
STOPS = Cause(code="error", message="It stops with an error: KeyError: 'size'.")
LOADED = Check(id="U1", area="run", state="pass", message="model.joblib loads and predicts.")


def one(*ends: Cause | None, loaded: Check | None = None) -> Check:
    """U1 of a delivery with one predicting command for each end."""
    steps = tuple(Step(id=f"p{n}", purpose="predict", command=f"python p{n}.py") for n, _ in enumerate(ends))
    runs = tuple(
        Ran(step=s.id, command=s.command, verdict=Verdict.FAILED if end else Verdict.OK, wall_s=1.0, cause=end)
        for s, end in zip(steps, ends, strict=True)
    )
    return predicts(Plan(steps=steps), Running(runs=runs), (), loaded)


def test_a_command_that_works() -> None:
    assert one(None).message == "Its predicting command works as delivered."


def test_a_guess_of_ours_is_no_command_of_theirs() -> None:
    assert one(None, GUESS).message == "Its predicting command works as delivered."
    assert one(None, STOPS).message == "1 of 2 predicting commands work as delivered."
    assert one(GUESS).state == "not_assessable"


def test_a_guess_excuses_no_command_that_stops() -> None:
    told = one(GUESS, STOPS)
    assert told.state == "fail"
    assert "KeyError" in told.message
    assert told.command == "python p1.py"


def test_where_only_a_guess_failed_the_model_speaks_for_itself() -> None:
    assert one(GUESS, loaded=LOADED) == LOADED
