"""Traps of texts for readers and of plain files: words and numbers that tell something else."""

from __future__ import annotations

from tests.sources.repository.checks.examples.traps import TRAIN, Trap

TEXTS = (
    Trap(
        "STA106",
        "for",
        "a badge of versions from 3.9 on is no spread of results",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\n[![Python](https://img.shields.io/badge/python-3.9+-blue.svg)](https://pypi.org/p/x)\n",
        },
    ),
    Trap(
        "COM102",
        "for",
        "a table of who did what shows no results",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\n```\n+-------+------------+--------------+\n| Name  | Student ID | Contribution |\n"
            "+-------+------------+--------------+\n| Ada   | 1          | 50%          |\n"
            "| Grace | 2          | 50%          |\n+-------+------------+--------------+\n```\n",
        },
    ),
    Trap(
        "COM102",
        "for",
        "the badge of a journal is no figure",
        {
            "a.py": TRAIN,
            "docs/about.rst": "About\n=====\n\n.. image:: https://joss.theoj.org/papers/10.21105/joss.1/status.svg\n",
        },
    ),
    Trap(
        "COM103",
        "for",
        "limits of the tool that builds the documentation, in a hidden note, and of what was not taken",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\n<!-- ## Limitations\n\nWhat does not work. -->\n\n"
            "| way | why not |\n|---|---|\n| Conda | Doesn't handle services |\n",
            "docs/README.md": "# Docs\n\nBuilt with doc-builder. The preview only works with existing files.\n",
        },
    ),
    Trap(
        "HND108",
        "for",
        "words and prompts are fine-tuned without any data",
        {
            "a.py": TRAIN,
            "docs/guide.md": "# Guide\n\n## Fine-tune candidate keywords\n\n" + "Give the model a better prompt. " * 9,
        },
    ),
    Trap(
        "HND102",
        "for",
        "to prepare the labels and the words asks no model",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\n```python\ny_test = mlb.transform(labels)\n"
            "tokenizer = AutoTokenizer.from_pretrained('x')\nids = tokenizer.encode(text)\n```\n",
        },
    ),
    Trap(
        "HND110",
        "for",
        "a list of folds is nothing to try the work with",
        {"a.py": TRAIN, "data/folds.csv": "id,fold\n" + "a,1\n" * 200},
    ),
    Trap(
        "REP301",
        "against",
        "no program stops at the settings of an editor",
        {"a.py": TRAIN, "src/.vscode/settings.json": '{"python.pythonPath": "/home/ann/.conda/envs/x/bin/python"}\n'},
    ),
    Trap(
        "ROB102",
        "for",
        "an edge case of no input at all, edges of a graph",
        {
            "a.py": TRAIN,
            "tests/test_card.py": "def test_link_edge_case():\n    assert f()\n\n\n"
            "def test_edges_of_graph():\n    assert f()\n",
        },
    ),
    Trap(
        "DEP107",
        "for",
        "a program that measures how fast a model answers, and throws the answers away",
        {
            "train.py": TRAIN,
            "run_inference.py": "import argparse\nfrom time import perf_counter\n\n\ndef main():\n"
            "    parser = argparse.ArgumentParser()\n    model = load_model(parser.parse_args().model)\n"
            "    latencies = []\n    for row in rows():\n        start = perf_counter()\n"
            "        model.predict(row)\n        latencies.append(perf_counter() - start)\n    print(latencies)\n",
        },
    ),
    Trap(
        "CRF401",
        "for",
        "a writer that is made at import makes a folder",
        {
            f"m{n}.py": "from tensorboardX import SummaryWriter\n\nwriter = SummaryWriter()\n\n\n"
            + "\n\n".join(f"def f{i}(x):\n    return x * {i}\n" for i in range(20))
            for n in range(3)
        },
    ),
    Trap(
        "SCL103",
        "for",
        "a single number that is kept within bounds is no work on whole arrays",
        {"a.py": TRAIN + "import numpy as np\n\n\ndef f(x, w):\n    return np.clip(x - 1, 0, w)\n"},
    ),
)
