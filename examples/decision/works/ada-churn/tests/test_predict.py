from pathlib import Path

import joblib
import pytest

from churn.data import COLUMNS, read_customers
from churn.evaluate import BREAK_EVEN
from churn.predict import ModelError, calls, load
from churn.train import train

DATA = Path(__file__).parents[1] / "data" / "customers.csv"


@pytest.fixture
def model(tmp_path):
    train(DATA, tmp_path)
    return tmp_path / "model.joblib"


def test_the_likeliest_come_first_and_nobody_below_break_even(model):
    found = calls(load(model), read_customers(DATA), most=20)
    assert len(found) == 20
    assert found["chance"].is_monotonic_decreasing
    assert found["chance"].min() >= BREAK_EVEN


def test_customers_without_history_are_left_out(model):
    table = read_customers(DATA).assign(months=0)
    assert calls(load(model), table, most=20).empty


def test_a_model_of_another_version_is_refused(model):
    joblib.dump(joblib.load(model) | {"version": "0.1"}, model)
    with pytest.raises(ModelError, match="train again"):
        load(model)


def test_a_model_survives_saving(model):
    table = read_customers(DATA)
    assert joblib.load(model)["model"].predict_proba(table[COLUMNS]).shape == (len(table), 2)
