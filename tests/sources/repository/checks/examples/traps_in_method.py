"""Traps of method: statistics, frameworks, tables and goals that are only named."""

from __future__ import annotations

from tests.sources.repository.checks.examples.traps import TRAIN, Trap

_README = "# Churn\n\n## Performance\n\n| Metric | Score |\n|---|---|\n"

METHOD = (
    Trap(
        "STA101",
        "for",
        "a table of the metrics of one model compares nothing",
        {
            "README.md": _README + "| ROC-AUC model | 0.63 |\n| F1 score | 0.73 |\n| Recall | 0.82 |\n",
            "a.py": TRAIN,
        },
    ),
    Trap(
        "STA102",
        "for",
        "a split whose other part is thrown away holds nothing out",
        {
            "a.py": "from datasets import load_dataset\nfrom sklearn.model_selection import train_test_split\n"
            "from sklearn.svm import SVC\n\n"
            "some = load_dataset('a')['train'].train_test_split(test_size=0.9)['train']\n"
            "few, _, answers, _ = train_test_split(some['x'], some['y'], test_size=0.2)\nSVC().fit(few, answers)\n"
        },
    ),
    Trap(
        "FRW108",
        "for",
        "a device that is only shown, or asked about for the memory of its loader, is not chosen",
        {
            "a.py": "import torch\nfrom torch.utils.data import DataLoader\n\nnet = torch.nn.Linear(3, 2)\n"
            "print('card:', torch.cuda.is_available())\n"
            "loader = DataLoader([1], batch_size=2, pin_memory=torch.cuda.is_available())\n"
            "net(torch.ones(1, 3)).sum().backward()\nif torch.cuda.is_available():\n"
            "    print(torch.cuda.memory_allocated())\n"
        },
    ),
    Trap(
        "WRA107",
        "for",
        "an answer for an empty result checks no table",
        {
            "a.py": "import pandas as pd\n\n\ndef one(key):\n    df = pd.read_sql('SELECT a FROM t WHERE k = 1', key)\n"
            "    if df.empty or pd.isna(df.iloc[0]['a']):\n        raise KeyError(key)\n    return df\n"
        },
    ),
    Trap(
        "STA103",
        "for",
        "folds that only cut a table into chunks, and one that nothing uses",
        {
            "a.py": TRAIN + "from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedKFold\n"
            "\n\ndef cut(df, y):\n    skf = StratifiedKFold(n_splits=9)\n    found = []\n"
            "    for _, rows in skf.split(df, y):\n        found.append(df.iloc[rows])\n    return found\n\n\n"
            "spare = RepeatedStratifiedKFold(n_splits=3)\n"
        },
    ),
    Trap(
        "STA104",
        "for",
        "a splitter by class that is made and never used",
        {
            "a.py": TRAIN + "from sklearn.model_selection import RepeatedStratifiedKFold\n"
            "cv = RepeatedStratifiedKFold(n_splits=3)\n"
        },
    ),
    Trap(
        "STA106",
        "for",
        "the spread of a score of rows, rows drawn again to have more of a class, and intervals that are demanded",
        {
            "README.md": "# Risk\n\nThe model must provide:\n\n- Confidence intervals for predictions\n",
            "a.py": TRAIN + "from sklearn.utils import resample\n\n\ndef position(score):\n"
            "    if score.std() < 1e-6:\n        return 0\n    return score\n\n\n"
            "more = resample(X, replace=True, n_samples=300)\n",
        },
    ),
    Trap(
        "STA106",
        "for",
        "the spread of what a model says of single rows, watched at work",
        {
            "a.py": TRAIN
            + "import numpy as np\n\n\ndef watch(scores, run):\n    return {'std': np.std(scores), 'run': run}\n"
        },
    ),
    Trap(
        "STA108",
        "for",
        "an inflation factor is no test, and the statistic alone is a feature",
        {
            "a.py": TRAIN + "from scipy import stats\n"
            "from statsmodels.stats.outliers_influence import variance_inflation_factor\n"
            "print(variance_inflation_factor(X, 0))\nfeature = stats.shapiro(X[:, 0])[0]\n"
        },
    ),
    Trap(
        "FRW105",
        "for",
        "weights of somebody else that are only loaded",
        {
            "a.py": "import torch\nfrom torch import nn\n\nnet = nn.Linear(3, 2)\nloss = net(torch.ones(1, 3)).sum()\n"
            "loss.backward()\nnet.load_state_dict(torch.load('theirs.pt'))\n"
        },
    ),
    Trap(
        "FRW107",
        "for",
        "a chain whose end cannot be seen, and one of preparations",
        {
            "a.py": TRAIN + "from sklearn.impute import SimpleImputer\nfrom sklearn.pipeline import Pipeline\n"
            "from sklearn.preprocessing import StandardScaler\n\n\ndef chain(steps):\n"
            "    return Pipeline(steps=steps)\n\n\n"
            "both = Pipeline([('gaps', SimpleImputer()), ('scale', StandardScaler())])\n"
        },
    ),
    Trap(
        "WRA103",
        "for",
        "to take the zone away names none",
        {
            "a.py": "import pandas as pd\n\ndf = pd.read_csv('a.csv')\n"
            "df['t'] = pd.to_datetime(df.t).dt.tz_localize(None)\n"
        },
    ),
    Trap(
        "WRA107",
        "for",
        "doubled rows that are a feature are not checked",
        {
            "a.py": "import pandas as pd\n\ndf = pd.read_csv('a.csv')\n"
            "again = df[df.duplicated(['who', 'amount'], keep=False)]\n"
        },
    ),
    Trap(
        "BUS103",
        "for",
        "other uses to which the work could be put are no goal of it",
        {
            "README.md": "# Kit\n\n## Reusable use cases\n\nThe same code can be adapted for sales teams to reduce"
            " cost and to prioritise leads in time, for banks against fraud,"
            " and for many others who have such rows to rank.\n",
            "a.py": TRAIN,
        },
    ),
    Trap(
        "JDG102",
        "for",
        "the review of somebody else's post-mortem",
        {
            "README.md": "# Model\n\n## Review of a prior post-mortem\n\n"
            + "They wrote that the market moved away. " * 6,
            "a.py": TRAIN,
        },
    ),
)
