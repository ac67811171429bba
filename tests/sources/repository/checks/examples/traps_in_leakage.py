"""Traps of the data flow: what looks as if held-out rows were used, and is not."""

from __future__ import annotations

from tests.sources.repository.checks.examples.traps import Trap

_COMPARES = (
    "from sklearn.datasets import load_iris\nfrom sklearn.linear_model import LogisticRegression\n"
    "from sklearn.model_selection import train_test_split\nfrom sklearn.svm import SVC\n\n"
    "X, y = load_iris(return_X_y=True)\na, b, c, d = train_test_split(X, y, random_state=0)\n"
    "one = LogisticRegression().fit(a, c)\nprint(one.score(b, d))\ntwo = SVC().fit(a, c)\nprint(two.score(b, d))\n"
)
_PACKAGE = {
    "pyproject.toml": '[project]\nname = "sets"\nversion = "1"\n',
    "src/sets/__init__.py": "",
    "src/sets/core.py": "def f(x):\n    return x\n\n\n" * 40,
}

LEAKS = (
    Trap(
        "LEK103",
        "against",
        "the examples and notebooks of a library show what it does, and choose nothing",
        {**_PACKAGE, "examples/compare.py": "from sets.core import f\n" + _COMPARES},
    ),
    Trap(
        "LEK103",
        "against",
        "a split drawn anew in each round gives each round a test set of its own",
        {
            "a.py": "from sklearn.datasets import load_iris\nfrom sklearn.model_selection import train_test_split\n"
            "from sklearn.svm import SVC\n\n\ndef trial(X, y, seed):\n"
            "    a, b, c, d = train_test_split(X, y, random_state=seed)\n"
            "    return SVC().fit(a, c).score(b, d)\n\n\nX, y = load_iris(return_X_y=True)\n"
            "scores = [trial(X, y, seed) for seed in range(20)]\n"
            "for seed in range(20):\n    scores.append(trial(X, y, seed))\n"
        },
    ),
    Trap(
        "LEK103",
        "against",
        "the state with the lowest training loss is kept; a number that the loss takes is no test row",
        {
            "a.py": "import torch\n\n\ndef objective(model, x, y, risk):\n    return risk.sign * risk(model(x), y)\n\n"
            "\ndef fit(model, x, y, risk, rounds: int):\n    optimizer = torch.optim.Adam(model.parameters())\n"
            "    best = objective(model, x, y, risk)\n    for _ in range(rounds):\n"
            "        optimizer.zero_grad()\n        loss = risk(model(x), y)\n        loss.backward()\n"
            "        optimizer.step()\n        now = objective(model, x, y, risk)\n        if now < best:\n"
            "            best = now\n            state = model.state_dict()\n    return state\n"
        },
    ),
    Trap(
        "LEK108",
        "against",
        "predictions from which a second model learns are no judgement of the first",
        {
            "a.py": "from sklearn.datasets import load_iris\nfrom sklearn.linear_model import LinearRegression\n\n\n"
            "class Spread:\n    def fit(self, X, y, predicted):\n        self.of_ = abs(y - predicted).mean()\n"
            "        return self\n\n\nX, y = load_iris(return_X_y=True)\nmodel = LinearRegression()\n"
            "model.fit(X, y)\nspread = Spread()\nspread.fit(X, y, model.predict(X))\n"
        },
    ),
)
