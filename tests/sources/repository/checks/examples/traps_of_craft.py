"""Traps of craft: tests, workflows, loops, frames, and what is named like the thing but is not it."""

from __future__ import annotations

from tests.sources.repository.checks.examples.traps import TRAIN, Trap

_LATER = "name: later\non:\n"
_JOB = "jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
_CODE = "def f(x):\n    return x\n\n\n" * 60
_LONG = "x = 1\n" * 300
_NEEDS = (
    "def test_hypothesis(table, years):\n    for year in years:\n        print(table[year])\n    return table\n\n\n"
    "class Runner:\n    def run(self):\n        return 1\n"
)
_FRAMES = "import pandas as pd\n\ndf = pd.read_csv('a.csv')\n" + "df = df.groupby('a').sum().fillna(0)\n" * 20

CRAFT = (
    Trap(
        "CRF301",
        "for",
        "test functions of which not one asserts anything are no praise",
        {"a.py": _CODE, "tests/test_a.py": "import a\n\n\ndef test_f():\n    print(a.f(1))\n"},
    ),
    Trap(
        "CRF302",
        "for",
        "a program called ..._test.py is no test",
        {"sweep.py": _CODE, "experiments/regime_test.py": "import sweep\n" + _NEEDS * 20},
    ),
    Trap(
        "CRF304",
        "for",
        "what stands in a here-document is a text for a program, not a command",
        {
            "a.py": "x = 1\n",
            ".github/workflows/tidy.yml": _LATER
            + "  push:\n"
            + _JOB
            + "      - run: |\n          python << 'EOF'\n          run(['autopep8', '-r', '.'])\n          EOF\n",
        },
    ),
    Trap(
        "CRF304",
        "for",
        "a linter that is told to pass checks nothing",
        {"a.py": "x = 1\n", ".github/workflows/ci.yml": "on: [push]\n" + _JOB + "      - run: flake8 . --exit-zero\n"},
    ),
    Trap(
        "CRF305",
        "for",
        "tests at a tag are not run at each change",
        {
            "a.py": "x = 1\n",
            ".github/workflows/release.yml": _LATER + "  push:\n    tags: ['v*']\n" + _JOB + "      - run: pytest\n",
        },
    ),
    Trap(
        "CRF303",
        "for",
        "a hint of what comes back is no hint of an argument",
        {"a.py": "".join(f"def f{n}(a, b: int) -> int:\n    return b\n\n\n" for n in range(8))},
    ),
    Trap(
        "PYT107",
        "for",
        "loops over a part of the positions, or over a shape, that only read there do not walk the things",
        {
            "a.py": "for x in xs:\n    print(x)\n" * 20
            + "for i in range(n, len(axes)):\n    axes[i].axis('off')\n"
            + "for i in range(signals.shape[0]):\n    out.append(signals[i, :])\n",
        },
    ),
    Trap(
        "PYT105",
        "against",
        "files that are opened by their path in a with are closed",
        {
            "a.py": "import json\nfrom pathlib import Path\n\nfor p in Path('.').iterdir():\n"
            + "    with p.open() as file:\n        print(file.read())\n" * 5
            + "    print(json.load(open(p)))\n" * 3
        },
    ),
    Trap(
        "SCL101",
        "for",
        "to walk the rows in order to print them is walking all the same",
        {"a.py": _FRAMES + "for _, row in df.iterrows():\n    print(row.a)\n"},
    ),
    Trap(
        "SCL101",
        "for",
        "itertuples walks the rows",
        {"a.py": _FRAMES + "for row in df.itertuples():\n    out.append(row.a)\n"},
    ),
    Trap(
        "SCL103",
        "for",
        "names of columns are no columns of text",
        {"a.py": "import pandas as pd\n\nsummary.columns = summary.columns.str.replace('%', 'pct')\n"},
    ),
    Trap(
        "SCL104",
        "for",
        "a frame that was in memory already is not handled in parts",
        {"a.py": "import pandas as pd\n\ntrain = spark.createDataFrame(pd.read_csv('a.csv'))\n"},
    ),
    Trap(
        "ROB102",
        "for",
        "None as a setting, and an update that is missing, are no missing values",
        {
            "a.py": "x = 1\n",
            "tests/test_a.py": "def test_keys_ignored_is_none():\n    assert 1\n\n\n"
            "def test_calls_run_when_update_missing():\n    assert run()\n",
        },
    ),
    Trap(
        "ROB105",
        "for",
        "a composition of steps turns and crops nothing by itself",
        {"a.py": TRAIN + "import albumentations as A\n\nsteps = A.Compose([A.Normalize()])\n"},
    ),
    Trap(
        "SAF108",
        "for",
        "models per loan type with consent, a quoted text, and the licence of the code tell no terms of data",
        {
            "a.py": TRAIN,
            "README.md": "# Loans\n\nLater: separate models per loan type, open banking (with consent).\n\n"
            '"Relatedly, Meta released the weights of LLaMA to researchers under a noncommercial licence."\n\n'
            "This project uses public data and is licensed under the MIT License.\n",
        },
    ),
    Trap(
        "CLD102",
        "for",
        "the library that pages by itself shows nothing of its user",
        {
            "a.py": "from google.cloud import storage\n\nbucket = storage.Client().bucket('b')\n"
            "for blob in bucket.list_blobs(prefix='a'):\n    print(blob.name)\n"
        },
    ),
    Trap(
        "CLD105",
        "for",
        "motor, for a database, is not moto",
        {
            "a.py": "import boto3\n\nboto3.client('s3').upload_file('a', 'b', 'c')\n",
            "tests/test_a.py": "from motor.motor_asyncio import Client\n\n\ndef test_a():\n    assert f()\n",
        },
    ),
    Trap(
        "ROB102",
        "for",
        "a queue that overflows is no extreme number",
        {"a.py": "x = 1\n", "tests/test_a.py": "def test_routing_and_overflow_queueing():\n    assert run()\n"},
    ),
    Trap(
        "SCL107",
        "for",
        "how much memory the machine has is not what the work takes",
        {"a.py": "import psutil\n\nram = psutil.virtual_memory().total / 1e9\n"},
    ),
    Trap(
        "SAF102",
        "against",
        "texts to be replaced, addresses, headers and times are no keys",
        {
            "a.py": "x = 1\n",
            ".env.production": "DB_PASSWORD=CHANGE_THIS_IN_PRODUCTION\nKEY_VAULT_URL=https://fraud.vault.azure.net/\n"
            "API_KEY_HEADER=X-API-Key\nTOKEN_EXPIRE_MINUTES=${JWT_MINUTES}\nAPI_KEYS=prod_api_key_1,prod_api_key_2\n",
        },
    ),
    Trap(
        "SAF101",
        "against",
        "a pattern for addresses of databases holds no password",
        {"move.ps1": "if ($env:DATABASE_URL -match 'postgresql://([^:]+):([^@]+)@([^:]+):(\\d+)/([^?]+)') { }\n"},
    ),
    Trap(
        "SAF101",
        "against",
        "the example of a schema is no password",
        {"schemas.py": 'extra = {"example": {"new_password": "NewSecureWord4567!kQ"}}\n'},
    ),
)
