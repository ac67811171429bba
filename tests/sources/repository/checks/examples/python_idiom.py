"""Examples for the checks of Python idiom."""

from tests.support import Example

_CODE = "\n".join(f"def f{i}(x, y):\n    z = x * {i}\n    w = z + y\n    return w\n" for i in range(60))
_LOOPS = "\n".join(f"def g{i}(rows):\n    for row in rows:\n        use(row, {i})\n" for i in range(30))

EXAMPLES = (
    Example(
        "PYT104",
        against={"a.py": "from helpers import *\nfrom models import *\n" + _CODE},
        quiet={"pkg/__init__.py": "from pkg.a import *\nfrom pkg.b import *\n", "gui.py": "from tkinter import *\n"},
    ),
    Example(
        "PYT107",
        against={
            "a.py": "\n".join(
                f"def g{i}(rows):\n    for i in range(len(rows)):\n        use(rows[i])\n" for i in range(5)
            )
        },
        favourable={"a.py": _LOOPS},
        quiet={
            "a.py": "\n".join(
                f"def g{i}(rows):\n    for i in range(len(rows)):\n        rows[i] = rows[i] + i\n" for i in range(5)
            )
        },
    ),
    Example(
        "PYT108",
        against={
            "a.py": "best = 0\n" + "\n".join(f"def g{i}():\n    global best\n    best += {i}\n" for i in range(5))
        },
        quiet={"a.py": "LIMIT = 3\n\n\ndef g():\n    return LIMIT\n"},
    ),
    Example(
        "PYT109",
        against={
            "a.py": "def f(x, kind):\n    assert (x > 0, 'positive')\n    return kind is 'adam' or x[x.a == None]\n"
        },
        quiet={"a.py": "def f(x, kind):\n    assert x > 0, 'positive'\n    return kind == None or kind == 'adam'\n"},
    ),
    Example(
        "PYT111",
        favourable={
            "a.py": "from dataclasses import dataclass\nfrom enum import Enum\n\n\n"
            "@dataclass(frozen=True)\nclass Row:\n"
            "    name: str\n\n\nclass Colour(Enum):\n    RED = 1\n"
        },
    ),
    Example(
        "PYT113",
        against={
            "setup.py": "",
            "pkg/__init__.py": "",
            "pkg/core.py": _CODE * 2 + "\n".join(f"def h{i}(x):\n    print('step', {i})\n" for i in range(20)),
        },
        favourable={
            "setup.py": "",
            "pkg/__init__.py": "",
            "pkg/core.py": "import logging\n\nlogger = logging.getLogger(__name__)\n"
            + _CODE * 2
            + "\n".join(f"def h{i}(x):\n    logger.info('step %d', {i})\n" for i in range(6)),
        },
        quiet={"train.py": "\n".join(f"def h{i}(x):\n    print('step', {i})\n" for i in range(40))},
    ),
)
