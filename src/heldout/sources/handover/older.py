"""What was saved with older packages than install today: whether older ones make it predict, and which those are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from heldout.evidence.types import Frozen
from heldout.sources.handover.models_run import Inspected
from heldout.sources.handover.plan import Plan
from heldout.sources.handover.predicting import answers
from heldout.sources.handover.record import Cause
from heldout.sources.handover.running import Running
from heldout.sources.handover.standing import Standing

_TELLING = (
    "scikit-learn",
    "xgboost",
    "lightgbm",
    "catboost",
    "tensorflow",
    "keras",
    "torch",
    "statsmodels",
    "numpy",
    "pandas",
)
"""Packages that a saved model depends on, those first that most often break it."""
_NAMED = 2
_OF_VERSIONS = frozenset(
    {"ModuleNotFoundError", "ImportError", "AttributeError", "TypeError", "ValueError", "KeyError"}
)
"""What a pickle raises whose classes are others by now."""


class Older(Frozen):
    """Predicting with older packages, in an environment beside the delivery's own."""

    environment: str
    words: str
    """Which packages, in words: `scikit-learn 0.21.3 instead of 1.0.2, as of 23 July 2020`."""
    why: str
    """What becomes of it with those of today, as a sentence."""
    running: Running
    models: tuple[Inspected, ...] = ()

    def helps(self, plan: Plan) -> bool:
        """Whether something predicts with them."""
        return does_predict(plan, self.running) or any(_answered(model) for model in self.models)


def does_predict(plan: Plan, running: Running) -> bool:
    """Whether a command or service that predicts came to a result."""
    return any(run.worked for run in running.of(plan, "predict")) or any(answers(one) for one in running.served)


def needed(plan: Plan, running: Running, models: Sequence[Inspected]) -> Cause | None:
    """Why older packages are worth a try; None when it predicts, or fails for other reasons."""
    if does_predict(plan, running):
        return None
    causes = [run.cause for run in running.of(plan, "predict")] + [one.cause for one in running.served]
    told = next((cause for cause in causes if cause and cause.code == "api_changed"), None)
    if told is not None or any(_answered(model) for model in models):
        return told
    for model in models:
        why = _why(model)
        if why:
            return Cause(
                code="api_changed", message=f"Its model {model.model.path} cannot be used: {why}.", subject=why
            )
    return None


def saved_with(models: Sequence[Inspected]) -> tuple[str, ...]:
    """The versions that delivered models say they were saved with, as requirements: `scikit-learn==0.21.3`."""
    found: dict[str, str] = {}
    for model in models:
        for name, version in model.report.saved_with.items():
            found.setdefault(name, version)
    return tuple(f"{name}=={version}" for name, version in found.items())


def in_words(before: Standing, after: Standing) -> str:
    """Which packages are others in the second environment, the most telling first."""
    old, new = _versions(after.packages), _versions(before.packages)
    told = [
        f"{name} {old[name]} instead of {new[name]}"
        for name in _TELLING
        if old.get(name, "") != new.get(name, "") and name in old and name in new
    ]
    rest = f", as of {_day(after.as_of)}" if after.as_of else ""
    return (" and ".join(told[:_NAMED]) or "other versions") + rest


def _answered(model: Inspected) -> bool:
    return model.report.predicted is not None and model.report.predicted.ok


def _why(model: Inspected) -> str:
    """Why a model cannot be used, where its versions may be the reason."""
    report = model.report
    if not report.loaded:
        told = report.error in _OF_VERSIONS or (report.error and report.saved_with)
        return report.why if told else ""
    asked = report.predicted
    raised = asked.why.partition(":")[0] if asked is not None else ""
    return asked.why if asked is not None and raised in _OF_VERSIONS and report.saved_with else ""


def _versions(packages: Sequence[str]) -> dict[str, str]:
    return {name.lower(): version for name, _, version in (package.partition("==") for package in packages)}


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
