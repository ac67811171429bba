"""The ladder of repairs, climbed with an installer of the test's own."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from heldout.material.limits import Limits
from heldout.material.scan import scan_folder
from heldout.material.tree import Tree
from heldout.sandbox.base import Completed, Usage, Verdict
from heldout.sandbox.environments import Attempt as Made
from heldout.sandbox.environments import Built, Recipe
from heldout.sandbox.index import UndatedFault
from heldout.sandbox.interpreters import Interpreter
from heldout.sources.handover.installs import installs, patched
from heldout.sources.handover.ladder import Climb, climb, rungs, with_more
from heldout.sources.handover.plan import Environment
from heldout.sources.handover.pythons import allowed, ordered, usual
from heldout.sources.handover.record import Cause
from heldout.sources.handover.standing import Environments

PYTHONS = tuple(
    Interpreter((3, minor, 1), Path("/usr"), f"/usr/bin/python3.{minor}", ()) for minor in (7, 8, 9, 10, 11, 12, 13)
)
TODAY = date(2026, 11, 24)


def tree(folder: Path, **files: str) -> Tree:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return scan_folder(folder, "folder", Limits())


def made(recipe: Recipe, *, works: bool, log: str = "") -> Made:
    verdict = Verdict.OK if works else Verdict.FAILED
    done = Completed((), verdict, 0 if works else 1, None, log.encode(), b"", Usage(1.0))
    return Made(recipe, Built(Path("/env"), recipe.python, ("numpy==2.0",), 1.0) if works else None, done)


def climbed(environment: Environment, content: Tree, works: Callable[[Recipe], bool], log: str = "error: no") -> Climb:
    attempts = rungs(environment, content, PYTHONS, TODAY)
    return climb(
        environment,
        attempts,
        lambda recipe, _name: made(recipe, works=works(recipe), log=log),
        deadline=time.monotonic() + 60,
    )


def test_what_installs_as_declared_costs_nothing(tmp_path: Path) -> None:
    content = tree(tmp_path, requirements_dot_txt="pandas==2.2.2\n")
    done = climbed(Environment(id="default", files=("requirements.txt",)), content, lambda _recipe: True)
    assert done.rung == "R0"
    assert len(done.tried) == 1
    assert done.recipe is not None
    assert done.recipe.arguments[:2] == ("-r", "requirements.txt")


def test_another_python_than_declared_costs_a_rung(tmp_path: Path) -> None:
    content = tree(tmp_path, requirements_dot_txt="pandas==1.3\n")
    environment = Environment(id="default", files=("requirements.txt",), python="3.6")
    done = climbed(environment, content, lambda _recipe: True)
    assert done.rung == "R1"


def test_a_near_python_with_everything_ready_is_taken_before_anything_is_compiled(tmp_path: Path) -> None:
    content = tree(tmp_path, requirements_dot_txt="pandas==2.2.2\nnumpy==1.26.4\n")
    environment = Environment(id="default", files=("requirements.txt",), python="3.13")
    done = climbed(environment, content, lambda recipe: recipe.python.minor != "3.13" or not ready(recipe))
    assert done.recipe is not None
    assert (done.recipe.python.minor, done.rung) == ("3.12", "R1")
    assert len(done.tried) == 2
    alone = climbed(environment, content, lambda recipe: not ready(recipe))
    assert alone.recipe is not None
    assert alone.recipe.python.minor == "3.13", "with nothing ready anywhere, the declared one is compiled for"


def ready(recipe: Recipe) -> bool:
    return "--only-binary" in recipe.arguments


def test_packages_of_the_day_bring_an_old_project_back(tmp_path: Path) -> None:
    content = tree(tmp_path, requirements_dot_txt="scikit-learn\n")
    environment = Environment(id="default", files=("requirements.txt",), as_of=date(2022, 3, 21))
    done = climbed(environment, content, lambda recipe: recipe.as_of is not None)
    assert done.rung == "R2"
    assert done.recipe is not None
    assert done.recipe.as_of == date(2022, 3, 21)
    assert all(not attempt.worked for attempt in done.tried[:-1])


def test_no_time_travel_for_a_commit_of_last_month(tmp_path: Path) -> None:
    content = tree(tmp_path, requirements_dot_txt="scikit-learn\n")
    environment = Environment(id="default", files=("requirements.txt",), as_of=date(2026, 10, 30))
    done = climbed(environment, content, lambda recipe: recipe.as_of is not None)
    assert done.built is None


def test_both_installers_are_tried_before_the_delivery_is_blamed(tmp_path: Path) -> None:
    content = tree(tmp_path, requirements_dot_txt="pandas==0.24.2\n")
    done = climbed(Environment(id="default", files=("requirements.txt",)), content, lambda r: r.installer == "pip")
    assert done.rung == "R1"
    failed = climbed(Environment(id="default", files=("requirements.txt",)), content, lambda _recipe: False)
    assert {attempt.recipe.split(", by ")[1].split(",")[0] for attempt in failed.tried} == {"uv", "pip"}
    assert not failed.ours


def test_a_limit_of_ours_is_no_failure_of_the_delivery(tmp_path: Path) -> None:
    content = tree(tmp_path, requirements_dot_txt="torch\n")
    log = "error: Git operation failed"
    done = climbed(Environment(id="default", files=("requirements.txt",)), content, lambda _recipe: False, log)
    assert done.ours


def test_a_name_that_can_only_mean_one_thing_is_mended_on_record(tmp_path: Path) -> None:
    content = tree(
        tmp_path, requirements_dot_txt="sklearn\npywin32==306\nnumpy @ file:///croot/numpy/work\npandas==2.0\n"
    )
    environment = Environment(id="default", files=("requirements.txt",))
    done = climbed(environment, content, lambda recipe: any(b"scikit-learn" in text for _, text in recipe.files))
    assert done.rung == "R3"
    assert done.recipe is not None
    text = dict(done.recipe.files)["heldout-wanted.txt"].decode()
    assert text.split() == ["scikit-learn", "numpy", "pandas==2.0"]
    assert "`sklearn` became `scikit-learn`" in done.tried[-1].recipe


def test_what_lies_at_an_address_is_left_out_on_record(tmp_path: Path) -> None:
    content = tree(
        tmp_path,
        requirements_dot_txt="pandas==2.0\ngit+git://github.com/acme/widgets.git#subdirectory=package\n"
        "tools @ git+https://github.com/acme/tools.git\nhttps://example.org/extra.zip\n",
    )
    environment = Environment(id="default", files=("requirements.txt",))
    log = "git+git://github.com/acme/widgets.git\n"
    done = climbed(environment, content, lambda recipe: bool(recipe.files), log)
    assert done.rung == "R3"
    assert done.recipe is not None
    assert dict(done.recipe.files)["heldout-wanted.txt"].decode().split() == ["pandas==2.0"]
    assert "left out" in done.tried[-1].recipe
    assert done.tried[0].cause is not None
    assert done.tried[0].cause.code == "dead_source"


def test_a_version_that_the_index_never_had_is_let_go_on_record(tmp_path: Path) -> None:
    content = tree(tmp_path, requirements_dot_txt="pandas==2.2.2\nacme-s3==3.63.0\nacme==9.0\n")
    environment = Environment(id="default", files=("requirements.txt",))

    def build(recipe: Recipe, _name: str) -> Made:
        loose = dict(recipe.files).get("heldout-loosened.txt", b"").decode().split()
        lacking = next((one for one in ("acme-s3==3.63.0", "acme==9.0") if one.partition("=")[0] not in loose), "")
        log = f"Because there is no version of {lacking} and you require {lacking}, we can conclude that no"
        return made(recipe, works=not lacking, log=log)

    done = climb(environment, rungs(environment, content, PYTHONS, TODAY), build, deadline=time.monotonic() + 60)
    assert done.rung == "R3"
    assert len(done.tried) == 3, "no other Python and no other installer finds what the index lacks"
    assert "acme-s3==3.63.0 became acme-s3 and acme==9.0 became acme" in done.tried[-1].recipe
    assert done.recipe is not None
    assert "--override heldout-loosened.txt -r requirements.txt" in done.recipe.command


def test_a_version_that_was_not_there_on_a_day_or_for_a_python_stays(tmp_path: Path) -> None:
    content = tree(tmp_path, requirements_dot_txt="acme==3.0\n")
    environment = Environment(id="default", files=("requirements.txt",), as_of=date(2020, 1, 1))

    def build(recipe: Recipe, _name: str) -> Made:
        log = "  ╰─▶ Because acme==3.0 has no wheels with a matching Python version tag (e.g., `cp311`)"
        if recipe.as_of or recipe.installer == "pip":
            log = "ERROR: Could not find a version that satisfies the requirement acme==3.0 (from versions: 1.0, 2.0)"
        return made(recipe, works=False, log=log)

    done = climb(environment, rungs(environment, content, PYTHONS, TODAY), build, deadline=time.monotonic() + 60)
    assert done.built is None
    assert not any("became" in attempt.recipe for attempt in done.tried)


def test_both_sides_of_an_unfinished_merge_are_taken_on_record(tmp_path: Path) -> None:
    content = tree(
        tmp_path,
        requirements_dot_txt="flask\n<<<<<<< HEAD\npandas==2.2.3\nnumpy\n||||||| 1a2b\npandas==1.0\n=======\n"
        "pandas==2.1.0\nstatsmodels\n>>>>>>> 5eb9c8b (Save local changes)\npillow\n",
    )
    environment = Environment(id="default", files=("requirements.txt",))
    log = "error: Unexpected '<', expected '-c', '-e', '-r' or the start of a requirement: requirements.txt:2:1\n"
    done = climbed(environment, content, lambda recipe: bool(recipe.files), log)
    assert done.rung == "R3"
    assert done.recipe is not None
    text = dict(done.recipe.files)["heldout-wanted.txt"].decode()
    assert text.split() == ["flask", "pandas==2.2.3", "numpy", "statsmodels", "pillow"]
    assert "a merge that nobody finished" in done.tried[-1].recipe
    assert done.tried[0].cause is not None
    assert "a merge that nobody finished" in done.tried[0].cause.message


def test_a_project_that_asks_for_nothing_is_no_way_to_install(tmp_path: Path) -> None:
    content = tree(
        tmp_path,
        requirements_dot_txt="pandas\nsklearn\n",
        setup_dot_py="from setuptools import setup, find_packages\nsetup(name='churn', packages=find_packages())\n",
    )
    environment = Environment(id="default", files=("requirements.txt", "setup.py"))
    found = [install.arguments for install in installs(environment, content)]
    assert found == [("-e", ".", "-r", "requirements.txt"), ("-r", "requirements.txt")]
    alone = Environment(id="default", files=("setup.py",))
    assert [install.arguments for install in installs(alone, content)] == [("-e", ".")]


def test_a_clean_list_needs_no_mending(tmp_path: Path) -> None:
    content = tree(tmp_path, requirements_dot_txt="# ours\nscikit-learn==1.5\n-r base.txt\n")
    install = installs(Environment(id="default", files=("requirements.txt",)), content)[0]
    assert patched(install, content) is None


def test_what_an_environment_of_conda_brings_in_is_held_to_its_lock_first(tmp_path: Path) -> None:
    place = "https://conda.anaconda.org/conda-forge"
    content = tree(
        tmp_path,
        environment_dot_yml="name: x\ndependencies:\n  - python=3.11\n  - pandera=0.17.1\n",
        **{
            "conda-linux-64_dot_lock": f"@EXPLICIT\n{place}/noarch/pandera-0.17.1-hd8ed1ab_1.conda#1a\n"
            f"{place}/noarch/multimethod-1.12-pyhd8ed1ab_0.conda#2b\n{place}/linux-64/libgcc-14.2.0-h77fa898_1.conda#3c\n"
        },
    )
    environment = Environment(id="default", files=("environment.yml", "conda-linux-64.lock"))
    held, plain = installs(environment, content)[:2]
    assert held.arguments == ("-r", "heldout-wanted.txt", "-c", "heldout-pins.txt")
    assert dict(held.files)["heldout-pins.txt"].decode().split() == ["pandera==0.17.1", "multimethod==1.12"]
    assert "at the versions of conda-linux-64.lock" in held.note
    assert plain.arguments == ("-r", "heldout-wanted.txt")


def test_conda_is_translated_and_what_is_no_python_package_left_out(tmp_path: Path) -> None:
    content = tree(
        tmp_path,
        environment_dot_yml="name: x\ndependencies:\n  - python=3.10\n  - pytorch=2.1\n  - libgcc-ng=11.2\n"
        "  - scikit-learn>=1.2\n  - make\n  - pip:\n    - altair==5.0.1\n",
    )
    install = installs(Environment(id="default", files=("environment.yml",)), content)[0]
    assert install.level == 1
    assert set(dict(install.files)["heldout-wanted.txt"].decode().split()) == {
        "torch==2.1.*",
        "scikit-learn>=1.2",
        "altair==5.0.1",
    }
    assert "libgcc-ng" in install.note


def test_a_lock_of_another_tool_holds_the_versions(tmp_path: Path) -> None:
    content = tree(
        tmp_path,
        pyproject_dot_toml='[tool.poetry.dependencies]\npython = "^3.11"\npandas = "^2.2"\n',
        poetry_dot_lock='[[package]]\nname = "numpy"\nversion = "1.26.4"\n\n[[package]]\nname = "pandas"\n'
        'version = "2.2.3"\n',
    )
    install = installs(Environment(id="default", files=("poetry.lock", "pyproject.toml")), content)[0]
    inner = {name: text.decode() for name, text in install.files}
    assert inner["heldout-wanted.txt"].split() == ["pandas"]
    assert "pandas==2.2.3" in inner["heldout-pins.txt"]
    assert install.level == 1


def test_a_list_and_the_project_itself_go_together(tmp_path: Path) -> None:
    content = tree(
        tmp_path,
        requirements_dot_txt="numpy\n",
        pyproject_dot_toml='[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "churn"\nversion = "1"\n',
    )
    first = installs(Environment(id="default", files=("requirements.txt", "pyproject.toml")), content)[0]
    assert first.arguments == ("-e", ".", "-r", "requirements.txt")


def test_what_the_code_imports_is_added_by_name() -> None:
    recipe = Recipe(PYTHONS[0], ("-r", "requirements.txt"))
    more = with_more(with_more(recipe, ["seaborn"]), ["seaborn", "plotly"])
    assert more.arguments.count("heldout-undeclared.txt") == 1
    assert dict(more.files)["heldout-undeclared.txt"].split() == [b"plotly", b"seaborn"]


@pytest.mark.parametrize(
    ("declared", "minors"),
    [
        (None, [7, 8, 9, 10, 11, 12, 13]),
        ("3.9", [9]),
        ("3.9.18", [9]),
        ("python-3.10.4", [10]),
        (">=3.8,<3.11", [8, 9, 10]),
        ("^3.11", [11, 12, 13]),
        ("~3.9", [9]),
        ("=3.12", [12]),
        ("3.x", [7, 8, 9, 10, 11, 12, 13]),
        ("not a version", [7, 8, 9, 10, 11, 12, 13]),
    ],
)
def test_which_pythons_a_declaration_allows(declared: str | None, minors: list[int]) -> None:
    assert [python.version[1] for python in PYTHONS if allowed(declared, python)] == minors


def test_the_python_of_the_day_goes_first() -> None:
    assert usual(date(2022, 3, 21), PYTHONS).minor == "3.9"
    assert [p.minor for p in ordered(None, date(2022, 3, 21), PYTHONS)] == ["3.9", "3.8", "3.10", "3.7"]
    assert [p.minor for p in ordered("3.12", date(2022, 3, 21), PYTHONS)] == ["3.12"]


OLD = Environment(id="default", files=("requirements.txt",), as_of=date(2021, 3, 1))


def test_an_index_that_tells_no_days_leaves_it_open_whether_it_could_be_built(tmp_path: Path) -> None:
    content = tree(tmp_path, requirements_dot_txt="pandas==1.2.2\n")
    asked: list[date | None] = []

    def build(recipe: Recipe, _name: str) -> Made:
        asked.append(recipe.as_of)
        if recipe.as_of:
            raise UndatedFault("the index does not tell when files were uploaded")
        return made(recipe, works=False)

    done = climb(OLD, rungs(OLD, content, PYTHONS, TODAY), build, deadline=time.monotonic() + 60)
    assert len([day for day in asked if day]) == 1, "once is enough to know"
    assert done.built is None
    assert done.ours
    assert "2021-03-01 could not be had" in done.untried


def test_time_that_ran_out_leaves_it_open_too(tmp_path: Path) -> None:
    content = tree(tmp_path, requirements_dot_txt="pandas==1.2.2\n")
    attempts = rungs(OLD, content, PYTHONS, TODAY)
    done = climb(OLD, attempts, lambda recipe, _name: made(recipe, works=False), deadline=time.monotonic() - 1)
    assert len(done.tried) == 1
    assert done.ours
    assert not climbed(OLD, content, lambda _recipe: False).ours, "when all were tried it is not"


def test_what_filled_the_disk_is_not_tried_again_in_the_same_form(tmp_path: Path) -> None:
    content = tree(tmp_path, requirements_dot_txt="torch\n")
    full = Completed((), Verdict.DISK, None, None, b"", b"", Usage(1.0), "it wrote too much")
    planned = Environment(id="default", files=("requirements.txt",))
    attempts = rungs(planned, content, PYTHONS, TODAY)
    done = climb(planned, attempts, lambda recipe, _name: Made(recipe, None, full), deadline=time.monotonic() + 60)
    assert len({attempt.recipe.partition(", by")[0] for attempt in done.tried}) == len(done.tried)
    assert done.ours


def test_what_nothing_declares_is_added_ready_made_before_it_is_compiled(tmp_path: Path) -> None:
    content = tree(tmp_path, requirements_dot_txt="numpy==1.26.0\n", main_dot_py="import spacy\n")
    asked: list[Recipe] = []

    def make(recipe: Recipe, at: Path) -> Made:
        asked.append(recipe)
        return made(recipe, works=":all:" not in recipe.arguments)

    environments = Environments(
        tree=content,
        planned={"default": Environment(id="default", files=("requirements.txt",))},
        pythons=PYTHONS,
        folder=tmp_path / "built",
        make=make,
        keep=lambda _name, _text: "",
    )
    environments.build("default")
    asked.clear()
    lacking = Cause(code="module_missing", message="It imports spacy, which nothing declares.", subject="spacy")
    assert environments.mend("default", lacking)
    assert [":all:" in recipe.arguments for recipe in asked] == [True, False]
    assert ":all:" not in environments.standing["default"].arguments


def test_packages_of_a_day_are_tried_with_another_python_too(tmp_path: Path) -> None:
    content = tree(tmp_path, requirements_dot_txt="pandas\n", main_dot_py="import pandas\n")
    asked: list[Recipe] = []

    def make(recipe: Recipe, at: Path) -> Made:
        asked.append(recipe)
        return made(recipe, works=not (recipe.as_of and recipe.python.minor == "3.13"))

    environments = Environments(
        tree=content,
        planned={
            "default": Environment(id="default", files=("requirements.txt",), python="3.13", as_of=date(2025, 11, 3))
        },
        pythons=PYTHONS,
        folder=tmp_path / "built",
        make=make,
        keep=lambda _name, _text: "",
    )
    environments.build("default")
    changed = Cause(code="api_changed", message="It was written for other versions of its packages.")
    assert environments.mend("default", changed)
    assert asked[-1].as_of is not None
    assert asked[-1].python.minor == "3.12"


def test_a_name_that_only_an_import_gave_is_left_out_where_the_index_lacks_it(tmp_path: Path) -> None:
    content = tree(tmp_path, main_dot_py="import numpy\nimport ourtools\n")

    def make(recipe: Recipe, at: Path) -> Made:
        wanted = b"".join(text for _name, text in recipe.files)
        log = "  Because ourtools was not found in the package registry and you require ourtools, ..."
        return made(recipe, works=b"ourtools" not in wanted, log=log)

    environments = Environments(
        tree=content,
        planned={"default": Environment(id="default", requirements=("numpy", "ourtools"))},
        pythons=PYTHONS,
        folder=tmp_path / "built",
        make=make,
        keep=lambda _name, _text: "",
    )
    standing = environments.build("default")
    assert standing.at
    assert [attempt.worked for attempt in standing.attempts] == [False, True]
    assert standing.mends == ("ourtools was left out, which the code imports and the index does not have",)
    lacking = Cause(code="module_missing", message="It imports ourtools, which nothing declares.", subject="ourtools")
    assert not environments.mend("default", lacking)
    assert len(environments.standing["default"].attempts) == 2
