"""Chance that a customer cancels within a month."""

__version__ = "0.3.0"
