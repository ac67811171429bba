"""Code followed without being run: which files does a command read and write, and what is it there for?"""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from heldout.material import Limits
from heldout.material.scan import scan_folder
from heldout.sources.handover.discover.code.study import Study, study
from heldout.sources.handover.discover.view import View
from tests.support import notebook, write_files

FIT = "from sklearn.linear_model import Ridge\nimport pandas as pd, joblib\n"


def look(tmp_path: Path, files: dict[str, str], script: str = "main.py", *argv: str, folder: str = ".") -> Study:
    clean = {path: textwrap.dedent(text) for path, text in files.items()}
    tree = scan_folder(write_files(tmp_path, clean), "folder", Limits())
    return study(View(tree), script, argv, folder)


def reads(found: Study) -> list[str]:
    return [touch.path for touch in found.reads]


def writes(found: Study) -> list[str]:
    return [touch.path for touch in found.writes]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("pd.read_csv('data/a.csv')", "data/a.csv"),
        ("DATA = 'data'\npd.read_csv(DATA + '/a.csv')", "data/a.csv"),
        ("pd.read_csv(os.path.join('data', 'raw', 'a.csv'))", "data/raw/a.csv"),
        ("pd.read_csv(Path('data') / 'a.csv')", "data/a.csv"),
        ("pd.read_csv(Path(__file__).parent / 'a.csv')", "a.csv"),
        ("pd.read_csv(os.path.dirname(os.path.abspath(__file__)) + '/a.csv')", "a.csv"),
        ("pd.read_csv(f'{Path.cwd()}/data/a.csv')", "data/a.csv"),
        ("name = 'a'\npd.read_csv('data/%s.csv' % name)", "data/a.csv"),
        ("pd.read_csv('data/{}.csv'.format('a'))", "data/a.csv"),
        ("pd.read_csv(f'data/{unknown}.csv')", "data/*.csv"),
        ("pd.read_csv('/'.join(['data', 'a.csv']))", "data/a.csv"),
        ("os.chdir('data')\npd.read_csv('a.csv')", "data/a.csv"),
        ("P = {'x': {'y': 'a.csv'}}\npd.read_csv(P['x']['y'])", "a.csv"),
        ("class C:\n    path = 'a.csv'\npd.read_csv(C.path)", "a.csv"),
        (
            "class C:\n    def __init__(self, p): self.p = p\n    def go(self): return pd.read_csv(self.p)\n"
            "C('a.csv').go()",
            "a.csv",
        ),
        ("def load(p='a.csv'):\n    return pd.read_csv(p)\nload()", "a.csv"),
        ("with open('m.pkl', 'rb') as f:\n    pickle.load(f)", "m.pkl"),
        ("sqlite3.connect('a.db')", "a.db"),
        ("create_engine('sqlite:///a.db')", "a.db"),
        ("for f in glob.glob('data/*.csv'):\n    pd.read_csv(f)", "data/*.csv"),
        ("spark.read.csv('a.csv')", "a.csv"),
        ("tf.keras.models.load_model('m.keras')", "m.keras"),
        ("cv2.imread('a.png')", "a.png"),
    ],
)
def test_a_path_is_followed_to_where_it_is_read(tmp_path: Path, code: str, expected: str) -> None:
    head = "import os, glob, pickle, sqlite3, cv2\nimport pandas as pd\nimport tensorflow as tf\n"
    more = "from pathlib import Path\nfrom sqlalchemy import create_engine\n"
    found = look(tmp_path, {"main.py": f"{head}{more}{code}\n"})
    assert reads(found) == [expected]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("df.to_csv('out/a.csv')", "out/a.csv"),
        ("joblib.dump(m, 'm.joblib')", "m.joblib"),
        ("pickle.dump(m, open('m.pkl', 'wb'))", "m.pkl"),
        ("with open('scores.json', 'w') as f:\n    json.dump({}, f)", "scores.json"),
        ("torch.save(m.state_dict(), 'm.pt')", "m.pt"),
        ("model.save('m.h5')", "m.h5"),
        ("fig.savefig('a.png')", "a.png"),
        ("plt.savefig('a.png')", "a.png"),
        ("Path('a.txt').write_text('x')", "a.txt"),
        ("np.save('a.npy', x)", "a.npy"),
        ("joblib.dump(m, f'models/{datetime.now():%Y}.joblib')", "models/*.joblib"),
        ("mlflow.log_metric('a', 1)", "mlruns"),
        ("for name in ['a', 'b']:\n    joblib.dump(m, f'{name}.joblib')", ["a.joblib", "b.joblib"]),
    ],
)
def test_a_path_is_followed_to_where_it_is_written(tmp_path: Path, code: str, expected: str | list[str]) -> None:
    head = (
        "import json, pickle, joblib, torch, mlflow\nimport numpy as np\nimport matplotlib.pyplot as plt\n"
        "from datetime import datetime\nfrom pathlib import Path\n"
    )
    found = look(tmp_path, {"main.py": f"{head}{code}\n"})
    assert writes(found) == ([expected] if isinstance(expected, str) else expected)


