"""Runs the script of a Streamlit app as a visitor's browser would have it run: `page.py SCRIPT --out FILE`.

Streamlit's own server answers 200 for a script that raises, and runs none before somebody looks. Here the script is run
by Streamlit's `AppTest`, in this process and without a browser; then, where it has a button that predicts, that is
pressed with the fields as they come. What it raised and what errors it showed go to FILE as JSON. Pages beside the
script (`pages/*.py`) are run too. Ends with exit code 0 when it could look, 1 when this Streamlit has no `AppTest`.

For Python 3.7 and later; Streamlit comes from the delivery's environment.
"""

from __future__ import annotations

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - before anything else is read


def main() -> int:
    """Look at the app that the command line names."""
    from importlib import import_module

    look = import_module("heldout_page.look")
    # From here on modules named like ours (`model`, `table`) are the delivery's.
    sys.path[:] = [part for part in sys.path if os.path.abspath(part or ".") != _HERE]  # noqa: PTH100
    return int(look.from_command_line(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
