"""Loading the model and checking what it is asked."""

import logging

import joblib
import pandas as pd
from sklearn.pipeline import Pipeline

logger = logging.getLogger("leadrank")

NUMBERS = {"visits": (0, 10_000), "minutes": (0, 100_000), "employees": (1, 5_000_000)}
SOURCES = {"fair", "search", "referral", "mail"}


class BadLead(ValueError):
    """A lead that cannot be ranked; the message is shown to whoever asked."""


def load() -> Pipeline:
    """The shipped model."""
    model = joblib.load("models/leadrank.joblib")
    logger.info("model loaded")
    return model


def checked(lead: dict) -> dict:
    """The lead with the model's fields only; raises BadLead for what is missing or out of range."""
    if not isinstance(lead, dict):
        raise BadLead("send one lead as a JSON object")
    row = {}
    for name, (low, high) in NUMBERS.items():
        value = lead.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise BadLead(f"{name} must be a number")
        if not low <= value <= high:
            raise BadLead(f"{name} must lie between {low} and {high}")
        row[name] = value
    if lead.get("source") not in SOURCES:
        raise BadLead(f"source must be one of {', '.join(sorted(SOURCES))}")
    row["source"] = lead["source"]
    return row


def chance(model: Pipeline, lead: dict) -> float:
    """The chance that a lead buys."""
    return float(model.predict_proba(pd.DataFrame([checked(lead)]))[0, 1])
