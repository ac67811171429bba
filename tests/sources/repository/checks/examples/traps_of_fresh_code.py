"""What readers of repositories that nobody had seen before found to be wrong: the kinds, in code of our own."""

from __future__ import annotations

from tests.sources.repository.checks.examples.traps import TRAIN, Trap

_LOADED = "import numpy as np\nimport pandas as pd\nimport pytest\nfrom a import Fill, f1, prune\n\n\n"


def _test(code: str) -> dict[str, str]:
    return {"a.py": TRAIN, "tests/test_a.py": _LOADED + code}


_SERVICE = (
    "import joblib\nfrom fastapi import Depends, FastAPI, File, HTTPException, "
    "Request, UploadFile\nfrom pydantic import"
    " BaseModel\n\napp = FastAPI()\nmodel = joblib.load('m.joblib')\n\n\n@app.post('/predict')\n"
)

FRESH = (
    Trap(
        "ROB102",
        "for",
        "a value for a division by zero is a setting",
        _test("def test_zero():\n    assert f1([1, 2], [3, 4], zero_division=np.nan) == 0\n"),
    ),
    Trap(
        "ROB102",
        "for",
        "what replaces a failed row is a setting, however many are tried",
        _test(
            "@pytest.fixture(params=[np.nan, None, np.inf, 0])\ndef fill(request):\n"
            "    return Fill(request.param)\n\n\n"
            "@pytest.mark.parametrize('v', [np.nan, np.inf])\ndef test_fill(v):\n"
            "    assert Fill(replace_value=v).run([1])\n"
        ),
    ),
    Trap(
        "ROB102",
        "for",
        "a name of a test that speaks of null or nan puts none in",
        _test(
            "def test_prune_usage_null():\n    assert prune([1, 2]) == [1]\n\n\n"
            "def test_matheron_nan():\n    assert np.isnan(f1(np.array([1])))\n"
        ),
    ),
    Trap(
        "ROB102",
        "for",
        "missing values that have to come out, and a gap that a filter looks for",
        _test(
            "def test_a():\n    expected = pd.DataFrame({'a': [1, np.nan]})\n"
            "    pd.testing.assert_frame_equal(f1([1, 2]), expected)\n"
            "    np.testing.assert_array_equal(f1([1]), [np.nan])\n"
            "    assert f1([2]) == [None]\n    want = [float('inf')]\n    check(f1([2]), want)\n"
        ),
    ),
    Trap(
        "ROB102",
        "for",
        "an empty list that has to come out, and names with nothing odd behind them",
        _test(
            "def test_empty_result():\n    assert f1([1]) == []\n\n\n"
            "def test_decision_boundary():\n    assert f1([1])\n\n\n"
            "def test_too_many_rows():\n    assert f1([1, 2, 3])\n"
        ),
    ),
    Trap(
        "ROB102",
        "against",
        "a missing value that is put in somewhere unclear",
        _test("".join(f"def test_{n}():\n    run({{'gaps': np.nan}}, {n})\n\n\n" for n in range(25))),
    ),
    Trap(
        "CRF301",
        "for",
        "a model that is judged in a file named test is no test",
        {
            "a.py": TRAIN,
            "train_and_test/test.py": "import torch\n\n\ndef test(model, loader):\n    for x, y in loader:\n"
            "        print(model(x), y)\n",
        },
    ),
    Trap(
        "ROB102",
        "for",
        "all values of a column are missing: the column is there; and three variables are no extreme",
        _test(
            "def test_all_missing_column_matches(missing_rows):\n    assert f1(missing_rows)\n\n\n"
            "def test_too_many_variables():\n    assert f1([1, 2, 3])\n"
        ),
    ),
    Trap(
        "ROB103",
        "against",
        "the classes of an answer are the same in every fold",
        {
            "a.py": TRAIN + "import pandas as pd\n\ny_train_new = pd.get_dummies(y_train_new)\n"
            "y_test_new = pd.get_dummies(y_test_new)\ntrain_labels = pd.get_dummies(train_labels)\n"
        },
    ),
    Trap(
        "FRW106",
        "for",
        "a schedule in a branch that a constant switches off, and one that no optimizer gets",
        {
            "a.py": "import tensorflow as tf\n\noptimizer = 'ADAM'\nif optimizer == 'ADAM':\n"
            "    step = tf.train.AdamOptimizer(0.1).minimize(cost)\nelif optimizer == 'SGD':\n"
            "    rate = tf.train.exponential_decay(0.1, 5, 1000, 0.95)\n"
            "    step = tf.train.GradientDescentOptimizer(rate).minimize(cost)\n"
            "other = tf.train.polynomial_decay(0, 1, [0.1])\n",
            "b.py": "import torch\n\nuse = False\nscheduler = torch.optim.lr_scheduler.StepLR(opt, 3)\nif use:\n"
            "    plan = torch.optim.lr_scheduler.StepLR(opt, 3)\n    plan.step()\n",
        },
    ),
    Trap(
        "WRA101",
        "against",
        "rows that two tables share are only counted",
        {
            "a.py": "import pandas as pd\n\n\ndef meet(a, b):\n    both = pd.merge(a, b)\n"
            "    return not both.empty\n\n\n"
            ""
            "def many(a, b):\n    return len(pd.merge(a, b))\n"
        },
    ),
    Trap(
        "SAF104",
        "against",
        "a command made of names that are bound to literals alone",
        {
            "a.py": "import os\n\nsource = 'https://example.org/a.csv'\n\n\ndef load():\n    name = 'a.csv'\n"
            "    os.system('wget ' + source + ' -O ' + name)\n    command = f'unzip {name}'\n    os.system(command)\n"
            "    for part in ['a', 'b']:\n        os.system('rm %s' % part)\n"
        },
    ),
    *(
        Trap("DEP102", "for", why, {"a.py": TRAIN, "app.py": _SERVICE + code})
        for why, code in {
            "a file or any table says nothing of what is in it": "def predict(file: UploadFile = File(...), "
            "more: dict = None,"
            " db: Store = Depends(store)):\n    return model.predict(read(file))\n",
            "an option beside a file": "def predict(file: UploadFile = File(...), size: int = Query(default=None)):\n"
            "    return model.predict(read(file))\n",
            "a service that fails looks at no input": "async def predict(request: Request):\n    if model is None:\n"
            "        raise HTTPException(503, 'not ready')\n"
            "    try:\n        return model.predict(await request.body())\n"
            "    except Exception as error:\n        raise HTTPException(status_code=400, detail=str(error))\n",
            "what is transformed or loaded is not looked at": "def predict(body: bytes):\n    check_model_loaded()\n"
            "    rows = scaler.transform(body)\n    answer = model.predict(rows)\n"
            "    return list(answer) if isinstance(answer, tuple) else answer\n",
        }.items()
    ),
    Trap(
        "REP303",
        "against",
        "a file of the name that is read stands in another folder",
        {
            "runs/a.py": TRAIN + "import pandas as pd\n\ndf = pd.read_csv('/kaggle/input/train.csv')\n"
            "more = pd.read_csv('/kaggle/input/train.csv')\n",
            "train.csv": "a,b\n1,2\n",
        },
    ),
    Trap(
        "REP201",
        "against",
        "chance that makes traffic, or says how long to wait, changes no result",
        {
            "train.py": TRAIN,
            "app/api/traffic_daemon.py": "import random\n\nimport numpy as np\n\nrows = random.randint(1, 9)\n",
            "run.py": "import random\nimport time\n\nimport numpy as np\n\ntime.sleep(random.uniform(1, 3))\n"
            "delay = 2 * random.random()\nheaders = {'User-Agent': 'x'}\n",
        },
    ),
    Trap(
        "REP102",
        "for",
        "an environment that builds the documentation is none to run",
        {
            "a.py": TRAIN,
            "requirements.txt": "numpy\nscipy\npandas\nscikit-learn\n",
            ".github/environment-docs.yaml": "name: x\ndependencies:\n  - numpy=1.2\n  - scipy=1.2\n  - pandas=1.2\n"
            "  - sphinx=3.1\n  - nbsphinx=0.8\n",
            "envs/environment.yml": "name: x-docs\ndependencies:\n  - scikit-learn=1.0\n  - furo=3\n  - myst=2\n",
        },
    ),
    Trap(
        "REP302",
        "for",
        "the options of a program that builds are no settings of a run",
        {
            "a.py": TRAIN,
            "ci/render.py": "import argparse\n\nparser = argparse.ArgumentParser()\nparser.add_argument('file')\n",
        },
    ),
    Trap(
        "ROB106",
        "for",
        "a function that is named for perturbing and asks no model, and one that nothing calls",
        {
            "a.py": TRAIN,
            "utils.py": "def test_perturbed():\n    graphs = make(5)\n"
            "    for g in graphs:\n        print(perturb(g).size)\n\n\n"
            "def score_by_group(model, rows):\n    out = {}\n    for g in rows:\n"
            "        out[g] = model.score(rows[g])\n"
            "    return out\n\n\nif __name__ == '__main__':\n    print(1)\n",
        },
    ),
    Trap(
        "FRW109",
        "for",
        "a sampler of equal weights draws as every loader does",
        {
            "a.py": "import torch\nfrom torch.utils.data.sampler import WeightedRandomSampler\n\n"
            "sampler = WeightedRandomSampler([1.0 / len(d) for i in range(len(d))], 5)\n"
        },
    ),
    Trap(
        "LEK101",
        "against",
        "the place of an extreme picks a row, and tells nothing of the others",
        {
            "a.py": "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n"
            "from sklearn.model_selection import train_test_split\n\ndf = pd.read_csv('a.csv')\ny = df.pop('y')\n"
            "df['near'] = df['age'] - df.loc[df['days'].idxmin(), 'age']\na, b, c, d = train_test_split(df, y)\n"
            "print(LogisticRegression().fit(a, c).score(b, d))\n"
        },
    ),
    Trap(
        "LEK103",
        "against",
        "a name of one function is not the name of another",
        {
            "a.py": "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n"
            "from sklearn.model_selection import train_test_split\n\ndf = pd.read_csv('a.csv')\ny = df.pop('y')\n"
            "a, b, c, d = train_test_split(df, y)\n\n\ndef many():\n    for n in (1, 2, 3):\n"
            "        total_acc = LogisticRegression(C=n).fit(a, c).score(b, d)\n        print(n, total_acc)\n\n\n"
            "def own(network, rows):\n    best = 0\n    for row in rows:\n        total_acc = network.measure(row)\n"
            "        if total_acc > best:\n            best = total_acc\n    return best\n\n\nmany()\nown(net, rows)\n"
        },
    ),
    Trap(
        "FRW106",
        "for",
        "gradients that are clipped and then cleared",
        {
            "a.py": TRAIN + "import torch\n\nfor x in rows:\n    loss = net(x)\n"
            "    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)\n"
            "    opt.zero_grad()\n    loss.backward()\n    opt.step()\n"
        },
    ),
    Trap(
        "ROB101",
        "against",
        "an unknown value is refused as not implemented",
        {
            "a.py": TRAIN
            + "".join(f"\n\ndef f{i}(x):\n" + "    x = x + 1\n" * 50 + "    return x\n" for i in range(11)),
            "b.py": "def pick(kind):\n    if kind == 'a':\n        return 1\n    raise_it = True\n"
            "    if raise_it:\n        raise NotImplementedError\n",
        },
    ),
    Trap(
        "STA101",
        "for",
        "a baseline of the data that predicts and scores nothing",
        {
            "a.py": TRAIN,
            "b.py": "import numpy as np\nimport pandas as pd\n\n\ndef generate_baseline():\n"
            '    """Statistics of the training data for the model."""\n    df = pd.read_csv("data/train.csv")\n'
            "    means = df.mean().values\n    np.savez('a.npz', means=means)\n    print('model score', means)\n",
        },
    ),
    Trap(
        "FRW110",
        "for",
        "a model that is fitted only to be sent",
        {
            "a.py": TRAIN,
            "tests/test_a.py": "import joblib\nfrom sklearn.linear_model import LinearRegression\n\n\n"
            "def test_upload(client, tmp_path):\n    model = LinearRegression()\n    model.fit([[1], [2]], [1, 2])\n"
            "    joblib.dump(model, tmp_path / 'm')\n    answer = client.post('/models')\n"
            "    assert answer.status_code == 200\n",
        },
    ),
    Trap(
        "REP104",
        "against",
        "a declared distribution that carries the library's name may bring it",
        {
            "a.py": TRAIN + "import prometheus_client\nimport fastapi\nimport numpy\n",
            "requirements.txt": "scikit-learn\nfastapi\nnumpy\nprometheus-fastapi-instrumentator\n",
        },
    ),
    Trap(
        "COM102",
        "against",
        "the paper beside the code, to which the README points, is not read",
        {
            "a.py": TRAIN,
            "README.md": "# Hearts\n\nTells sick hearts from healthy ones. See the [Paper](assets/hearts.pdf).\n",
            "assets/hearts.pdf": "%PDF-1.4\n",
        },
    ),
    Trap(
        "FRW108",
        "for",
        "what asks for the device is used by nothing, and what is used demands one",
        {
            "a.py": TRAIN + "import torch\nfrom losses import Plain\n\ndevice = 'cuda'\nnet = net.to(device)\n",
            "losses.py": "import torch\n\n\ndef mask(x):\n"
            "    device = torch.device('cuda:0' if torch.cuda.is_available() else 'cpu')\n    return x.to(device)\n\n\n"
            "class Hard(torch.nn.Module):\n    def forward(self, x):\n        return mask(x)\n\n\n"
            "class Plain(torch.nn.Module):\n    def forward(self, x):\n        return x.sum()\n",
        },
    ),
    Trap(
        "REP301",
        "against",
        "a folder that the project's own container makes",
        {
            "a.py": TRAIN + "import pandas as pd\n\npd.read_csv('/root/workdir/input/a.csv')\n",
            "image/gpu/Dockerfile": "FROM python:3.11\nWORKDIR /root/workdir\n",
        },
    ),
    Trap(
        "PYT101",
        "against",
        "a default that is written only where it has items, and one that is bound anew",
        {
            "a.py": "def f(rows, more={}):\n    for key in more.keys():\n        if key in rows:\n"
            "            more[key] = rows[key]\n    return more\n\n\n"
            "def g(rows, more={}):\n    more = {k: 1 for k in more}\n    more['a'] = rows\n    return more\n"
        },
    ),
    Trap(
        "FRW105",
        "for",
        "tensors that are saved, and weights that came from elsewhere",
        {
            "a.py": TRAIN + "import torch\n\nnet.load_state_dict(torch.load('a.pt'))\n",
            "b.py": "import torch\n\n\ndef keep(d, path):\n    torch.save(d, path)\n",
        },
    ),
)
