import pandas as pd
import pytest

from stock.features import with_history
from stock.train import split_by_time


def sales(weeks):
    return pd.DataFrame(
        {"week": range(weeks), "shop": 1, "article": "tea", "packs": range(weeks), "price": 2.0, "promo": 0}
    )


def test_only_earlier_weeks_are_known():
    table = with_history(sales(10))
    assert (table["last"] == table["packs"] - 1).all()
    assert (table["last_4"] == table["packs"] - 2.5).all()


def test_the_future_is_never_trained_on():
    train, test = split_by_time(with_history(sales(60)))
    assert train["week"].max() < test["week"].min()
    assert test["week"].nunique() == 13


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="promo"):
        with_history(sales(3).drop(columns="promo"))
