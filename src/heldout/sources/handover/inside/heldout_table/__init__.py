"""Tables in all the forms in which they are delivered; see `table.py` beside this folder."""
