from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn.data import COLUMNS, DataError, read_customers
from churn.evaluate import profit
from churn.model import make_model
from churn.train import train

DATA = Path(__file__).parents[1] / "data" / "customers.csv"


def test_the_same_seed_gives_the_same_scores(tmp_path):
    assert train(DATA, tmp_path / "a") == train(DATA, tmp_path / "b")


def test_it_beats_the_baseline_on_held_out_months(tmp_path):
    assert train(DATA, tmp_path)["auc"] > 0.65


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_is_named(tmp_path, column):
    pd.read_csv(DATA).drop(columns=column).to_csv(tmp_path / "bad.csv", index=False)
    with pytest.raises(DataError, match=column):
        read_customers(tmp_path / "bad.csv")


def test_an_unknown_plan_and_a_missing_number_get_a_chance():
    table = read_customers(DATA)
    model = make_model().fit(table[COLUMNS], table["left"])
    row = table[COLUMNS].head(1).astype({"plan": "string"}).assign(plan="new plan", price=np.nan)
    assert 0 <= model.predict_proba(row)[0, 1] <= 1


def test_calling_nobody_costs_nothing():
    assert profit(np.array([1, 0]), np.array([0.0, 0.0])) == 0
