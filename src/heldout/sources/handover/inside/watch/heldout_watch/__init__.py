"""The watch: what a run fits, splits and scores, seen from within its own process. See `sitecustomize.py`."""
