"""Heldout: hire machine-learning engineers on held-out evidence."""

__version__ = "0.1.0"