ARGPARSE = """
import argparse, pandas as pd
p = argparse.ArgumentParser()
p.add_argument("--data", default="data/a.csv")
p.add_argument("-o", "--out-dir", default="out")
args = p.parse_args()
pd.read_csv(args.data).to_csv(args.out_dir + "/b.csv")
"""
CLICK = """
import click, pandas as pd
@click.command()
@click.option("--data", default="data/a.csv")
@click.option("--out-dir", "out_dir", default="out")
def main(data, out_dir):
    pd.read_csv(data).to_csv(f"{out_dir}/b.csv")
if __name__ == "__main__":
    main()
"""
TYPER = """
import typer, pandas as pd
def main(data: str = "data/a.csv", out_dir: str = typer.Option("out")):
    pd.read_csv(data).to_csv(f"{out_dir}/b.csv")
if __name__ == "__main__":
    typer.run(main)
"""
FIRE = TYPER.replace("typer.run", "fire.Fire").replace("import typer", "import typer, fire")
ABSL = """
from absl import app, flags
import pandas as pd
flags.DEFINE_string("data", "data/a.csv", "x")
flags.DEFINE_string("out_dir", "out", "x")
FLAGS = flags.FLAGS
def main(argv):
    pd.read_csv(FLAGS.data).to_csv(f"{FLAGS.out_dir}/b.csv")
app.run(main)
"""


@pytest.mark.parametrize(
    "code", [ARGPARSE, CLICK, TYPER, FIRE, ABSL], ids=["argparse", "click", "typer", "fire", "absl"]
)
def test_arguments_of_the_command_line_go_before_their_defaults(tmp_path: Path, code: str) -> None:
    plain = look(tmp_path, {"main.py": code})
    assert "serve" not in plain.traits
    assert (reads(plain), writes(plain)) == (["data/a.csv"], ["out/b.csv"])
    given = look(tmp_path, {"main.py": code}, "main.py", "--data=c.csv")
    assert (reads(given), writes(given)) == (["c.csv"], ["out/b.csv"])


def test_docopt_and_plain_argv(tmp_path: Path) -> None:
    code = '"""Usage: main.py [--data=<f>]"""\nfrom docopt import docopt\nimport pandas as pd\n'
    code += 'pd.read_csv(docopt(__doc__)["--data"])\n'
    assert reads(look(tmp_path, {"main.py": code}, "main.py", "--data=a.csv")) == ["a.csv"]
    code = "import sys, pandas as pd\npd.read_csv(sys.argv[1] if len(sys.argv) > 1 else 'b.csv')\n"
    assert reads(look(tmp_path, {"main.py": code}, "main.py", "a.csv")) == ["a.csv"]
    assert reads(look(tmp_path, {"main.py": code})) == ["b.csv"]


def test_arguments_that_must_be_given_and_are_not_are_named(tmp_path: Path) -> None:
    code = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--text', required=True)\np.parse_args()\n"
    assert look(tmp_path, {"main.py": code}).required == ("--text",)
    assert look(tmp_path, {"main.py": code}, "main.py", "--text", "x").required == ()


