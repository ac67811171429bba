"""Trains the model on data/customers.csv and scores it on the last fifth of a random split."""

import joblib
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMBERS = ["months", "logins", "tickets"]


def main() -> None:
    table = pd.read_csv("data/customers.csv")
    X, y = table[[*NUMBERS, "plan"]], table["left"]
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=7, stratify=y)
    prepare = make_column_transformer(
        (StandardScaler(), NUMBERS),
        (OneHotEncoder(handle_unknown="ignore"), ["plan"]),
    )
    model = make_pipeline(prepare, LogisticRegression())
    model.fit(X_train, y_train)
    print(f"accuracy: {accuracy_score(y_test, model.predict(X_test)):.2f}")
    print(f"roc auc: {roc_auc_score(y_test, model.predict_proba(X_test)[:, 1]):.2f}")
    joblib.dump(model, "models/churn.joblib")


if __name__ == "__main__":
    main()
