"""From weekly sales to what the model sees."""

import pandas as pd

NEEDED = ["week", "shop", "article", "packs", "price", "promo"]
FEATURES = ["last", "last_4", "same_week_last_year", "price", "promo"]
TEST_WEEKS = 13


def check(table: pd.DataFrame) -> None:
    """Raise ValueError naming the columns that are missing."""
    missing = [name for name in NEEDED if name not in table.columns]
    if missing:
        raise ValueError(f"the sales lack the columns {', '.join(missing)}")


def with_history(sales: pd.DataFrame) -> pd.DataFrame:
    """Add what was known when a week was ordered for: only earlier weeks of the same shop and article."""
    check(sales)
    sales = sales.sort_values(["shop", "article", "week"]).reset_index(drop=True)
    packs = sales.groupby(["shop", "article"])["packs"]
    sales["last"] = packs.shift(1)
    sales["last_4"] = packs.transform(lambda column: column.shift(1).rolling(4).mean())
    sales["same_week_last_year"] = packs.shift(52)
    return sales.dropna(subset=["last", "last_4"])
