"""Edges of the checks of handover, business goal and judgement."""

import pytest

from heldout.material.tree import Kind
from heldout.sources.repository.checks.registry import checks_by_code
from tests.support import Files, findings_of

TRAIN = "from sklearn.svm import SVC\n\n\ndef train(x, y):\n    return SVC().fit(x, y)\n"


def said(code: str, files: Files, polarity: str, kind: Kind = "folder") -> list[str]:
    (check,) = checks_by_code([code])
    return [
        f.message for f in findings_of({"train.py": TRAIN} | dict(files), check, kind=kind) if f.polarity == polarity
    ]


def block(*commands: str) -> dict[str, str]:
    return {"README.md": "# X\n\n```sh\n" + "\n".join(commands) + "\n```\n"}


@pytest.mark.parametrize(
    ("command", "trains", "predicts"),
    [
        ("python train.py", True, False),
        ("$ make train", True, False),
        ("python -m churn.train --config a.yaml", True, False),
        ("python run.py --do_train", True, False),
        ("python eval.py --data train/", False, False),
        ("python convert.py data/train.csv", False, False),
        ("python convert.py --to CBIS-train", False, False),
        ("then train it with your own loops.", False, False),
        ("pip install trainer", False, False),
        ("def train(x):", False, False),
        ("pytest tests/test_train.py", False, False),
        ("python predict.py --input new.csv", False, True),
        ("curl -X POST localhost:8000/predict -d '{}'", False, True),
        ("python make_plots.py demo.json", False, False),
    ],
)
def test_commands_are_told_by_what_they_do(command: str, trains: bool, predicts: bool) -> None:
    there = block(command) | dict.fromkeys(("run.py", "predict.py", "eval.py", "convert.py"), "print(1)\n")
    assert bool(said("HND101", there, "for")) == trains
    assert bool(said("HND102", there, "for")) == predicts


@pytest.mark.parametrize(
    "text",
    [
        "1. `python train.py --epochs 3`",
        "```python train.py --epochs 3 ```",
        "First:\n\n```pip install -r requirements.txt```\n\n```sh\npython train.py --epochs 3\n```",
    ],
)
def test_a_line_that_is_nothing_but_code_is_a_command(text: str) -> None:
    assert said("HND101", {"README.md": f"# X\n\n{text}\n"}, "for")


@pytest.mark.parametrize(
    "text", ["python train.py is what you run.", "`python train.py` was removed.", "Do not run `python train.py` yet."]
)
def test_words_outside_code_blocks_are_no_commands(text: str) -> None:
    assert said("HND101", {"README.md": f"# X\n\n{text}\n"}, "for") == []


def test_a_program_of_ones_own_is_told_by_its_name() -> None:
    assert said("HND101", block("birds-train-many large --epochs 3"), "for")
    assert said("HND102", block("birds-predict new.csv"), "for")
    assert said("HND101", block("birds-restrained large", "y_train = encoder.transform(y)"), "for") == []


def test_the_guide_to_a_library_may_show_the_call_as_well_as_the_readme() -> None:
    guide = "# Birds\n\n```python\nmodel.fit(x, y)\nmodel.predict(x)\n```\n"
    library = {"setup.py": "from setuptools import setup\nsetup(name='birds', packages=['birds'])\n"}
    library |= {"birds/__init__.py": "", "birds/models.py": TRAIN}
    assert said("HND101", {**library, "docs/birds.md": guide}, "for")
    assert said("HND102", {**library, "docs/birds.md": guide}, "for")
    assert said("HND101", {**library, "docs/release-notes.md": guide}, "for") == []
    assert said("HND101", {"docs/birds.md": guide}, "for") == []


def test_a_mode_that_is_changed_trains_nothing() -> None:
    shown = "# X\n\n```python\nmodel.train()\nself.net.train(True)\nscaler.fit(x)\n```\n"
    assert said("HND101", {"README.md": shown}, "for") == []
    assert said("HND101", {"README.md": shown.replace("scaler.fit(x)", "als.train()")}, "for")


def test_scripts_elsewhere_in_the_repository_are_there() -> None:
    assert said("HND103", block("python src/train.py", "python tools/train.py"), "against") == []


