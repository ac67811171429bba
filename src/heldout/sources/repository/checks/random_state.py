"""Reproducibility: splits and estimators of scikit-learn that get a random state."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Any, ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, fraction, ramp
from heldout.sources.repository.checks.determinism import given, is_on
from heldout.sources.repository.module import Module
from heldout.sources.repository.needs import purpose
from heldout.sources.repository.reading import argument
from heldout.sources.repository.repository import Repository

_ALWAYS = re.compile(
    r"sklearn\.(model_selection|cross_validation)\.(train_test_split|ShuffleSplit|StratifiedShuffleSplit|GroupShuffleSplit"
    r"|RandomizedSearchCV)"
    r"|sklearn\.ensemble\.(RandomForest\w+|ExtraTrees\w+|GradientBoosting\w+|AdaBoost\w+|Bagging\w+|IsolationForest)"
    r"|sklearn\.tree\.(DecisionTree\w+|ExtraTree\w+)|sklearn\.neural_network\.MLP\w+"
    r"|sklearn\.cluster\.(KMeans|MiniBatchKMeans)|sklearn\.manifold\.TSNE|sklearn\.utils\.(shuffle|resample)"
    r"|sklearn\.linear_model\.SGD\w+|imblearn\.over_sampling\.\w+|imblearn\.under_sampling\.Random\w+"
)
_WHEN_SHUFFLED = re.compile(r"sklearn\.(model_selection|cross_validation)\.(Stratified|StratifiedGroup)?KFold")


class RandomState(Check):
    """Splits and estimators get a random state

    What: The share of scikit-learn splits and randomised estimators with `random_state`, or in a file that seeds
    NumPy's global generator, which they use otherwise.

    Why: A test set that changes at each run makes two scores incomparable.

    Example: `train_test_split(x, y, test_size=.2)` four times without `random_state` speaks against.

    Limits: Calls with `**settings` and tests are left out.
    """

    code = "REP202"
    moves: ClassVar = {"reproducibility": Move(up=0.15, down=0.15)}
    ml_only = True
    why = "A split that changes at each run makes two scores incomparable."
    mend = "Give `random_state` to splits and estimators, from one setting."
    ask = "How do you make sure that two models are compared on the same test rows?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note for each such call whether it has a state, with its line."""
        if "sklearn" not in module.text and "imblearn" not in module.text:
            return
        global_seed = any(name == "numpy.random.seed" and given(call) for call, name in module.calls)
        for call, name in module.calls:
            shuffled = is_on(call, "shuffle")
            unsaid = not any(k.arg == "shuffle" for k in call.keywords)
            if (_ALWAYS.fullmatch(name) and (shuffled or unsaid)) or (_WHEN_SHUFFLED.fullmatch(name) and shuffled):
                if any(k.arg is None for k in call.keywords):
                    continue  # what is passed on may hold one
                state = argument(call, "random_state")
                absent = state is None or (isinstance(state, ast.Constant) and state.value is None)
                yield call.lineno, global_seed or not absent

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """The share over the repository."""
        calls = [(noted.path, *noted.note) for noted in repo.notes(self)]
        if len(calls) < 2:
            return
        without = [(path, line) for path, line, state in calls if not state]
        share = 1 - fraction(len(without), len(calls))
        stated = len(calls) - len(without)
        seed = "a random state, or a seed of NumPy in the same file"
        told = f"at least {len(without)} without" if without else "none was seen without"
        apart = " (tests and documentation apart)"
        good = f"At least {stated} calls that split, shuffle or make randomised estimators have {seed}; {told}{apart}."
        bad = f"At least {len(without)} calls that split, shuffle or make randomised estimators have no random state"
        bad += (
            f", at least {stated} {'has' if stated == 1 else 'have'} {seed}."
            if stated
            else ", nor a seed of NumPy in the same file."
        )
        numbers: dict[str, Any] = {"calls": len(calls), "with_state": stated}
        if share >= 0.7:
            places = [(path, line) for path, line, state in calls if state]
            yield self.found(good, *(repo.at(*p) for p in first(places, 2)), strength=ramp(share, 0.5, 1.0), **numbers)
        elif share < 0.4 and len(without) > 2 and purpose(repo) == "application":
            yield self.against(
                bad, *(repo.at(*p) for p in first(without, 3)), strength=ramp(share, 0.5, 0.0), **numbers
            )


CHECKS: tuple[Check, ...] = (RandomState(),)
