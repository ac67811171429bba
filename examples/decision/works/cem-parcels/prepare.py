"""Clean the raw parcels: drop rows without a delivery time, add the weekday."""
import pandas as pd


def clean(df):
    """Rows that can be used, with the weekday; missing weights become the median."""
    df = df.dropna(subset=["hours"])
    df = df[df["hours"] > 0].copy()
    df["handed_in"] = pd.to_datetime(df["handed_in"])
    df["weekday"] = df["handed_in"].dt.weekday
    df["weekend"] = (df["weekday"] >= 5).astype(int)
    df["weight"] = df["weight"].fillna(df["weight"].median())
    return df


if __name__ == "__main__":
    raw = pd.read_csv("data/parcels.csv")
    print("rows:", len(raw))
    cleaned = clean(raw)
    print("rows left:", len(cleaned))
    cleaned.to_csv("data/clean.csv", index=False)
