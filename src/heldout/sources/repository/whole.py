"""The checks of the whole repository, in a process of their own that is watched: one that hangs costs only itself."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from heldout.errors import OurFault
from heldout.evidence import Finding, Gap
from heldout.sources.repository.checks.base import Check
from heldout.sources.repository.patience import OutOfTime, Patience
from heldout.sources.repository.pool import process_context, settle
from heldout.sources.repository.repository import LostFactError, Repository
from heldout.sources.repository.worker import crash, overdue

WHAT = "the whole repository"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the checks of a whole repository may use, in seconds."""

    check: float = 10.0
    """Processor time of one check."""
    silence: float = 40.0
    """Wall time after which a check that cannot be stopped from within is stopped with its process."""
    all: float = 120.0
    """Wall time of all checks together; those that are not reached by then become one gap."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What one check said of the whole repository, or the gap that it left."""

    findings: tuple[Finding, ...] = ()
    gap: Gap | None = None


def judge(repo: Repository, checks: Sequence[Check], bounds: Bounds | None = None) -> list[Judged]:
    """Run the checks over the repository in a worker process, each within its time; a check that hangs, dies or
    crashes becomes a gap of ours.

    Raises OurFault when no process can be started.
    """
    bounds = bounds or Bounds()
    judged: list[Judged] = []
    until = time.monotonic() + bounds.all
    while len(judged) < len(checks):
        left = checks[len(judged) :]
        if time.monotonic() > until:
            codes = ", ".join(check.code for check in left)
            why = f"the time for it was over before these checks: {codes}"
            judged.append(Judged(gap=Gap(what=WHAT, why=why, ours=True)))
            break
        judged.extend(_run_until_one_is_lost(repo, left, bounds, until))
    return judged


def judge_here(repo: Repository, checks: Sequence[Check]) -> list[Judged]:
    """Run the checks over the repository in this process, without limits: for material that one trusts."""
    return [_judge_one(repo, check, Patience(Bounds().check)) for check in checks]


def _run_until_one_is_lost(repo: Repository, checks: Sequence[Check], bounds: Bounds, until: float) -> list[Judged]:
    """What the checks said, up to the first that takes its process down or has to be stopped with it."""
    context = process_context()
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(theirs, repo, tuple(checks), bounds.check), daemon=True)  # type: ignore[attr-defined]
    try:
        process.start()
    except OSError as error:
        ours.close()
        raise OurFault(f"no worker process could be started: {error}") from error
    finally:
        theirs.close()
    judged: list[Judged] = []
    try:
        while len(judged) < len(checks):
            deadline = min(time.monotonic() + bounds.silence, until)
            if not ours.poll(max(0.0, deadline - time.monotonic())):
                judged.append(Judged(gap=overdue(checks[len(judged)], WHAT, bounds.silence)))
                break
            judged.append(ours.recv())
    except (EOFError, OSError):
        why = f"{checks[len(judged)].code} stopped the process that ran it"
        judged.append(Judged(gap=Gap(what=WHAT, why=why, ours=True)))
    finally:
        ours.close()
        process.kill()
        process.join()
        process.close()
    return judged


def _serve(pipe: Connection, repo: Repository, checks: tuple[Check, ...], seconds: float) -> None:
    settle()
    patience = Patience(seconds)
    patience.start()
    try:
        for check in checks:
            pipe.send(_judge_one(repo, check, patience))
    except (OSError, KeyboardInterrupt):
        return  # the parent has gone


def _judge_one(repo: Repository, check: Check, patience: Patience) -> Judged:
    patience.begin()
    try:
        return Judged(tuple(check.on_repository(repo)))
    except LostFactError as error:
        return Judged(gap=Gap(what=WHAT, why=f"{check.code} needs {error}", ours=True))
    except Exception as error:  # noqa: BLE001 - one check's crash must not cost the report; the gap says whose fault
        return Judged(gap=crash(check, WHAT, error))
    except OutOfTime:
        return Judged(gap=overdue(check, WHAT, patience.seconds))
    finally:
        patience.rest()
