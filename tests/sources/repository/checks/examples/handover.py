"""Examples for the checks of handover, business goal and judgement."""

from tests.support import Example

_TRAIN = (
    "from sklearn.linear_model import LogisticRegression\n\n\n"
    "def train(x, y):\n    model = LogisticRegression()\n    model.fit(x, y)\n    return model\n"
)
_README = """
# Churn

## Business problem

The retention team can call 500 customers a week. We rank customers so that the team calls those who are likely to
leave; success is a churn that is lower by one point than in the group that is not called.

## Train

```sh
python train.py --config base.yaml
```

## Predict

```sh
python predict.py --input new.csv
```

## Training on your own data

```sh
python train.py --config own.yaml
```

## Deployment

```sh
docker run -p 8000:8000 churn
```

## Limitations

Trained on private customers only; scores of business customers mean nothing and must not be used for prices.

## Result

In the A/B test of May the calls reduced churn by 1.2 points.

## Contact

Ask the retention data team in the issue tracker.
"""
_THIN = "# Churn\n\nA model.\n"
_ML = {"train.py": _TRAIN, "predict.py": "print(1)\n"}
_FULL = _ML | {"README.md": _README}
_QUIET = _ML | {"README.md": _THIN}
_WEIGHTS = (
    "import torch\n\n\ndef load(net):\n"
    "    state = torch.hub.load_state_dict_from_url('https://example.org/w-1a2b.pth', check_hash=True)\n"
    "    net.load_state_dict(state)\n    net.fit(state)\n"
)
_PROFIT = _TRAIN + (
    "\n\ndef profit(tp, fp, gain, call_cost):\n    return tp * gain - fp * call_cost\n\n\n"
    "def best(y, p):\n    from sklearn.metrics import precision_recall_curve\n"
    "    precision, recall, thresholds = precision_recall_curve(y, p)\n"
    "    best_threshold = thresholds[(precision * recall).argmax()]\n    return best_threshold\n"
)

EXAMPLES = (
    Example("HND101", favourable=_FULL, quiet=_QUIET),
    Example("HND102", favourable=_FULL, quiet=_QUIET),
    Example(
        "HND103",
        against=_ML | {"README.md": "# Churn\n\n```sh\npython run_training.py\n```\n"},
        quiet=_FULL,
    ),
    Example("HND104", favourable={"load.py": _WEIGHTS}, quiet=_QUIET),
    Example(
        "HND105",
        against=_ML | {"settings.py": 'DATA_URL = "http://10.0.3.7/share/train.csv"\n'},
        quiet=_ML | {"settings.py": 'DATA_URL = "http://127.0.0.1:8000/train.csv"\n# http://10.0.3.7/old\n'},
    ),
    Example("HND106", favourable=_ML | {"LICENSE": "Permission is hereby granted, " * 20}, quiet=_QUIET),
    Example("HND107", favourable=_FULL, quiet=_QUIET),
    Example("HND108", favourable=_FULL, quiet=_QUIET),
    Example("HND109", favourable=_FULL, quiet=_QUIET),
    Example("HND110", favourable=_ML | {"data/sample.csv": "age,income\n" + "41,52000\n" * 10}, quiet=_QUIET),
    Example("BUS101", favourable={"train.py": _PROFIT}, quiet=_QUIET),
    Example("BUS102", favourable={"train.py": _PROFIT}, quiet=_QUIET),
    Example("BUS103", favourable=_FULL, quiet=_QUIET),
    Example("BUS104", favourable=_FULL, quiet=_QUIET),
    Example(
        "JDG101",
        favourable=_ML
        | {"docs/adr/0001-store.md": "# Store\n\n## Alternatives\n\nFiles.\n\n## Consequences\n\nOne server.\n"},
        quiet=_QUIET,
    ),
    Example("JDG102", favourable=_FULL, quiet=_QUIET),
)
