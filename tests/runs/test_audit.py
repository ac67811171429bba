"""Audits from beginning to end, in the real sandbox, with packages from an index on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from heldout.errors import InputError, OurFault
from heldout.runs.audit import AuditOrder, audit, plan_of
from heldout.sources.handover.client import parse_input
from heldout.sources.handover.plan_file import write_plan
from heldout.sources.handover.result import Audit
from heldout.sources.handover.rubric import verdict
from tests.runs.apps import APP, GRADIO, STREAMLIT, app, called
from tests.runs.auditing import audited, check
from tests.runs.delivered import (
    GUNICORN,
    IPYTHON,
    OLDPLOTS,
    TINYSTATS,
    behind_gunicorn,
    broken,
    described_otherwise,
    good,
    houses,
    rented,
    spam_filter,
    with_notebook,
    with_settings,
    without_folders,
    without_its_input,
)
from tests.runs.index import index_of, make_wheel

pytestmark = pytest.mark.usefixtures("needs_sandbox")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("index")
    make_wheel(folder, "tinystats", "1.0", TINYSTATS)
    make_wheel(folder, "gunicorn", "1.0", GUNICORN, program="gunicorn = gunicorn:main")
    make_wheel(folder, "oldplots", "1.0", OLDPLOTS)
    make_wheel(folder, "streamlit", "99.0", STREAMLIT, program="streamlit = streamlit.server:main")
    make_wheel(folder, "gradio", "99.0", GRADIO)
    make_wheel(folder, "ipython", "99.0", IPYTHON)
    with index_of(folder) as address:
        yield address


def test_a_good_delivery(tmp_path: Path, index: str) -> None:
    result = audited(good(tmp_path / "good"), tmp_path / "kept", index)
    state = {c.id: c.state for c in result.checks}
    assert {id_: state[id_] for id_ in ("B2", "B4", "U1", "U4", "T1", "T3", "O7")} == dict.fromkeys(
        ("B2", "B4", "U1", "U4", "T1", "T3", "O7"), "pass"
    ), result.checks
    assert check(result, "B4").measured["rung"] == "R0"
    assert check(result, "T1").measured["rounds"] == 5
    assert {s.area: s.state for s in result.scores}["build"] == "holds"


def test_a_claim_that_is_true_and_one_that_is_not(tmp_path: Path, index: str) -> None:
    first = audited(good(tmp_path / "a"), tmp_path / "kept-a", index)
    got = next(c for c in first.claims if c.claim.metric == "mae").got
    assert len(got) == 5
    true = audited(good(tmp_path / "b", mae=f"{got[0]:.2f}"), tmp_path / "kept-b", index)
    false = audited(good(tmp_path / "c", mae=f"{got[0] / 2:.2f}"), tmp_path / "kept-c", index)
    assert [c.verdict for c in true.claims if c.claim.metric == "mae"] == ["match"]
    assert [c.verdict for c in false.claims if c.claim.metric == "mae"] == ["contradicted"]
    assert check(true, "T2").state == "pass"
    assert check(false, "T2").state == "fail"


def test_what_serves_and_cannot_be_retrained_is_rented(tmp_path: Path, index: str) -> None:
    result = audited(rented(tmp_path / "rented"), tmp_path / "kept", index)
    assert check(result, "U1").state == "pass"
    assert check(result, "T1").state == "fail"
    assert "houses.csv" in check(result, "T1").message
    assert "black box" in verdict(result.scores, result.checks).headline


def test_where_everything_waits_for_data_that_are_not_there_nothing_runs(tmp_path: Path, index: str) -> None:
    folder = rented(tmp_path / "bare")
    for name in ("predict.py", "serve.py", "models/line.json", "test_line.py"):
        (folder / name).unlink()
    (folder / "README.md").write_text("# Lines\n\n    python train.py\n")
    result = audited(folder, tmp_path / "kept", index)
    assert check(result, "T1").measured["cause"] == "data_missing"
    told = check(result, "U4")
    assert told.state == "fail"
    assert "houses.csv" in told.message


def test_an_exit_code_of_0_hides_no_crash(tmp_path: Path, index: str) -> None:
    result = audited(broken(tmp_path / "broken"), tmp_path / "kept", index)
    told = check(result, "T1")
    assert told.state == "fail"
    assert "features" in told.message
    assert not verdict(result.scores, result.checks).holds


def test_a_server_that_nothing_declares_is_added_named_and_costed(tmp_path: Path, index: str) -> None:
    result = audited(behind_gunicorn(tmp_path / "served"), tmp_path / "kept", index)
    told = check(result, "B4")
    assert (told.state, told.measured["rung"]) == ("pass", "R3")
    assert "gunicorn was added" in told.message
    assert "service answers a valid request" in check(result, "U1").message


def test_a_service_that_dies_before_it_answers_does_not_run_and_says_why(tmp_path: Path, index: str) -> None:
    folder = spam_filter(tmp_path / "spam")
    text = (folder / "serve.py").read_text()
    dies = (
        "server = HTTPServer(('', 8000), Handler)\n    __import__('time').sleep(1)\n    open('words.csv')\n    server."
    )
    (folder / "serve.py").write_text(text.replace('HTTPServer(("127.0.0.1", 8000), Handler).', dies))
    result = audited(folder, tmp_path / "kept", index)
    assert check(result, "U1").state == "fail"
    assert "a file that it reads is not part of the delivery: words.csv" in check(result, "U1").message
    assert check(result, "U4").state == "fail"


def test_notebooks_that_fail_beside_a_service_that_runs_are_told_and_cost_a_part(tmp_path: Path, index: str) -> None:
    folder = spam_filter(tmp_path / "spam")
    cell = {"cell_type": "code", "source": "open('../data/words.csv')", "outputs": [], "metadata": {}}
    book = {"cells": [{**cell, "execution_count": None}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "look.ipynb").write_text(json.dumps(book))
    told = check(audited(folder, tmp_path / "kept", index), "U4")
    assert (told.state, told.severity) == ("pass", "medium")
    assert "One notebook does not: A file that it reads is not part of the delivery: ../data/words.csv." in told.message


def test_what_tests_lack_is_taken_from_what_it_declares_for_them(tmp_path: Path, index: str) -> None:
    folder = good(tmp_path / "good")
    (folder / "requirements-dev.txt").write_text("-r requirements.txt\ngunicorn\n")
    (folder / "test_line.py").write_text(f"import gunicorn\n{(folder / 'test_line.py').read_text()}")
    result = audited(folder, tmp_path / "kept", index)
    told = check(result, "B4")
    assert (told.state, told.measured["rung"]) == ("pass", "R0"), "what it declares itself costs nothing"
    assert "its own requirements-dev.txt was added" in told.message
    assert check(result, "O7").state == "pass"


def test_a_program_that_no_package_brings_costs_nothing(tmp_path: Path, index: str) -> None:
    folder = behind_gunicorn(tmp_path / "served")
    readme = (folder / "README.md").read_text()
    (folder / "README.md").write_text(readme.replace("gunicorn serve", "uvicorn serve"))
    result = audited(folder, tmp_path / "kept", index)
    assert check(result, "B4").measured["rung"] == "R0"
    assert check(result, "U3").state == "not_assessable"


def test_a_notebook_that_does_not_fit_with_ipython_is_run_without(tmp_path: Path, index: str) -> None:
    result = audited(with_notebook(tmp_path / "noted"), tmp_path / "kept", index)
    told = check(result, "U4")
    assert told.state == "pass"
    assert "One needed a repair of ours: it was run without IPython" in told.message
    run = next(run for run in result.runs if "look.ipynb" in run.command)
    assert run.worked
    assert {reading.value for reading in run.readings} == {0.91}


@pytest.mark.parametrize(
    ("model", "state", "told"),
    [
        ("line.json", "fail", "Before it broke off, this came: 1 file (models/line.json)"),
        ("line.pkl", "pass", "With its model made, it fails."),  # which tells by its name that it is a model
    ],
)
def test_a_training_that_breaks_off_is_judged_by_what_came(
    tmp_path: Path, index: str, model: str, state: str, told: str
) -> None:
    folder = good(tmp_path / "broken-off")
    script = (folder / "train.py").read_text().replace("line.json", model)
    (folder / "train.py").write_text(script.replace("    print(f", "    raise RuntimeError('no screen')\n    print(f"))
    plan = plan_of(AuditOrder(what=str(folder), kept=tmp_path / "kept"))
    only = (write_plan(plan.model_copy(update={"steps": plan.of("train"), "services": ()})), "plan.toml")
    result = audited(folder, tmp_path / "kept", index, plan=only)
    trained = check(result, "T1")
    assert (trained.state, trained.credit < 1 or state == "fail") == (state, True)
    assert told in trained.message
    assert "no screen" in trained.message


def test_a_folder_that_git_did_not_keep_is_made_and_named(tmp_path: Path, index: str) -> None:
    told = check(audited(without_folders(tmp_path / "bare"), tmp_path / "kept", index), "T1")
    assert told.state == "pass", told
    assert told.measured["rounds"] == 5
    assert "One needed a repair of ours: a folder that it writes into was made (models)." in told.message
    assert told.credit < 1


def test_a_command_that_lacks_its_input_gets_the_table_that_is_there_for_it(tmp_path: Path, index: str) -> None:
    result = audited(without_its_input(tmp_path / "short"), tmp_path / "kept", index)
    told = check(result, "U1")
    assert (told.state, told.credit) == ("pass", 0.5)
    assert "--input data/new_houses.csv was added, which it lacks" in told.message
    assert "works only after a repair" in check(result, "O2").message


def test_what_a_completed_command_stops_at_is_told_with_what_it_lacked(tmp_path: Path, index: str) -> None:
    folder = without_its_input(tmp_path / "short")
    (folder / "data" / "new_houses.csv").write_text("size\nlarge\n")
    told = check(audited(folder, tmp_path / "kept", index), "U1")
    assert told.state == "fail"
    assert "it lacks --input data/new_houses.csv; with that: it stops with an error: ValueError" in told.message


def test_settings_that_a_training_writes_back_are_not_taken_away_from_it(tmp_path: Path, index: str) -> None:
    told = check(audited(with_settings(tmp_path / "search"), tmp_path / "kept", index), "T1")
    assert told.state == "pass", told
    assert told.measured["rounds"] == 5


def test_what_cannot_be_installed_is_told_with_its_cause(tmp_path: Path, index: str) -> None:
    folder = good(tmp_path / "pins")
    (folder / "requirements.txt").write_text("tinystats\nprivate-stats==7.0\n")
    result = audited(folder, tmp_path / "kept", index)
    assert check(result, "B4").state == "fail"
    assert "private-stats" in check(result, "B2").message
    assert check(result, "T1").state == "not_assessable"
    assert all((tmp_path / "kept" / attempt.log).is_file() for attempt in result.attempts)


def test_a_version_that_never_was_is_let_go_on_record(tmp_path: Path, index: str) -> None:
    folder = good(tmp_path / "pins")
    (folder / "requirements.txt").write_text("tinystats==7.0\n")
    result = audited(folder, tmp_path / "kept", index)
    assert check(result, "B2").state == "fail"
    built = check(result, "B4")
    assert (built.state, built.credit < 1.0) == ("pass", True)
    assert "tinystats" in built.message


def test_the_clients_own_data(tmp_path: Path, index: str) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text(houses(800))
    given = parse_input(f"data/houses.csv={mine}")
    result = audited(rented(tmp_path / "rented"), tmp_path / "kept", index, inputs=(given,))
    assert check(result, "T5").state == "pass", check(result, "T5")
    assert [run.worked for run in result.on_yours] == [True]
    assert "on what its makers trained it on" in verdict(result.scores, result.checks).headline
    assert check(result, "T1").state == "fail"


def test_a_service_for_texts_is_given_every_kind_of_bad_text(tmp_path: Path, index: str) -> None:
    told = check(audited(spam_filter(tmp_path / "spam"), tmp_path / "kept", index), "U3")
    assert told.state == "fail"
    assert told.measured == {
        "missing": "silent",
        "missing_column": "silent",
        "wrong_type": "silent",
        "empty_text": "silent",
        "other_language": "silent",
        "very_long": "well",
        "extra_column": "well",
        "malformed": "loud",
        "empty": "loud",
    }


def test_a_service_that_closes_the_connection_breaks_down_and_is_not_silent(tmp_path: Path, index: str) -> None:
    folder = spam_filter(tmp_path / "spam")
    (folder / "serve.py").write_text((folder / "serve.py").read_text().replace('told.get("text", "")', 'told["text"]'))
    told = check(audited(folder, tmp_path / "kept", index), "U3")
    assert told.measured["missing_column"] == "loud (broke down)"
    log = (tmp_path / "kept" / told.log).read_text()
    assert "it closed the connection without an answer" in log


def test_a_request_that_the_guide_has_wrong_is_asked_by_the_services_own_description(
    tmp_path: Path, index: str
) -> None:
    told = check(audited(described_otherwise(tmp_path / "spam"), tmp_path / "kept", index), "U1")
    assert told.state == "pass"
    assert "a request by its own description, and refuses that of its guide (422)" in told.message


def test_why_a_service_breaks_down_over_a_valid_request_is_told(tmp_path: Path, index: str) -> None:
    folder = spam_filter(tmp_path / "spam")
    code = (folder / "serve.py").read_text()
    broken = 'self.send_error(500, "Prediction failed: only 0-dimensional arrays can be converted to Python scalars")'
    (folder / "serve.py").write_text(
        code.replace('label = "spam"', f'{broken}\n            return\n            label = "spam"')
    )
    told = check(audited(folder, tmp_path / "kept", index), "U1")
    assert (told.state, told.measured["cause"]) == ("fail", "api_changed")
    assert "breaks down over a valid request (500)" in told.message
    assert "0-dimensional" in told.message


def test_an_error_in_an_answer_of_200_is_no_prediction(tmp_path: Path, index: str) -> None:
    folder = spam_filter(tmp_path / "spam")
    code = (folder / "serve.py").read_text()
    page = (
        "<html><style>"
        + "p {color: red} " * 300
        + "</style><p>An error occurred: [Errno 2] No such file or directory: model.pkl"
    )
    (folder / "serve.py").write_text(code.replace('json.dumps({"label": label}).encode()', f"{page!r}.encode()"))
    told = check(audited(folder, tmp_path / "kept", index), "U1")
    assert (told.state, told.measured["cause"]) == ("fail", "answer_error")
    assert "No such file or directory: model.pkl" in told.message


def test_an_app_is_judged_by_what_its_script_does_and_not_by_its_server(tmp_path: Path, index: str) -> None:
    good = check(audited(app(tmp_path / "good"), tmp_path / "kept-good", index), "U1")
    assert good.state == "pass"
    assert "when “Predict the price” is pressed" in good.message
    stops = app(tmp_path / "stops", APP.replace("st.title", "model.read_text()\nst.title", 1))
    (stops / "model.json").unlink()
    opened = check(audited(stops, tmp_path / "kept-stops", index), "U1")
    assert opened.state == "fail"
    assert "opened, app.py breaks down" in opened.message
    assert "model.json" in opened.message
    late = app(tmp_path / "late")
    (late / "model.json").unlink()
    pressed = check(audited(late, tmp_path / "kept-late", index), "U1")
    assert pressed.state == "fail"
    assert "“Predict the price” is pressed, app.py breaks down" in pressed.message


def test_the_function_behind_a_page_is_called_with_what_its_fields_take(tmp_path: Path, index: str) -> None:
    good = check(audited(called(tmp_path / "good", '["number"]'), tmp_path / "kept-good", index), "U1")
    assert good.state == "pass"
    assert "answers a valid request" in good.message
    lacks = called(tmp_path / "lacks", '["number"]', model=False)
    told = check(audited(lacks, tmp_path / "kept-lacks", index), "U1")
    assert told.state == "fail"
    assert "model.json" in told.message
    text = check(audited(called(tmp_path / "text", '["text"]'), tmp_path / "kept-text", index), "U1")
    assert text.state == "pass", "that words of ours are no number is no fault of the app"
    assert "its front page" in text.message


def test_an_error_that_an_app_shows_in_place_of_its_page_is_read(tmp_path: Path, index: str) -> None:
    shows = app(tmp_path / "shows", 'import streamlit as st\nst.error("Model not found at: models/forest.joblib")\n')
    told = check(audited(shows, tmp_path / "kept", index), "U1")
    assert (told.state, told.measured["cause"]) == ("fail", "page_error")
    assert "Model not found at: models/forest.joblib" in told.message
    more = app(tmp_path / "more", APP + 'st.error("Model not found at: models/forest.joblib")\n')
    assert check(audited(more, tmp_path / "kept-more", index), "U1").state == "fail"
    beside = app(tmp_path / "beside", APP + 'st.error("The news could not be loaded")\n')
    assert check(audited(beside, tmp_path / "kept-beside", index), "U1").state == "pass", "only a part of the page"


def test_growth_is_measured_on_the_table_that_training_is_seen_to_read(tmp_path: Path, index: str) -> None:
    folder = good(tmp_path / "good")
    (folder / "data" / "houses.csv").write_text(houses(800))
    (folder / "data" / "train_example.csv").write_text(houses(10))
    script = (folder / "train.py").read_text().replace('"houses.csv"', '"".join(("hou", "ses", ".csv"))')
    (folder / "train.py").write_text(script)
    plan = plan_of(AuditOrder(what=str(folder), kept=tmp_path / "kept"))
    assert {data.path: data.role for data in plan.data}["data/train_example.csv"] == "training", "by its name"
    only = (write_plan(plan.model_copy(update={"steps": plan.of("train"), "services": ()})), "plan.toml")
    result = audited(folder, tmp_path / "kept", index, plan=only)
    assert {run.read for run in result.runs} == {("data/houses.csv",)}
    assert result.growth is not None
    assert {point.rows for point in result.growth.points} == {100, 200, 400, 800}


def test_a_plan_that_says_only_a_part_is_refused_with_what_to_do(tmp_path: Path) -> None:
    part = ('[[step]]\nid = "train"\npurpose = "train"\ncommand = "python train.py"\n', "delivery.toml")
    with pytest.raises(InputError, match=r"names no \[\[environment\]\].*leave --plan out"):
        audit(AuditOrder(what=str(good(tmp_path / "good")), kept=tmp_path / "kept", plan=part))


def test_an_audit_goes_on_where_it_stopped(tmp_path: Path, index: str) -> None:
    folder = good(tmp_path / "good")
    steps: list[str] = []

    class Stops:
        def step(self, text: str) -> None:
            steps.append(text)
            if text.startswith("Training it again and again"):
                raise KeyboardInterrupt

        def count(self, done: int, total: int) -> None:
            pass

    order = AuditOrder(what=str(folder), kept=tmp_path / "kept", index=index, budget_s=120)
    with pytest.raises(KeyboardInterrupt):
        audit(order, Stops())
    built = sum(1 for text in steps if text.startswith("Building:"))
    assert built >= 1

    class Hears:
        def step(self, text: str) -> None:
            later.append(text)

        def count(self, done: int, total: int) -> None:
            pass

    later: list[str] = []
    result = audit(order, Hears())
    assert not [text for text in later if text.startswith("Building:")]
    assert check(result, "T1").measured["rounds"] == 5


def test_a_result_that_could_not_be_handed_on_need_not_be_found_again(tmp_path: Path, index: str) -> None:
    order = AuditOrder(what=str(good(tmp_path / "good")), kept=tmp_path / "kept", index=index, budget_s=120)

    def full(_result: Audit) -> None:
        raise OurFault("the disk is full")

    with pytest.raises(OurFault):
        audit(order, deliver=full)
    later: list[str] = []

    class Hears:
        def step(self, text: str) -> None:
            later.append(text)

        def count(self, done: int, total: int) -> None:
            pass

    handed: list[Audit] = []
    result = audit(order, Hears(), handed.append)
    assert handed == [result]
    assert not [text for text in later if text.startswith(("Building:", "Running:"))]
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["logs"]


def test_a_finished_audit_can_be_made_again(tmp_path: Path, index: str) -> None:
    plan = plan_of(AuditOrder(what=str(good(tmp_path / "good")), kept=tmp_path / "kept"))
    only = (write_plan(plan.model_copy(update={"steps": plan.of("train"), "services": ()})), "plan.toml")
    first = audited(tmp_path / "good", tmp_path / "kept", index, plan=only)
    again = audited(tmp_path / "good", tmp_path / "kept", index, plan=only)
    assert [(c.id, c.state) for c in first.checks] == [(c.id, c.state) for c in again.checks]
    assert check(again, "T1").state == "pass"


def test_a_plan_is_written_edited_and_followed(tmp_path: Path, index: str) -> None:
    folder = good(tmp_path / "good")
    plan = plan_of(AuditOrder(what=str(folder), kept=tmp_path / "kept"))
    only = plan.model_copy(update={"steps": plan.of("train"), "services": ()})
    result = audited(folder, tmp_path / "kept", index, plan=(write_plan(only), "plan.toml"))
    assert {run.step for run in result.runs} == {step.id for step in only.steps}


def test_what_is_not_there_cannot_be_audited(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        audit(AuditOrder(what=str(tmp_path / "nothing"), kept=tmp_path / "kept"))
