"""Heldout: hire machine-learning engineers on held-out evidence."""

from importlib.metadata import version

__version__ = version("heldout")
