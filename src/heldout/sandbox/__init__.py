"""Runs code that we did not write, and nothing else does."""
