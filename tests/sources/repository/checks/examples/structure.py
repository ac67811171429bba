"""Examples for the checks of structure."""

from tests.support import Example

_DEFINES = "\n\n".join(
    f'def step_{i}(rows):\n    """Keep rows."""\n'
    f"    kept = [r for r in rows if r > {i}]\n    total = sum(kept)\n    return total / {i + 1}"
    for i in range(8)
)
_RUNS = "import json\n" + "\n".join(f"print({i})" for i in range(40)) + "\n"
_BLOCK = "\n".join(f"    value_{i} = table.column('name_{i}').fillna(0).astype(float)" for i in range(60))
_FILLER = "\n".join(
    f"def only_{{name}}_{i}(a, b):\n    return a * {i} + b - {i + 2} + the_same_for_all(b)\n" for i in range(60)
)
_OLD = "\n".join(["# model = build(layers=3)", "# model.compile(loss='mse')", "# model.fit(x, y, epochs=4)"] * 4)

EXAMPLES = (
    Example(
        "CRF401",
        against={"a.py": _RUNS, "b.py": _RUNS, "c.py": _DEFINES},
        favourable={"pkg/a.py": _DEFINES, "pkg/b.py": _DEFINES, "setup.py": "from setuptools import setup\nsetup()\n"},
        quiet={"a.py": _DEFINES + "\n\nif __name__ == '__main__':\n    print(step_1([2]))\n", "b.py": _DEFINES},
    ),
    Example(
        "CRF402",
        against={f"{n}.py": f"def {n}(table):\n{_BLOCK}\n\n{_FILLER.format(name=n)}" for n in ("a", "b", "c", "d")},
        favourable={f"{n}.py": _FILLER.format(name=n) * 3 for n in ("a", "b", "c", "d")},
        quiet={f"{n}.py": "import os\nimport sys\n" * 40 + _FILLER.format(name=n) for n in ("a", "b", "c", "d", "e")},
    ),
    Example(
        "CRF403",
        against={"a.py": "\n\n".join([_DEFINES] * 6 + [_OLD + "\nx = 1"] * 4)},
        quiet={
            "a.py": "\n\n".join(
                [_DEFINES] * 6
                + ["# The rows are kept when they are positive,\n# since the sensor\n# returns -1 for a fault.\nx = 1"]
                * 9
            )
        },
    ),
    Example(
        "CRF404",
        against={f"{n}.py": "import os\nimport sys\nfrom math import sqrt\n\nprint(sqrt(2))\n" for n in "abcde"},
        quiet={
            f"{n}.py": "try:\n    import ujson\nexcept ImportError:\n    ujson = None\n"
            "import sys  # noqa: F401\nprint(1)\n"
            for n in "abcdefgh"
        },
    ),
)
