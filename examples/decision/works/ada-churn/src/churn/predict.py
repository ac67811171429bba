"""Whom to call: python -m churn.predict build/model.joblib NEW.csv --most 200 --out calls.csv"""

import argparse
import logging
from pathlib import Path

import joblib
import pandas as pd

from churn import __version__
from churn.data import COLUMNS, read_customers
from churn.evaluate import BREAK_EVEN

log = logging.getLogger(__name__)


class ModelError(RuntimeError):
    """A saved model cannot be used with this version."""


def load(path: Path) -> dict:
    """The saved model with its columns; raises ModelError when another version made it.

    Only for files of our own `churn.train`: joblib runs what it loads.
    """
    saved = joblib.load(path)
    if saved["version"] != __version__ or saved["columns"] != COLUMNS:
        raise ModelError(f"{path} was made by version {saved['version']}, this is {__version__}: train again")
    return saved


def calls(saved: dict, table: pd.DataFrame, most: int) -> pd.DataFrame:
    """The customers worth a call, the likeliest leavers first, at most `most` of them.

    Customers without a month of history are left out: the model has not seen their like.
    """
    known = table[table["months"] >= 1]
    if len(known) < len(table):
        log.warning("%d customers are too new and left out", len(table) - len(known))
    if known.empty:
        return pd.DataFrame(columns=["customer", "chance"])
    chance = saved["model"].predict_proba(known[saved["columns"]])[:, 1]
    ranked = known.assign(chance=chance.round(4)).sort_values("chance", ascending=False)
    return ranked.loc[ranked["chance"] >= BREAK_EVEN, ["customer", "chance"]].head(most)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--most", type=int, default=200)
    parser.add_argument("--out", type=Path, default=Path("calls.csv"))
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    found = calls(load(given.model), read_customers(given.data), given.most)
    found.to_csv(given.out, index=False)
    log.info("%d customers to call in %s", len(found), given.out)


if __name__ == "__main__":
    main()
