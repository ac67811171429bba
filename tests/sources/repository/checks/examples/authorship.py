"""Examples for the checks of how the work came about."""

from tests.support import Example, history_of

_FILES = {"main.py": "x = 1\n" * 600}
_GROWN = history_of(*((f"Add the step number {i} of the pipeline", i, 60) for i in range(30)))

EXAMPLES = (
    Example(
        "AUT101",
        unknown={
            "LICENSE": "Copyright (c) 2026 Ada Lovelace",
            "mine.py": "# Copyright 2026 Ada Lovelace\n",
            "taken.py": "# Copyright 2018 The Giant Language Team Authors.\n",
        },
        quiet={"LICENSE": "Copyright (c) 2026 Ada Lovelace", "mine.py": "# Copyright 2026 Ada Lovelace\n"},
    ),
    Example(
        "AUT102",
        unknown=_FILES,
        quiet=_FILES,
        histories={"unknown": history_of(("Add everything", 0, 600), ("Fix it", 0, 3)), "quiet": _GROWN},
    ),
    Example(
        "AUT103",
        unknown=_FILES,
        quiet=_FILES,
        histories={
            "unknown": history_of(("Add everything", 0, 9000), *(("Mend the reader", i, 5) for i in range(1, 12))),
            "quiet": _GROWN,
        },
    ),
    Example(
        "AUT104",
        against=_FILES,
        favourable=_FILES,
        quiet=_FILES,
        histories={
            "against": history_of(*((("update", "bug fix", "aa")[i % 3], i, 20) for i in range(30))),
            "favourable": _GROWN,
            "quiet": history_of(*(("update", i, 20) for i in range(5))),
        },
    ),
)
