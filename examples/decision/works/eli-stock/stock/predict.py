"""Write the forecast beside each row: python -m stock.predict ROWS.csv"""

import sys

import joblib
import pandas as pd

from stock.features import FEATURES


def main() -> None:
    """Read rows with the features, write predictions.csv."""
    rows = pd.read_csv(sys.argv[1])
    missing = [name for name in FEATURES if name not in rows.columns]
    if missing:
        sys.exit(f"{sys.argv[1]} lacks the columns {', '.join(missing)}")
    model = joblib.load("models/stock.joblib")
    rows["forecast"] = model.predict(rows[FEATURES]).clip(0).round(1)
    rows.to_csv("predictions.csv", index=False)
    print(rows.to_string())


if __name__ == "__main__":
    main()