@pytest.mark.parametrize(
    ("name", "text", "load"),
    [
        ("c.yaml", "data:\n  path: a.csv\n", "import yaml\ncfg = yaml.safe_load(open('c.yaml'))"),
        ("c.yaml", "data:\n  path: a.csv\n", "import yaml\nwith open('c.yaml') as f:\n    cfg = yaml.safe_load(f)"),
        ("c.json", '{"data": {"path": "a.csv"}}', "import json\ncfg = json.load(open('c.json'))"),
        (
            "c.json",
            '{"data": {"path": "a.csv"}}',
            "import json\nfrom pathlib import Path\ncfg = json.loads(Path('c.json').read_text())",
        ),
        ("c.toml", '[data]\npath = "a.csv"\n', "import tomllib\ncfg = tomllib.load(open('c.toml', 'rb'))"),
        (
            "c.ini",
            "[data]\npath = a.csv\n",
            "import configparser\ncfg = configparser.ConfigParser()\ncfg.read('c.ini')",
        ),
        (
            "c.yaml",
            "root: a\ndata:\n  path: ${root}.csv\n",
            "from omegaconf import OmegaConf\ncfg = OmegaConf.load('c.yaml')",
        ),
    ],
)
def test_settings_are_read_from_their_file(tmp_path: Path, name: str, text: str, load: str) -> None:
    code = f"import pandas as pd\n{load}\npd.read_csv(cfg['data']['path'])\n"
    found = look(tmp_path, {"main.py": code, name: text})
    assert reads(found) == [name, "a.csv"]


def test_hydra_composes_its_settings(tmp_path: Path) -> None:
    found = look(
        tmp_path,
        {
            "src/main.py": """
                import hydra, pandas as pd
                @hydra.main(version_base=None, config_path="../conf", config_name="config")
                def main(cfg):
                    pd.read_csv(cfg.data.path)
                main()
            """,
            "conf/config.yaml": "defaults:\n  - data: small\n  - _self_\n",
            "conf/data/small.yaml": "path: data/small.csv\n",
        },
        "src/main.py",
    )
    assert reads(found) == ["conf/config.yaml", "data/small.csv"]


def test_own_modules_are_followed_wherever_they_stand(tmp_path: Path) -> None:
    found = look(
        tmp_path,
        {
            "main.py": "from src.train import run\nimport src.paths as p\nrun(p.DATA / 'a.csv')\n",
            "src/__init__.py": "",
            "src/paths.py": "from pathlib import Path\nDATA = Path(__file__).resolve().parents[1] / 'data'\n",
            "src/train.py": "from .io import load, keep\ndef run(path):\n    keep(load(path))\n",
            "src/io.py": f"{FIT}def load(p):\n    return pd.read_csv(p)\n"
            "def keep(d):\n    joblib.dump(Ridge().fit(d, d), 'm.joblib')\n",
        },
    )
    assert (reads(found), writes(found)) == (["data/a.csv"], ["m.joblib"])
    assert {"fit", "save"} <= found.traits
    assert str(found.writes[0].location) == "src/io.py:6"


def test_only_what_is_reached_counts(tmp_path: Path) -> None:
    code = f"""{FIT}
import sys
def train():
    joblib.dump(Ridge().fit([1], [1]), "m.joblib")
def predict():
    print(joblib.load("m.joblib").predict([1]))
if __name__ == "__main__":
    mode = sys.argv[1]
    if mode == "train":
        train()
    else:
        predict()
"""
    assert look(tmp_path, {"main.py": code}, "main.py", "train").traits == {"fit", "save"}
    assert look(tmp_path, {"main.py": code}, "main.py", "predict").traits == {"load", "predict"}


def test_both_ends_of_what_cannot_be_decided_are_followed(tmp_path: Path) -> None:
    code = "import os, pandas as pd\nif os.path.exists('x'):\n    p = 'a.csv'\nelse:\n    p = 'b.csv'\n"
    code += "pd.read_csv(p)\n"
    assert reads(look(tmp_path, {"main.py": code})) == ["a.csv", "b.csv"]


def test_scripts_that_are_started_are_followed_and_programs_named(tmp_path: Path) -> None:
    code = "import subprocess, sys, os\nsubprocess.run([sys.executable, 'b.py', '--x', '1'])\n"
    code += "os.system('dot -Tpng a.dot')\n"
    found = look(tmp_path, {"main.py": code, "b.py": "import pandas as pd\npd.read_csv('a.csv')\n"})
    assert reads(found) == ["a.csv"]
    assert [(name, str(place)) for name, place in found.programs] == [("dot", "main.py:3")]


