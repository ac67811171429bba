"""Examples for the checks of functions."""

from tests.support import Example

_SHORT = "\n\n".join(f"def step_{i}(rows):\n    kept = [r for r in rows if r]\n    return kept" for i in range(8))
_LONG = "def main(rows):\n" + "\n".join(f"    x{i} = rows[{i}]" for i in range(120)) + "\n    return x1\n"

EXAMPLES = (
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
