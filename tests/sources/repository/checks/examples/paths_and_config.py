"""Examples for the checks of paths, settings and data."""

from tests.support import Example

_FIT = "import pandas as pd\nfrom sklearn.ensemble import RandomForestClassifier\n"
_RUN = "rows = pd.read_csv({path})\nRandomForestClassifier(n_estimators=100, max_depth=4).fit(rows, rows)\n"
_FIXED = _FIT + _RUN.format(path="'train.csv'")

EXAMPLES = (
    Example(
        "REP301",
        against={"train.py": _FIT + _RUN.format(path="r'C:\\Users\\ann\\Desktop\\train.csv'")},
        quiet={"train.py": _FIT + _RUN.format(path="'/tmp/train.csv'"), "help.py": 'print("/home/user/data")\n'},
    ),
    Example(
        "REP302",
        against={"train.py": _FIXED},
        favourable={
            "train.py": "import argparse\n" + _FIXED + "argparse.ArgumentParser().parse_args()\n",
        },
        quiet={"train.py": _FIT + "TREES = 100\nRandomForestClassifier(n_estimators=TREES).fit([], [])\n"},
    ),
    Example(
        "REP303",
        against={"train.py": _FIXED, "README.md": "# Forest\n\nA forest.\n"},
        favourable={"train.py": _FIXED, "README.md": "# Forest\n\nThe dataset is at https://example.org/trees\n"},
        quiet={"train.py": _FIXED, "README.md": "# Forest\n\nThe data cannot be published.\n"},
    ),
    Example(
        "REP304",
        favourable={"train.py": _FIXED, "train.csv.dvc": f"outs:\n- md5: {'a1' * 16}\n  path: train.csv\n"},
        quiet={"train.py": _FIXED},
    ),
)
