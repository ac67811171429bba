"""Paths of one machine, settings, and the origin of data."""

from __future__ import annotations

import pytest

from heldout.material.redaction import Redactor
from heldout.sources.repository.checks.authorship import COPIED
from heldout.sources.repository.checks.data_origin import DataOrigin, DataVersion
from heldout.sources.repository.checks.paths_and_config import AbsolutePaths, SettingsApart
from tests.support import Files, findings_of, look, notebook

FIT = "import pandas as pd\nfrom sklearn.svm import SVC\nSVC().fit(pd.read_csv('x.csv'), [])\n"


@pytest.mark.parametrize(
    "path",
    [
        "/home/ann.smith/data/x.csv",
        "/Users/ann.smith/x.csv",
        "C:\\\\Users\\\\ann.smith\\\\x.csv",
        "C:/Users/ann.smith/x",
    ],
)
def test_user_names_leave_no_review(path: str) -> None:
    found = findings_of({"a.py": f"x = '{path}'\n", "run.sh": f"python a.py --data {path}\n"}, AbsolutePaths())
    assert found
    assert "ann" not in Redactor().finding(found[0]).model_dump_json()


@pytest.mark.parametrize(
    "line",
    [
        "x = '/home/user/data'",
        "x = '/path/to/data'",
        "x = '/tmp/data/x'",
        "x = '/usr/local/lib/x'",
        "x = 'C:\\\\Windows\\\\System32\\\\notepad.exe'",
        "if path == '/home/ann/x': pass",
        "x = 'see /home/ann/notes for details'",
        "x = '/data'",
        '"""/home/ann/x"""',
        "x = 'https://example.org/home/ann/x'",
    ],
)
def test_no_false_alarm(line: str) -> None:
    assert not findings_of({"a.py": line + "\n"}, AbsolutePaths())


def test_a_default_that_can_be_replaced_weighs_less() -> None:
    fixed = findings_of({"a.py": "x = '/home/ann/x'\n"}, AbsolutePaths())
    default = findings_of({"a.py": "p.add_argument('--x', default='/home/ann/x')\n"}, AbsolutePaths())
    assert default[0].strength < fixed[0].strength
    assert default[0].severity == "low"


def test_platform_paths_are_only_noted() -> None:
    found = findings_of({"a.ipynb": notebook("x = '/kaggle/input/titanic/train.csv'")}, AbsolutePaths())
    assert [f.polarity for f in found] == ["unknown"]


def test_tests_may_hold_any_path() -> None:
    assert not findings_of({"tests/test_a.py": "x = '/home/ann/x'\n"}, AbsolutePaths())


def test_an_imported_parser_that_is_not_used_is_no_setting() -> None:
    code = "import argparse\nfrom sklearn.svm import SVC\nfrom keras.models import Sequential\nSVC().fit([], [])\n"
    code += "Sequential().fit([], [], epochs=4, batch_size=32)\n"
    assert [f.polarity for f in findings_of({"train.py": code}, SettingsApart())] == ["against"]
    assert not findings_of({"train.ipynb": notebook(code)}, SettingsApart())


@pytest.mark.parametrize(
    "files",
    [
        {"get.sh": "wget https://example.org/x.zip\n"},
        {"x.csv": "a,b\n" + "1,2\n" * 100},
        {"x.csv.dvc": "outs:\n- md5: " + "a" * 32 + "\n"},
        {"README.md": "The dataset: https://example.org/x\n"},
        {"load.py": "from sklearn.datasets import load_iris\nload_iris()\n"},
    ],
)
def test_data_can_be_had_in_many_ways(files: Files) -> None:
    assert [f.polarity for f in findings_of({"train.py": FIT, **files}, DataOrigin())] == ["for"]


def test_an_installing_script_is_no_download_of_data() -> None:
    files = {"train.py": FIT, "get.sh": "wget https://example.org/Miniconda.sh\n"}
    assert [f.polarity for f in findings_of(files, DataOrigin())] == ["against"]


@pytest.mark.parametrize(
    "files",
    [
        {"load.py": "import torchvision\ntorchvision.datasets.ImageFolder('x')\n"},
        {"README.md": "A package for data analysis, inspired by [this code](https://example.org/x).\n"},
    ],
)
def test_a_folder_of_images_or_the_word_data_is_no_origin(files: Files) -> None:
    found = findings_of({"train.py": FIT, **files}, DataOrigin())
    assert "for" not in [f.polarity for f in found]