def test_scripts_of_a_cloned_project_are_not_this_ones() -> None:
    assert said("HND103", block("git clone https://example.org/a", "cd a", "python their_tool.py"), "against") == []


def test_what_an_sdist_leaves_out_is_nobodys_fault() -> None:
    assert said("HND103", block("python run_training.py"), "against", kind="sdist") == []


def test_pretrained_is_not_retrained() -> None:
    text = "# X\n\n## Pretrained models\n\n" + "word " * 40 + "\n\n## Build your image\n\n" + "word " * 40
    assert said("HND108", {"README.md": text}, "for") == []
    assert said("HND108", {"README.md": text + "\n\n## Retraining on new data\n\n" + "word " * 40}, "for")


def test_addresses_of_platforms_and_in_comments_bind_nobody() -> None:
    files = {
        "a.py": 'META = "http://metadata.google.internal/x"\n# see http://10.1.2.3/x\n"""Serve at http://10.0.0.1:6006"""\n',
        "tests/test_a.py": 'URL = "http://10.1.2.3/x"\n',
        "docs/conf.py": 'URL = "http://10.1.2.3/x"\n',
    }
    assert said("HND105", files, "against") == []


def test_a_cost_that_is_minimised_in_training_is_no_business_value() -> None:
    code = TRAIN + "\n\ndef compute_cost(y, preds):\n    cost = 0.5 * ((y - preds) ** 2).mean()\n    return cost\n"
    assert said("BUS101", {"model.py": code}, "for") == []


def test_a_curve_that_is_plotted_chooses_nothing() -> None:
    code = TRAIN + "\nfrom sklearn.metrics import roc_curve\nfpr, tpr, thresholds = roc_curve(y, p)\nplot(fpr, tpr)\n"
    assert said("BUS102", {"model.py": code}, "for") == []


def test_a_heading_without_anyone_who_acts_states_no_goal() -> None:
    text = "# X\n\n## Motivation\n\n" + "Transformers are large networks of attention layers and norms. " * 4
    assert said("BUS103", {"README.md": text}, "for") == []


@pytest.mark.parametrize(
    ("heading", "speaks"),
    [
        ("Contact", True),
        ("Contact us", True),
        ("Questions?", True),
        ("Contact Prediction", False),
        ("Help wanted", False),
    ],
)
def test_a_section_on_where_to_ask_is_about_asking(heading: str, speaks: bool) -> None:
    files = {"README.md": f"# X\n\n## {heading}\n\nWrite to the list, and somebody answers soon.\n"}
    assert bool(said("HND107", files, "for")) is speaks


def test_what_a_program_made_is_no_sample_to_try_it_with() -> None:
    rows = "a,b\n" + "1,2\n" * 100
    assert not said("HND110", {"data/forecast_2020.csv": rows, "data/log_2020.csv": rows}, "for")
    assert said("HND110", {"data/sample.csv": rows}, "for")


@pytest.mark.parametrize(
    "text",
    [
        "Download the [weights](https://drive.google.com/file/d/1c5Z/view).",
        "## Pretrained models\n\nDownload: https://www.dropbox.com/s/08/birds.zip?dl=0",
        "1. Get our published [Birds] model\n\n[Birds]: https://drive.google.com/open?id=1rp",
        "* [small](https://example.org/releases/birds-small.pth)",
    ],
)
def test_a_link_to_weights_is_a_model_that_others_can_get(text: str) -> None:
    assert said("HND104", {"README.md": f"# X\n\n{text}\n"}, "for")


@pytest.mark.parametrize(
    "text",
    [
        "Download the [data set](https://drive.google.com/file/d/1c5Z/view) for the pretrained model.",
        "The weights of the loss are explained [here](https://example.org/loss).",
        "Put the slides of the talk [here](https://drive.google.com/file/d/1c5Z/view).",
        "Download the [weights](https://drive.google.com/your-link).",
    ],
)
def test_other_links_are_none_to_weights(text: str) -> None:
    assert said("HND104", {"README.md": f"# X\n\n{text}\n"}, "for") == []
