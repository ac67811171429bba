"""Train a random forest on the cleaned parcels."""
import joblib
import pandas as pd
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import RandomForestRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split

FEATURES = ["km", "weight", "weekday", "weekend", "express"]
SEED = 42


def load():
    df = pd.read_csv("data/clean.csv")
    return df[FEATURES], df["hours"]


def report(name, model, X_test, y_test):
    error = mean_absolute_error(y_test, model.predict(X_test))
    print(name, "mean absolute error:", round(error, 2), "hours")
    return error


X, y = load()
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=SEED)

baseline = DummyRegressor(strategy="mean")
baseline.fit(X_train, y_train)
report("guessing the mean", baseline, X_test, y_test)

model = RandomForestRegressor(n_estimators=200, min_samples_leaf=3, random_state=SEED)
model.fit(X_train, y_train)
report("forest", model, X_test, y_test)

for name, value in sorted(zip(FEATURES, model.feature_importances_), key=lambda x: -x[1]):
    print(name, round(value, 2))

joblib.dump(model, "model.joblib")
