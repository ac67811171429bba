"""Loading, describing and trying a shipped model; see `model.py` beside this folder."""
