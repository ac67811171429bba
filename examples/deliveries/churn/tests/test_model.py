import joblib
import pandas as pd


def test_the_model_answers_with_a_chance():
    model = joblib.load("models/churn.joblib")
    chances = model.predict_proba(pd.read_csv("data/sample.csv"))[:, 1]
    assert ((chances >= 0) & (chances <= 1)).all()
