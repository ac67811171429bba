"""Traps of texts, images, releases and queries: what eighty further repositories were told, and was wrong."""

from __future__ import annotations

from tests.sources.repository.checks.examples.traps import TRAIN, Trap

_WORDS = "The words say what came out and what it means for those who use it. " * 8

AROUND_CODE = (
    Trap(
        "COM104",
        "for",
        "what a tool writes into a project that it starts, logs, and orders to a program are no texts for readers",
        {
            "a.py": TRAIN,
            "README.md": "# X\n",
            "web/README.md": "# Getting Started with Create React App\n\n" + _WORDS,
            "logs/models.md": "# Models\n\n" + _WORDS,
            "openspec/changes/a/tasks.md": "# Tasks\n\n" + _WORDS,
        },
    ),
    Trap(
        "COM102",
        "for",
        "a table of what metrics mean and of what is aimed at shows no results",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\n| Métrica | Descripción | Valor deseable |\n|---|---|---|\n"
            "| Recall | zonas detectadas | 85% |\n| F1 | equilibrio | 0.80 |\n",
        },
    ),
    Trap(
        "COM103",
        "for",
        "how one method works is told on its page, not how the project works",
        {"a.py": TRAIN, "README.md": "# X\n", "docs/fairness.md": "# Fairness\n\n## How it works\n\n" + _WORDS},
    ),
    Trap(
        "COM105",
        "against",
        "frames and displays draw with names of their own",
        {
            "a.py": "import matplotlib.pyplot as plt\n"
            + "".join(
                f"\n\ndef f{n}(data, disp):\n    data.age.hist()\n    disp.plot(ax=plt.gca())\n" for n in range(8)
            )
        },
    ),
    Trap(
        "REP101",
        "against",
        "modules that were not committed are no libraries",
        {"a.py": "import modeling\nimport a08_memory_network\nimport tokenization\nimport data_util\n"},
    ),
    Trap(
        "REP303",
        "for",
        "weights that a script fetches are no data",
        {
            "a.py": TRAIN,
            "downloader/entrypoint.sh": "echo 'Downloading model files'\n"
            "gdown https://drive.example/folders/1Z -O $LOCAL_MODEL_DIRECTORY --folder\n",
        },
    ),
    Trap(
        "REP304",
        "for",
        "the checksum of a text fixes no data",
        {
            "a.py": TRAIN,
            "data/plan.sha256": "6ce46dcfbc6d34fbf74c4bbfa9643f10076de3178eea9f37cd9cf1016963c23a  plan.md\n",
        },
    ),
    Trap(
        "HND101",
        "for",
        "words in an indented block are no command",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\n    defence-conditioned fit beats the offence-only fit at the game level\n",
        },
    ),
    Trap(
        "HND102",
        "for",
        "what stands behind the hash is not what the command does",
        {"a.py": TRAIN, "README.md": "# X\n\n```\nmake seed   # reseed demo data\n```\n"},
    ),
    Trap(
        "HND104",
        "for",
        "a sample of data may be kept in a file of tensors",
        {
            "a.py": TRAIN + "import torch\nimport urllib.request\npath = 'datasets/sample.pt'\n"
            "print('Downloading the sample dataset')\nurllib.request.urlretrieve(url, path)\n"
            "train_x, train_y = torch.load(path)\n"
        },
    ),
    Trap(
        "HND108",
        "for",
        "paths on which no new data are needed are no guide to them",
        {"a.py": TRAIN, "docs/ways.md": "# Ways\n\n## Paths not blocked (no new data needed)\n\n" + _WORDS + "data\n"},
    ),
    Trap(
        "HND109",
        "for",
        "to open a notebook on a hosted platform deploys nothing, nor does a link to what runs",
        {
            "a.py": TRAIN,
            "README.md": "# X\n\n## Google Colab deployment\n\n1. Upload the notebook\n2. Run all cells\n\n"
            + _WORDS
            + "\n\n## Live deployment\n\n- [frontend](http://here.example)\n\n"
            + _WORDS,
        },
    ),
    Trap(
        "HND110",
        "for",
        "plots, dictionaries and counts of gaps in a folder of data are no samples",
        {
            "a.py": TRAIN,
            "data/clean/target_dist.png": "x" * 100,
            "data/data_dictionary.csv": "name,meaning\n" * 9,
            "data/missing_values.csv": "column,count\n" * 9,
        },
    ),
    Trap(
        "JDG101",
        "for",
        "a template for decisions records none",
        {"a.py": TRAIN, "docs/adr/0001-template.md": "# Title\n\n## Alternatives\n\nWhat was considered?\n"},
    ),
    Trap(
        "JDG102",
        "for",
        "limits of a tool, and of somebody else's weights, are none of the work",
        {
            "a.py": TRAIN,
            "docs/proxy.md": "# Proxy\n\n## Important: Prometheus limitation\n\n" + _WORDS,
            "models/bert/README.md": "---\nlanguage: en\nlicense: mit\n---\n\n# BERT\n\n## Limitations\n\n" + _WORDS,
        },
    ),
    Trap(
        "BUS102",
        "for",
        "half of the largest cell decides the colour of a number in a drawing",
        {
            "a.py": TRAIN + "from sklearn.metrics import confusion_matrix, roc_curve\nroc_curve(y, p)\n"
            "cm = confusion_matrix(y, q)\nthresh = cm.max() / 2.\n"
        },
    ),
    Trap(
        "MLO105",
        "for",
        "a job that only tells whether to train anew trains nothing",
        {
            "a.py": TRAIN,
            "dags/watch.py": "from airflow import DAG\n\n# Deciding if retraining is needed\n"
            "def check_retraining_needed():\n    return {'needs_retraining': True}\n\n\n"
            "with DAG('watch', schedule_interval='@daily') as dag:\n    pass\n",
        },
    ),
    Trap(
        "MLO114",
        "for",
        "a drift that is fitted is a term of the model",
        {"a.py": TRAIN + "\n\ndef fit_drift(sub):\n    return sub.mean()\n"},
    ),
    Trap(
        "CRF101",
        "against",
        "steps of a database that a tool has written",
        {
            "alembic/versions/001_first.py": "def upgrade():\n" + "    op.add_column('t', 'c')\n" * 200,
            "a.py": "".join(f"def f{n}():\n    return {n}\n\n\n" for n in range(20)),
        },
    ),
    Trap(
        "CRF401",
        "against",
        "one file of three is no habit",
        {
            "run.py": "print(len(open('a').read()))\n" * 40,
            "a.py": "".join(f"def f{n}():\n    return {n}\n\n\n" for n in range(20)),
            "b.py": "".join(f"def g{n}():\n    return {n}\n\n\n" for n in range(20)),
        },
    ),
    Trap(
        "SAF105",
        "against",
        "a number, a column of one's own and a path that the function has made are sent by nobody",
        {
            "a.py": "import duckdb\n\n\ndef f(con, least: int, out):\n"
            "    col, default = 'kept', 0\n    path = 'leads.parquet'\n"
            '    con.execute(f"SELECT a FROM t WHERE s >= {int(least)}")\n'
            '    con.execute(f"UPDATE t SET {col} = {default} WHERE a IS NULL")\n'
            '    con.execute(f"SELECT a FROM t WHERE b >= {least}")\n'
        },
    ),
)