def test_addresses_variables_and_paths_outside_are_named(tmp_path: Path) -> None:
    code = (
        "import os, pandas as pd\npd.read_csv('https://x.org/a.csv')\nkey = os.environ['API_KEY']\n"
        "pd.read_csv('/home/me/a.csv')\npd.read_csv(r'C:\\data\\a.csv')\nopen('s3://bucket/a.csv')\n"
    )
    found = look(tmp_path, {"main.py": code})
    assert "download" in found.traits
    assert [url for url, _ in found.urls] == ["https://x.org/a.csv"]
    assert [name for name, _ in found.variables] == ["API_KEY"]
    assert [touch.path for touch in found.outside] == ["/home/me/a.csv", "C:\\data\\a.csv", "s3://bucket/a.csv"]
    assert reads(found) == []


@pytest.mark.parametrize(
    "code",
    [
        "y = df['price']",
        "y = np.log1p(df['price']).astype(int)",
        "X = df.drop(columns=['price'])",
        "X = df.drop('price', axis=1)",
        "X, y = df.drop(columns=['price']), df['price']",
        "TARGET = 'price'\ny_train = df[TARGET]",
        "target = ['price']\ntrain_y = df[target]",
        "train(df, target_col='price')",
        "y = df.pop('price')",
        "y = df.loc[:, 'price']",
    ],
)
def test_the_column_that_is_the_answer(tmp_path: Path, code: str) -> None:
    head = "import pandas as pd, numpy as np\ndf = pd.read_csv('a.csv')\ndef train(df, target_col): pass\n"
    assert next(iter(look(tmp_path, {"main.py": head + code + "\n"}).targets))[0] == "price"


def test_other_columns_are_no_answers(tmp_path: Path) -> None:
    code = "df = x()\nages = df['age']\nX = df.drop(columns=['a', 'b'])\nplt.plot(df['a'], label='curve')\n"
    assert look(tmp_path, {"main.py": code}).targets == ()


def test_a_scaler_that_is_fitted_is_no_training(tmp_path: Path) -> None:
    code = "from sklearn.preprocessing import StandardScaler\ns = StandardScaler()\ns.fit(x)\n"
    assert "fit" not in look(tmp_path, {"main.py": code}).traits


def test_a_notebook_has_cells_and_its_folder(tmp_path: Path) -> None:
    found = look(
        tmp_path,
        {"nb/a.ipynb": notebook("import pandas as pd", "!ls\nd = pd.read_csv('../data/a.csv')", "d.to_csv('b.csv')")},
        "nb/a.ipynb",
        folder="nb",
    )
    assert [(t.path, str(t.location)) for t in found.reads] == [("data/a.csv", "nb/a.ipynb, cell 2:2")]
    assert writes(found) == ["nb/b.csv"]


def test_a_web_service_is_followed_into_what_answers_requests(tmp_path: Path) -> None:
    code = """
        from flask import Flask, request
        import joblib
        app = Flask(__name__)
        @app.route("/predict", methods=["POST"])
        def predict():
            return joblib.load("m.joblib").predict(request.json)
        if __name__ == "__main__":
            app.run(port=5005)
    """
    found = look(tmp_path, {"main.py": code})
    assert reads(found) == ["m.joblib"]
    assert {"serve", "load", "predict"} <= found.traits
    assert found.port == 5005


@pytest.mark.parametrize(
    ("code", "read", "written"),
    [
        ("self.spark.read.option('header', True).csv('a.csv')", ["a.csv"], []),
        ("df.write.mode('overwrite').parquet('out/b')", [], ["out/b"]),
        ("import importlib\nimportlib.import_module('models.' + 'net').load()", ["w.pkl"], []),
        ("mlflow.sklearn.load_model('models:/churn/1')", [], []),
        ("secret.save('db-url')", [], []),
        ("sqlite3.connect(':memory:')", [], []),
    ],
)
def test_further_ways_to_read_and_write(tmp_path: Path, code: str, read: list[str], written: list[str]) -> None:
    net = "import pickle\ndef load():\n    return pickle.load(open('w.pkl', 'rb'))\n"
    found = look(tmp_path, {"main.py": f"import mlflow, sqlite3\n{code}\n", "models/net.py": net})
    assert (reads(found), writes(found)) == (read, written)


def test_a_chart_that_is_shown_opens_no_window(tmp_path: Path) -> None:
    assert "window" not in look(tmp_path, {"main.py": "ax.imshow(x)\nplt.imshow(x)\n"}).traits
    assert "window" in look(tmp_path, {"main.py": "import cv2\ncv2.imshow('a', x)\n"}).traits
