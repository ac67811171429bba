"""Look at the parcels before modelling: how many hours, by distance, by day, by express."""
import matplotlib.pyplot as plt
import pandas as pd

df = pd.read_csv("data/parcels.csv")
df["handed_in"] = pd.to_datetime(df["handed_in"])
df["weekday"] = df["handed_in"].dt.weekday

print(df.describe())
print("missing:")
print(df.isna().sum())

print("hours by weekday")
print(df.groupby("weekday")["hours"].agg(["count", "mean", "std"]).round(1))
print("hours by express")
print(df.groupby("express")["hours"].agg(["count", "mean", "std"]).round(1))

df["distance"] = pd.cut(df["km"], [0, 100, 300, 600, 900])
print(df.groupby("distance", observed=True)["hours"].agg(["count", "mean", "std"]).round(1))

fig, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
left.scatter(df["km"], df["hours"], s=8)
left.set_xlabel("km")
left.set_ylabel("hours")
right.boxplot([df.loc[df["weekday"] == day, "hours"].dropna() for day in range(7)])
right.set_xlabel("weekday")
fig.savefig("explore.png")
