"""Train on all but the last 13 weeks, score on those, save: python -m stock.train"""

from pathlib import Path

import joblib
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from stock.features import FEATURES, TEST_WEEKS, with_history

SEED = 11


def split_by_time(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The weeks before the last 13, and those: the future is never trained on."""
    first = table["week"].max() - TEST_WEEKS + 1
    return table[table["week"] < first], table[table["week"] >= first]


def make_model() -> Pipeline:
    """Ridge regression; a missing week of last year becomes the median of the training weeks."""
    return make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), Ridge(random_state=SEED))


def main() -> None:
    """Train, print the errors of the model and of last week's sales, and save."""
    table = with_history(pd.read_csv("data/sales.csv"))
    train, test = split_by_time(table)
    model = make_model().fit(train[FEATURES], train["packs"])
    print(f"baseline (last week) mean absolute error: {mean_absolute_error(test['packs'], test['last']):.2f}")
    print(f"mean absolute error: {mean_absolute_error(test['packs'], model.predict(test[FEATURES])):.2f}")
    Path("models").mkdir(exist_ok=True)
    joblib.dump(model, "models/stock.joblib", compress=3)


if __name__ == "__main__":
    main()
