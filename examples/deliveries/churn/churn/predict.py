"""Writes the chance of leaving beside each row: python -m churn.predict ROWS.csv"""

import sys

import joblib
import pandas as pd


def main() -> None:
    rows = pd.read_csv(sys.argv[1])
    model = joblib.load("models/churn.joblib")
    rows["chance_of_leaving"] = model.predict_proba(rows)[:, 1].round(4)
    rows.to_csv("predictions.csv", index=False)
    print(rows.to_string())


if __name__ == "__main__":
    main()