HASHED = FIT + "get_file('x', file_hash='0123456789abcdef')\n"
LFS = {"train.py": FIT, ".gitattributes": "*.csv filter=lfs\n"}


@pytest.mark.parametrize(
    ("files", "polarities"),
    [
        ({"train.py": HASHED + f"import pooch\npooch.retrieve(known_hash='md5:{'a' * 32}')\n"}, ["for"]),
        ({**LFS, "x.csv": "version https://git-lfs.github.com/spec/v1\n"}, ["for"]),
        (LFS, []),
        ({"train.py": FIT, "x.dvc": "outs:\n- path: x\n"}, []),
    ],
)
def test_versions_of_data(files: Files, polarities: list[str]) -> None:
    assert [f.polarity for f in findings_of(files, DataVersion())] == polarities


@pytest.mark.parametrize("line", ["x = root + '/data/haar/x.xml'", "x = f'{root}/data/haar/x.xml'"])
def test_the_rest_of_a_path_is_no_absolute_path(line: str) -> None:
    assert not findings_of({"a.py": line + "\n"}, AbsolutePaths())


@pytest.mark.parametrize("path", ["/home/%s/%s/model.h5", "/home/{}/data/x.csv", "/home/pi/mycar"])
def test_a_form_to_fill_in_and_an_image_s_own_account_are_nobody_s_home(path: str) -> None:
    assert not findings_of({"a.py": f"target = {path!r}\n"}, AbsolutePaths())


USE = "from sklearn.svm import SVC\n\n\ndef train(x, y):\n    return SVC().fit(x, y)\n"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import gym\n\nenv = gym.make('Cart')\n", "a simulated environment is made by a library"),
        ("from keras.utils import get_file\n\nweights_path = get_file('resnet50_weights.h5', URL)\n", ""),
        (
            "from keras.utils import get_file\n\npath = get_file('reviews.csv', URL)\n",
            "data are fetched by code or script",
        ),
        ("# Copyright 2017 Else Where\nfrom keras.datasets import mnist\n\nmnist.load_data()\n", ""),
    ],
)
def test_what_is_no_data_does_not_tell_where_the_data_come_from(code: str, said: str) -> None:
    files = {"train.py": USE, "get.py": code, "LICENSE": "Copyright 2020 Ada Lovelace"}
    seen = look(files, [DataOrigin(), COPIED])
    found = [f.message for f in seen.findings if f.polarity == "for"]
    assert found == ([f"Of the data, this can be seen: {said}."] if said else [])


def test_links_to_code_do_not_tell_where_the_data_are() -> None:
    readme = "# X\n\n[look.ipynb](samples/look.ipynb)\nThis notebook validates the dataset.\n[a.py](a.py) censors.\n"
    assert not [f for f in findings_of({"train.py": USE, "README.md": readme}, DataOrigin()) if f.polarity == "for"]


@pytest.mark.parametrize(
    ("command", "speaks"),
    [
        ("curl -OL https://github.com/x/protobuf/releases/download/v3/protoc-3-linux-x86_64.zip", False),
        ("curl -OL https://github.com/x/protobuf/releases/download/v$VERSION/$FILE", False),
        ("wget https://github.com/x/y/releases/download/v1/data.zip", True),
        ("curl -s ${SDK_URL} | tar xz -C /", False),
        ("wget https://example.org/reviews.zip", True),
        ("wget -P training_data https://example.org/7", True),
    ],
)
def test_downloads_of_programs_are_no_data(command: str, speaks: bool) -> None:
    found = findings_of({"train.py": USE, "Makefile": f"all:\n\t{command}\n"}, DataOrigin())
    assert any(f.polarity == "for" for f in found) is speaks


def test_a_long_path_is_cut_in_its_middle() -> None:
    path = "/home/ann/" + "deep/" * 30 + "rows.csv"
    (finding,) = findings_of({"a.py": f"x = '{path}'\n"}, AbsolutePaths())
    assert "…" in finding.message
    assert finding.message.endswith("rows.csv`.")
