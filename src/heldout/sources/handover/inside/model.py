"""Loads a shipped model, says what it is, and predicts with it where it can: `model.py FILE [options]`.

    --rows CSV          rows to predict for
    --target NAME       a column of them that is the answer, and no input
    --against FILE      another model, to predict for the same rows and be compared
    --predictions FILE  where the predictions go, as CSV
    --limit N           rows read at most (default 10,000)
    --path FOLDER       where modules of the delivery are found; repeatable (the working folder and `src` are known)
    --out FILE          where the report goes, as JSON; standard output else

Unpickling runs code: this is started inside the sandbox and nowhere else. Ends with exit code 0 when the model was
loaded, 1 when not. For Python 3.7 and later; what the formats need is taken from the delivery's environment.
"""

from __future__ import annotations

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - before anything else is read


def main() -> int:
    """Report on the model that the command line names."""
    from importlib import import_module

    report = import_module("heldout_model.report")
    # From here on modules named like ours (`model`, `table`) are the delivery's.
    sys.path[:] = [part for part in sys.path if os.path.abspath(part or ".") != _HERE]  # noqa: PTH100
    return int(report.from_command_line(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
