"""Examples for the checks of functions."""

from tests.support import Example

_SHORT = "\n\n".join(f"def step_{i}(rows):\n    kept = [r for r in rows if r]\n    return kept" for i in range(8))
_LONG = "def main(rows):\n" + "\n".join(f"    x{i} = rows[{i}]" for i in range(120)) + "\n    return x1\n"

_TANGLED = "def route(x):\n" + "\n".join(f"    if x == {i}:\n        return {i}" for i in range(40)) + "\n"
_BARE = "\n\n".join(f"def step_{i}(rows):\n" + "    rows = rows + 1\n" * 12 + "    return rows" for i in range(8))
_TOLD = _BARE.replace("(rows):\n", '(rows):\n    """Add to each row."""\n')

EXAMPLES = (
    Example(
        "CRF102",
        against={"a.py": f"{_SHORT}\n\n{_TANGLED}"},
        favourable={"a.py": _SHORT},
        quiet={"a.py": _SHORT},
    ),
    Example("CRF201", against={"a.py": _BARE}, favourable={"a.py": _TOLD}, quiet={"a.py": _SHORT}),
    Example(
        "CRF101",
        against={"train.py": f"{_SHORT}\n\n{_LONG}"},
        favourable={"train.py": _SHORT},
        quiet={"train.py": _SHORT + "\n\ndef table():\n    return 1\n"},
    ),
    Example(
        "PYT101",
        against={"clean.py": 'def clean(df, drop=[]):\n    drop.append("id")\n    return df.drop(columns=drop)\n'},
        quiet={"clean.py": 'def clean(df, drop=()):\n    return df.drop(columns=["id", *drop])\n'},
    ),
)
