"""Examples for the checks of notebooks."""

import json

from tests.support import Example, notebook

_STEPS = ("rows = [1, 2]", "total = sum(rows)", "print(total)", "mean = total / 2", "print(mean)")
_STRAIGHT = notebook(*_STEPS)
_MIXED = notebook(*((step, {"execution_count": n}) for step, n in zip(_STEPS, (9, 3, 4, 12, 2), strict=True)))
_ERROR = {"outputs": [{"output_type": "error", "ename": "ValueError", "evalue": "", "traceback": []}]}
_FIT = "from sklearn.svm import SVC\nmodel = SVC().fit([[1], [2]], [0, 1])"
_LOGIC = "\n".join(f"value_{i} = {i}" for i in range(50))


def _with_text(source: str, words: str) -> str:
    made = json.loads(notebook(*[source] * 24))
    text = {"cell_type": "markdown", "source": words, "metadata": {}}
    made["cells"] = [cell for code in made["cells"] for cell in ((text, code) if words else (code,))]
    return json.dumps(made)


def _large(source: str, outputs: int) -> str:
    return notebook(*[(source, {"outputs": [{"output_type": "stream", "name": "stdout", "text": "x" * outputs}]})] * 4)


EXAMPLES = (
    Example("NBK101", against={"a.ipynb": _MIXED}, favourable={"a.ipynb": _STRAIGHT}, quiet={"a.ipynb": _STRAIGHT}),
    Example(
        "NBK102",
        against={"a.ipynb": notebook("rows = [1]", "print(cleaned)", "total = sum(rows)", "print(total)")},
        quiet={"a.ipynb": notebook("from x import *", "print(cleaned)", "total = 1", "print(total)")},
    ),
    Example(
        "NBK103",
        against={"a.ipynb": notebook("x = 1", ("import missing\nx.fit()\nx = 2\nprint(x)", _ERROR))},
        quiet={"a.ipynb": notebook("x = 1", ("x.fit()  # this fails: an int has no fit", _ERROR))},
    ),
    Example(
        "NBK104",
        against={"a.ipynb": notebook(_FIT, *[_LOGIC] * 10)},
        favourable={
            "a.ipynb": notebook("import features", _FIT, "features.make()"),
            "features.py": _LOGIC + "\n\n\ndef make():\n    return 1\n",
        },
        quiet={"a.ipynb": notebook(_FIT, _LOGIC)},
    ),
    Example(
        "NBK105",
        against={"a.ipynb": notebook("x = 1", "y = 2", "z = 3", _LOGIC + "\n" + _LOGIC)},
        quiet={"a.ipynb": notebook(*[_LOGIC] * 4)},
    ),
    Example("NBK106", against={"a.ipynb": _large("x = 1", 1_000_000)}, quiet={"a.ipynb": _large("x = 1", 1_000)}),
    Example(
        "NBK107",
        against={"a.ipynb": _with_text("x = 1", "")},
        favourable={
            "a.ipynb": _with_text("x = 1", "We ask how many rows are left when the empty ones are " + "gone " * 12)
        },
        quiet={"a.ipynb": notebook(*_STEPS)},
    ),
    Example(
        "NBK108",
        against={"a.ipynb": notebook("# Copyright 2019 The TensorFlow Authors.\nx = 1")},
        quiet={"a.ipynb": notebook("# Copyright 2019 Ann Example\nx = 1")},
    ),
)
