"""Whether a number that is printed without a name can be about the model that a claim names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from heldout.sources.handover.claims.words import family, words

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_KIN = (
    frozenset({"gradient boosting", "xgboost", "lightgbm", "catboost"}),
    frozenset({"linear regression", "ridge", "lasso", "elastic net", "polynomial regression", "sgd"}),
    frozenset({"logistic regression", "sgd"}),
    frozenset({"svm", "svr"}),
)
"""Families that people call by one another's names."""
_ANY = frozenset({"voting", "stacking", "baseline"})
"""Names that are said of models of every kind."""


def families_of(classes: Iterable[str]) -> frozenset[str]:
    """The families of some classes of models (`sklearn.ensemble._forest.RandomForestClassifier`).

    What a pipeline ends in stands after ` > `. Empty when one of them is of no known family.
    """
    found: set[str] = set()
    for name in classes:
        last = name.rpartition(" > ")[2].rpartition(".")[2]
        known = _known(last) or _known(_CAMEL.sub(" ", last))
        if not known:
            return frozenset()
        found |= known
    return frozenset(found)


def is_of_none(model: str, trained: frozenset[str]) -> bool:
    """Whether a claim names a model of a known family, and none that was trained is of it or a kin to it."""
    named = _known(model)
    if not named or not trained or named & _ANY:
        return False
    near = named.union(*(kin for kin in _KIN if kin & named))
    return not near & trained


def _known(name: str) -> frozenset[str]:
    """The known families that a name names."""
    canonical = {one.lower() for one, _ in words().models}
    return frozenset(family(name).split(" + ")) & canonical if name else frozenset()
