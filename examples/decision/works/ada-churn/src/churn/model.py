"""The model: imputation, scaling and a logistic regression in one pipeline."""

from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from churn.data import NUMBERS, WORDS


def make_model(strength: float = 1.0, seed: int = 0) -> Pipeline:
    """An unfitted pipeline; everything that is learned from data is learned inside it, on training rows only."""
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    words = OneHotEncoder(handle_unknown="ignore")
    prepare = ColumnTransformer([("numbers", numbers, NUMBERS), ("words", words, WORDS)])
    return make_pipeline(prepare, LogisticRegression(C=strength, max_iter=1000, random_state=seed))
