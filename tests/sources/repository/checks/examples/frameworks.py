"""Examples for the checks of frameworks."""

from tests.support import Example

_NET = "import torch\nfrom torch import nn\nnet = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))\n"
_LOOP = (
    "import torch\nfor x, y in loader:\n    optimizer.zero_grad()\n    loss = f(net(x), y)\n    loss.backward()\n"
    "    optimizer.step()\n    total += loss.item()\n"
)
_MODEL = (
    "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n"
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "    def forward(self, x):\n        return {end}\n\n"
    "criterion = nn.CrossEntropyLoss()\nloss = criterion(Net()(x), y)\nloss.backward()\n"
)
_KERAS = "from keras.layers import Dense\nmodel.add(Dense({outputs}, activation='softmax'))\nmodel.fit(X, y)\n"
_TRANSFORMER = (
    "from sklearn.base import BaseEstimator, TransformerMixin\nfrom sklearn.pipeline import make_pipeline\n"
    "class Centre(BaseEstimator, TransformerMixin):\n    def fit(self, X, y=None):\n        self.mean_ = X.mean()\n"
    "{end}    def transform(self, X):\n        return X - self.mean_\n"
    "make_pipeline(Centre(), model).fit(X, y)\n"
)
_EVALUATE = "def evaluate(model, loader):\n{mode}    for x, y in loader:\n        out = model(x)\n"


def _favourable(code: str, text: str) -> Example:
    return Example(code, favourable={"train.py": text + "\nfrom sklearn.svm import SVC\nSVC().fit(X, y)\n"})


EXAMPLES = (
    Example(
        "FRW101",
        against={"train.py": _NET + _LOOP + _EVALUATE.format(mode="")},
        favourable={
            "train.py": _NET
            + _LOOP
            + "def evaluate(model):\n    model.eval()\n    with torch.no_grad():\n        model(x)\n"
        },
        quiet={"train.py": _NET + _LOOP + _EVALUATE.format(mode="    model.train(False)\n")},
    ),
    Example(
        "FRW102",
        against={"train.py": _LOOP.replace("    optimizer.zero_grad()\n", "").replace(".item()", "")},
        favourable={"train.py": _LOOP},
        quiet={"train.py": _LOOP.replace(".item()", "") + "    total.backward()\n"},
    ),
    Example(
        "FRW103",
        against={
            "model.py": _MODEL.format(end="F.softmax(x, dim=1)"),
            "keras_model.py": _KERAS.format(outputs=1),
        },
        quiet={
            "model.py": _MODEL.format(end="self.head(x)") + "shown = F.softmax(Net()(x), dim=1)\n",
            "keras_model.py": _KERAS.format(outputs=3),
        },
    ),
    Example("FRW104", favourable={"model.py": _MODEL.format(end="self.head(x)")}),
    Example(
        "FRW111",
        favourable={
            "train.py": _LOOP,
            "lib/als.cu": "// a step\n__global__ void least_squares(float* x) {}\n",
            "ops/split.cc": 'REGISTER_OP("Split").Input("x: string");\n',
        },
        quiet={
            "train.py": _LOOP,
            "lib/nms_kernel.cu": "__global__ void nms(float* x) {}\n",
            "lib/sum.cc": "// __global__ void later\nvoid sum(float* x) {}\n",
            "third_party/als.cu": "__global__ void least_squares(float* x) {}\n",
        },
    ),
    _favourable(
        "FRW105",
        "import torch\ntorch.save({'model': net.state_dict(), 'optimizer': optimizer.state_dict()}, path)\n"
        "net.load_state_dict(saved['model'])",
    ),
    _favourable(
        "FRW106", "from keras.callbacks import EarlyStopping, ReduceLROnPlateau\nEarlyStopping()\nReduceLROnPlateau()"
    ),
    Example(
        "FRW107",
        against={"train.py": _TRANSFORMER.format(end="")},
        favourable={"train.py": _TRANSFORMER.format(end="        return self\n")},
        quiet={"train.py": _TRANSFORMER.format(end="        return self\n")},
    ),
    Example(
        "FRW108",
        against={"train.py": "import torch\nnet.cuda()\nx = x.cuda()\ny = y.cuda()\nloss.backward()\n"},
        favourable={
            "train.py": "import torch\ndevice = 'cuda' if torch.cuda.is_available() else 'cpu'\nloss.backward()\n"
        },
        quiet={
            "train.py": "import torch\nif args.cuda:\n    net.cuda()\n    x.cuda()\n    y.cuda()\nloss.backward()\n"
        },
    ),
    _favourable("FRW109", "from torch.utils.data import DataLoader\nDataLoader(data, batch_size=64, shuffle=True)"),
    Example(
        "FRW110",
        favourable={
            "train.py": _LOOP,
            "tests/test_net.py": "import torch\ndef test_net():\n    out = net(torch.zeros(4, 2))\n"
            "    assert out.shape == (4, 2)\n    out.sum().backward()\n",
        },
    ),
)
