"""Tell whether new customers differ from those trained on: python -m churn.check_drift NEW.csv"""

import sys
from pathlib import Path

import pandas as pd
from scipy.stats import ks_2samp

from churn.data import NUMBERS, read_customers

ALARM = 0.2


def drifted(old: pd.DataFrame, new: pd.DataFrame) -> dict[str, float]:
    """The columns whose distribution moved by more than ALARM (Kolmogorov-Smirnov), with how far."""
    moved = {name: float(ks_2samp(old[name].dropna(), new[name].dropna()).statistic) for name in NUMBERS}
    return {name: distance for name, distance in moved.items() if distance > ALARM}


if __name__ == "__main__":
    found = drifted(read_customers(Path("data/customers.csv")), read_customers(Path(sys.argv[1])))
    sys.stdout.write(f"{found or 'no drift'}\n")
    sys.exit(1 if found else 0)
