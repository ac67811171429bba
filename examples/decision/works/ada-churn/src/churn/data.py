"""Reading and checking customer tables."""

from pathlib import Path

import pandas as pd

NUMBERS = ["months", "logins", "tickets", "price"]
WORDS = ["plan"]
COLUMNS = NUMBERS + WORDS
LABEL = "left"
GROUP = "signup_month"


class DataError(ValueError):
    """A table cannot be used; the message says which column and why."""


def read_customers(path: Path) -> pd.DataFrame:
    """Read a table of customers, one row each.

    Raises DataError when a column is missing, a number is negative or a customer stands in it twice.
    """
    table = pd.read_csv(path, dtype={"customer": "string", "plan": "category"})
    missing = [name for name in ["customer", *COLUMNS] if name not in table]
    if missing:
        raise DataError(f"{path} lacks the columns {', '.join(missing)}")
    if table["customer"].duplicated().any():
        raise DataError(f"{path} holds {table['customer'].duplicated().sum()} customers twice")
    for name in NUMBERS:
        if (table[name] < 0).any():
            raise DataError(f"{path}: {name} is negative in {(table[name] < 0).sum()} rows")
    return table
