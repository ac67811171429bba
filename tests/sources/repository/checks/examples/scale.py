"""Examples for the checks of scale."""

from tests.support import Example, notebook

_FUNCTIONS = "\n".join(f"def step_{i}(rows):\n    return [r for r in rows if r > {i}]\n" for i in range(160))
_CELLS = [f"x_{i} = {i}\nmodel_{i} = x_{i} + 1" for i in range(200)]
_ML = "from sklearn.svm import SVC\nSVC().fit(X, y)\n"


def _favourable(code: str, text: str) -> Example:
    return Example(code, favourable={"train.py": text + "\n" + _ML})


EXAMPLES = (
    Example(
        "SCL101",
        against={
            "prepare.py": "import pandas as pd\ndf = pd.read_csv('x.csv')\n"
            "for i, row in df.iterrows():\n    df.at[i, 'z'] = row.x * row.y\n"
            "for i in range(len(df)):\n    print(df.iloc[i])\n"
        },
        favourable={
            "prepare.py": "import pandas as pd\ndf = pd.read_csv('x.csv')\n"
            + "".join(f"df['m{i}'] = df.groupby('k').x.transform('mean').fillna({i})\n" for i in range(10))
        },
        quiet={
            "prepare.py": "import pandas as pd\nfor i in range(len(names)):\n    print(names[i])\n"
            "for row in df.itertuples():\n    print(row)\n"
        },
    ),
    Example(
        "SCL102",
        against={
            "load.py": "import pandas as pd\nout = pd.DataFrame()\nfor p in paths:\n"
            "    out = pd.concat([out, pd.read_csv(p)])\n"
        },
        quiet={
            "load.py": "import numpy as np\nimport pandas as pd\nparts = []\nfor p in paths:\n"
            "    parts.append(pd.read_csv(p))\n    padded = np.zeros(3)\n    padded = np.append(padded, [1])\n"
            "out = pd.concat(parts)\n"
        },
    ),
    _favourable(
        "SCL103", "import numpy as np\ny = np.where(a > 0, a, 0)\nz = np.bincount(k)\nd = a[:, None] - b[None, :]"
    ),
    Example(
        "SCL104",
        favourable={
            "train.py": "import pandas as pd\nfor part in pd.read_csv('x.csv', chunksize=1000):\n"
            "    m.partial_fit(part)\n" + _ML
        },
    ),
    _favourable("SCL105", "from joblib import Parallel, delayed\nParallel(n_jobs=-1)(delayed(f)(x) for x in xs)"),
    _favourable("SCL106", "from torch.nn.parallel import DistributedDataParallel\nm = DistributedDataParallel(m)"),
    _favourable("SCL107", "import tracemalloc\ntracemalloc.start()"),
    Example(
        "SCL108",
        against={"study.ipynb": notebook("from sklearn.svm import SVC\nSVC().fit(X, y)", *_CELLS)},
        favourable={"steps.py": _FUNCTIONS, "train.py": _ML},
        quiet={"steps.py": _FUNCTIONS, "train.py": _ML, "show.ipynb": notebook(*_CELLS[:20])},
    ),
)
