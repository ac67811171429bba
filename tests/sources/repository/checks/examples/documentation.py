"""Examples for the checks of documentation."""

from tests.support import Example, notebook

_CODE = "\n".join(f"def f{i}(x):\n    return x + {i}\n" for i in range(30))
_TRAIN = "from sklearn.svm import SVC\n" + _CODE + "\n\ndef train(x, y):\n    SVC().fit(x, y)\n"
_README = """# Sales forecast

Forecasts the sales of each shop for the next four weeks, so that planners know how much fresh food to order and how
much is likely to be thrown away. It is meant for planners and for engineers who run it each night for all of the shops.

## Install

    pip install -r requirements.txt

## Run

```bash
python forecast.py --data data/sales.csv
```

## Data

The sales come from [the open data portal](https://example.org/sales) as one file for each year and each shop.

## Results

| model | error |
|---|---|
| last week | 14.2 % |
| ours | 11.8 % |

## Limitations

It does not work for shops that opened less than a year ago, because the season is learnt from the year before.

## Why it works

Most of what is sold on a day is told by the day of the week, the season, and weather. The model learns how much each
of them matters for each of the shops, and shares what it has learnt between shops that are alike. New shops have none.
"""
_CHINESE = (
    "# 销售预测\n\n"
    + "本项目预测每家商店未来四周的销售额，帮助计划人员决定订购多少新鲜食品。" * 4
    + "\n\n## 安装\n\n```\npip install x\npython main.py\n```\n"
)
_PAGE = (
    "# How to retrain\n\n"
    + "Take the sales of the last year and start the training again on every Monday morning. " * 8
)
_PLOT = "import matplotlib.pyplot as plt\n"

EXAMPLES = (
    Example(
        "COM101",
        against={"main.py": _CODE, "README.md": "# project\n"},
        favourable={"main.py": _CODE, "README.md": _README},
        quiet={"main.py": _CODE, "README.md": _CHINESE},
    ),
    Example(
        "COM102",
        against={"train.py": _TRAIN, "README.md": "# Classifier\n\nTrains a classifier on the data.\n"},
        favourable={"train.py": _TRAIN, "README.md": _README},
        quiet={"train.py": _TRAIN, "setup.py": "", "README.md": "# Library\n\nA library for classifiers.\n"},
    ),
    Example("COM103", favourable={"main.py": _CODE, "README.md": _README}),
    Example("COM104", favourable={"main.py": _CODE, "README.md": _README, "docs/retrain.md": _PAGE}),
    Example(
        "CRF202",
        favourable={
            "main.py": _CODE,
            "CHANGELOG.md": "# Changes\n\n## 0.2.0\n\n- Read the sales of the last year too, and say so in the log when"
            " they are missing.\n\n## 0.1.0\n\n- The first version, which reads one file and writes the forecast for"
            " one shop.\n",
        },
    ),
    Example(
        "COM105",
        against={"eda.ipynb": notebook(_PLOT, *[f"plt.plot(loss_{i})\nplt.show()" for i in range(8)])},
        favourable={
            "plots.py": _PLOT
            + "\n".join(
                f"def p{i}(x):\n    plt.plot(x)\n    plt.xlabel('epoch')\n    plt.title('Loss')\n" for i in range(8)
            )
        },
        quiet={"show.ipynb": notebook(_PLOT, *[f"plt.imshow(image_{i})" for i in range(9)])},
    ),
)
