"""Looks at a table, takes a part of its rows, or spoils some of it on purpose.

    table.py schema FILE
    table.py subsample FILE OUT --fraction 0.25 [--seed 0] [--target NAME]
    table.py perturb FILE OUT --kind KIND [--seed 0] [--target NAME] [--column NAME] [--rows N]

    --table NAME   which table of an SQLite file; the largest else
    --note FILE    where the JSON that says what was done goes; standard output else

FILE is CSV or TSV (plain or gzip), JSON lines, JSON, SQLite, parquet, Excel, or a folder of images. The standard
library reads all but parquet and Excel, for which the environment's pandas is used. Ends with exit code 0 when it was
done, 1 with the reason in the note when not. For Python 3.7 and later.
"""

from __future__ import annotations

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - before anything else is read


def main() -> int:
    """Do what the command line says."""
    from importlib import import_module

    command = import_module("heldout_table.command")
    sys.path[:] = [part for part in sys.path if os.path.abspath(part or ".") != _HERE]  # noqa: PTH100
    return int(command.from_command_line(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
