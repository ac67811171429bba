"""Train, evaluate and save: python -m churn.train --data data/customers.csv --out build"""

import argparse
import json
import logging
from pathlib import Path

import joblib

from churn import __version__
from churn.data import COLUMNS, LABEL, read_customers
from churn.evaluate import cross_validate
from churn.model import make_model

log = logging.getLogger(__name__)


def train(data: Path, out: Path, seed: int = 0) -> dict[str, float]:
    """Fit on all customers, after scoring on held-out months; writes model.joblib and metrics.json to `out`."""
    table = read_customers(data)
    model = make_model(seed=seed)
    scores = cross_validate(model, table).as_dict()
    out.mkdir(parents=True, exist_ok=True)
    fitted = model.fit(table[COLUMNS], table[LABEL])
    joblib.dump({"model": fitted, "columns": COLUMNS, "version": __version__}, out / "model.joblib")
    (out / "metrics.json").write_text(json.dumps({**scores, "rows": len(table), "seed": seed}, indent=1))
    log.info("%d customers, ROC AUC %.3f ± %.3f", len(table), scores["auc"], scores["auc_std"])
    return scores


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data/customers.csv"))
    parser.add_argument("--out", type=Path, default=Path("build"))
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    train(given.data, given.out, given.seed)


if __name__ == "__main__":
    main()
