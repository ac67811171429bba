"""Running notebooks without Jupyter; see `notebook.py` beside this folder."""
