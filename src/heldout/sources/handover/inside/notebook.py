"""Runs a notebook from its first cell to its last in this process, without Jupyter: `notebook.py FILE`.

With IPython in the environment its shell runs the cells; without, they are run as Python, and the magics that people
use most are handled. What a cell prints, shows and raises is written as JSON after each cell, so that a run that is
stopped still tells how far it came. Lines that install packages are left out and named: the environment is there.
`--out FILE` says where; `--plain` leaves IPython aside. Ends with exit code 0 only when every cell ran.

For Python 3.7 and later, standard library only.
"""

from __future__ import annotations

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - before anything else is read


def main() -> int:
    """Run the notebook that the command line names."""
    from importlib import import_module

    run = import_module("heldout_notebook.run")

    # From here on modules named like ours (`model`, `table`) are the delivery's.
    sys.path[:] = [part for part in sys.path if os.path.abspath(part or ".") != _HERE]  # noqa: PTH100
    return int(run.from_command_line(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
