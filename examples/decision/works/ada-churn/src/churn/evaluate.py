"""What the model is worth: ranking and money, on customers held out by sign-up month."""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline

from churn.data import COLUMNS, GROUP, LABEL

CALL_COST = 4.0
KEPT_WORTH = 90.0
KEPT_SHARE = 0.2
BREAK_EVEN = CALL_COST / (KEPT_WORTH * KEPT_SHARE)


@dataclass(frozen=True)
class Scores:
    """Mean and standard deviation over the folds."""

    auc: float
    auc_std: float
    profit_per_100: float
    baseline_auc: float = 0.5
    folds: int = 5

    def as_dict(self) -> dict[str, float]:
        """For metrics.json."""
        return asdict(self)


def profit(left: np.ndarray, chance: np.ndarray) -> float:
    """Money per 100 customers when everybody above the break-even chance is called."""
    called = chance >= BREAK_EVEN
    gained = (left[called] * KEPT_WORTH * KEPT_SHARE).sum() - called.sum() * CALL_COST
    return 100 * float(gained) / len(left)


def cross_validate(model: Pipeline, table: pd.DataFrame, folds: int = 5) -> Scores:
    """Scores on held-out sign-up months: the same campaign never stands on both sides."""
    aucs, profits = [], []
    for train, test in GroupKFold(n_splits=folds).split(table, groups=table[GROUP]):
        fitted = clone(model).fit(table[COLUMNS].iloc[train], table[LABEL].iloc[train])
        chance = fitted.predict_proba(table[COLUMNS].iloc[test])[:, 1]
        aucs.append(roc_auc_score(table[LABEL].iloc[test], chance))
        profits.append(profit(table[LABEL].iloc[test].to_numpy(), chance))
    return Scores(float(np.mean(aucs)), float(np.std(aucs)), float(np.mean(profits)), folds=folds)
