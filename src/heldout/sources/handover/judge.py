"""Every check of an audit, from what was read, built and run."""

from __future__ import annotations

from collections.abc import Mapping

from heldout.material.open import Material
from heldout.sources.handover.answers import Answers
from heldout.sources.handover.claims.checks import claims_checks
from heldout.sources.handover.conduct import Findings
from heldout.sources.handover.faults_run import faults_check
from heldout.sources.handover.growth import growth_check
from heldout.sources.handover.guide import guide_check
from heldout.sources.handover.image_look import look_at
from heldout.sources.handover.image_run import Imaged, image_checks
from heldout.sources.handover.models import t7_check
from heldout.sources.handover.models_run import loaded_check
from heldout.sources.handover.observation import Observation
from heldout.sources.handover.own import own_checks
from heldout.sources.handover.own_data import own_data_check
from heldout.sources.handover.plan import Plan, Reading
from heldout.sources.handover.predicting import predicts
from heldout.sources.handover.result import Check
from heldout.sources.handover.retrains import trains
from heldout.sources.handover.skew_run import skew_check
from heldout.sources.handover.standing import Standing
from heldout.sources.handover.tables import delivered_worth
from heldout.sources.handover.verdicts import build_checks, run_checks
from heldout.sources.handover.worth import t4_check


def judge(
    material: Material,
    plan: Plan,
    standing: Mapping[str, Standing],
    imaged: Imaged,
    found: Findings,
    answers: Answers,
) -> tuple[Check, ...]:
    """The checks that need a run, and those of owning it; one for each line of the rubric that they speak for."""
    return (
        *build_checks(plan, {id_: one for id_, one in standing.items() if not one.beside}),
        *image_checks(imaged, look_at(imaged.path, material.tree, plan, standing) if imaged.path else ()),
        *run_checks(plan, found.running, found.training),
        trains(
            plan,
            found.training,
            [entry.path for entry in material.tree.files if entry.symlink],
            learns=any(line.startswith("numpy==") for one in standing.values() for line in one.packages),
        ),
        _predicts(plan, found),
        t7_check([(one.model, one.report) for one in found.models]),
        own_data_check(found.own, found.parts, found.training),
        growth_check(found.parts.growth if found.parts else None, found.parts.why_not if found.parts else ""),
        faults_check(found.faults, plan),
        skew_check(found.skew),
        *claims_checks(plan.claims, found.claims(plan), [done.runs for done in found.rounds]),
        t4_check(_seen(found), delivered_worth(material.tree, plan.data), _reported(found)),
        guide_check(plan, found.runs, tuple(a for s in standing.values() for a in s.attempts)),
        *own_checks(material, plan, answers, found.runs),
    )


def _predicts(plan: Plan, found: Findings) -> Check:
    """U1; what predicts only with older packages earns half, and is told as such."""
    told = predicts(plan, found.running, found.predicted, loaded_check(found.models))
    if found.older is None or told.state != "pass":
        return told
    said = f"It predicts only with older packages than install today ({found.older.words}): "
    return told.model_copy(
        update={
            "message": f"{said}{told.message[:1].lower()}{told.message[1:]} With those of today: {found.older.why}",
            "credit": min(told.credit, 0.5),
            "severity": "medium",
            "mend": "Write down the versions that the model was saved with, or save it again with those of today.",
        }
    )


def _seen(found: Findings) -> list[Observation]:
    """What the watch saw of the first training, as far as its runs worked: a half of one says little."""
    return [run.seen for done in found.rounds[:1] for run in done.runs if run.seen is not None and run.counts]


def _reported(found: Findings) -> list[Reading]:
    """What the first training printed and wrote of quality."""
    return [reading for readings in found.readings[:1] for reading in readings]
