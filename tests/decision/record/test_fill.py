"""What a case holds of what has to be kept, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from heldout.decision.decide import decide
from heldout.decision.decisions import ERASED, decisions, forget, record_decision
from heldout.decision.law import laws
from heldout.decision.record import About, Answer, Explanation, Made, Record, fill, read_notes
from heldout.decision.record.requirements import requirements
from heldout.errors import InputError
from heldout.evidence import Artifact, Case, Contribution, Dossier, Evidence, Finding, Location
from heldout.runs.dossiers import everything
from heldout.runs.recording import record_of
from heldout.sources.interview.store import every
from tests.decision.record.samples import DECIDED, FULL, REVIEWED, case

TODAY = date(2026, 5, 1)


def record(folder: Path, notes: str = "", made: Sequence[Made] = (), today: date = TODAY) -> Record:
    kept = case(folder / "case", notes)
    about = [About(subject, everything(kept, subject), every(kept, subject)) for subject in kept.subjects]
    return fill(kept, read_notes(kept), about, made, today)


def answer(record: Record, name: str) -> Answer:
    return next(one for one in record.answers if one.requirement.id == name)


def told(record: Record, name: str) -> str:
    return " | ".join(line.text for line in answer(record, name).found)


def test_every_requirement_names_laws_that_are_known() -> None:
    known = {law.id for law in laws().laws}
    assert {asked.law for one in requirements() for asked in one.laws} <= known
    assert all(one.laws and one.supply for one in requirements())


def test_with_everything_told_and_decided_nothing_is_missing(tmp_path: Path) -> None:
    full = record(tmp_path, FULL, [DECIDED])
    assert [one.requirement.id for one in full.lacking] == []
    assert {one.held for one in full.answers} == {"kept"}


def test_without_a_word_of_people_each_missing_thing_has_its_name_and_mend(tmp_path: Path) -> None:
    empty = record(tmp_path)
    assert {one.requirement.id for one in empty.lacking} == {
        *("controller", "purpose", "notice", "access", "job-analysis"),
        *("accommodation", "oversight", "contest", "groups", "retention"),
    }
    assert answer(empty, "retention").missing == ("[retention] until", "[retention] reason")
    assert answer(empty, "notice").missing == ("when Ada was told", "when Bob was told")
    assert answer(empty, "decision").held == "open"


def test_scores_stand_there_raw_with_time_rater_and_reason(tmp_path: Path) -> None:
    scores = {score.competency: score for score in record(tmp_path).scores}
    assert (scores["judgement"].level, scores["judgement"].rater) == (3.5, "Charlie")
    assert (scores["craft"].level, str(scores["craft"].taken_at)) == (4.0, "2026-03-20 09:30:00+00:00")
    assert (scores["cloud"].level, scores["cloud"].reason) == (None, "no cloud code")
    assert scores["mlops"].reason == "Charlie: no time left"


def test_versions_what_was_seen_and_what_was_adapted(tmp_path: Path) -> None:
    made = record(tmp_path)
    assert f"SHA-256 {made.role.digest}" in told(made, "standard")
    assert "repository: review version 1, for Ada" in told(made, "instruments")
    assert told(made, "seen-before") == "Charlie on Ada: a review, an audit or another report on the subject"
    assert "1 interviews were adapted; that is on the scorecards and in no evidence" in told(made, "accommodation")
    assert "Bob: 0 not observed" in told(made, "missing")


def test_a_decision_against_the_memo_is_told_with_its_reason(tmp_path: Path) -> None:
    made = record(tmp_path, made=[DECIDED])
    assert "2026-04-01 16:05 UTC, Grace: Ada. The second interview outweighs" in told(made, "decision")
    assert "1 of 1 decisions differ from the memo" in told(made, "overrides")
    assert f"SHA-256 {'e' * 64}" in told(made, "model")


def test_a_notice_that_came_after_the_first_look_is_told(tmp_path: Path) -> None:
    late = record(tmp_path, "[subjects.ada]\ntold = 2026-03-23\n[subjects.bob]\ntold = 2026-03-23\n")
    assert answer(late, "notice").held == "part"
    assert answer(late, "notice").missing == ("a notice to Ada before the first look at their work (2026-03-20)",)


def test_how_long_before_the_first_look_candidates_were_told(tmp_path: Path) -> None:
    assert "Ada: told on 2026-03-02, 14 working days before the first look" in told(record(tmp_path, FULL), "notice")


def test_a_retention_date_that_has_passed_comes_with_the_commands(tmp_path: Path) -> None:
    day = record(tmp_path, FULL, today=date(2027, 6, 30))
    assert (day.overdue, day.delete) == (False, ())
    after = record(tmp_path / "later", FULL, today=date(2027, 7, 1))
    assert after.overdue
    assert after.delete[0] == f'heldout case delete-subject {tmp_path / "later" / "case"} "Ada"'
    assert answer(after, "retention").held == "part"


def test_a_retention_shorter_than_logs_are_kept_is_told(tmp_path: Path) -> None:
    short = record(tmp_path, "[retention]\nuntil = 2026-06-01\nreason = 'x'\n")
    assert "at least six months after the last entry (2026-03-25)" in " ".join(answer(short, "retention").missing)


def test_what_a_candidate_is_told_names_nobody_else(tmp_path: Path) -> None:
    ada, bob = record(tmp_path, FULL, [DECIDED]).explanations
    text = ada.model_dump_json()
    for other in ("Charlie", "Bob", "no time left", "outweighs"):
        assert other not in text
    assert ada.looked_at == ("churn (repository) from https://example.org/churn", "1 interview, each rated by itself")
    seen = {counted.name: counted.seen for counted in ada.counts}
    assert ["interview, rated on 2026-03-25: level 3.5 of 5"] in [list(one) for one in seen.values()]
    assert ["past work: nothing of the kind was seen; that does not count against you"] in [
        list(s) for s in seen.values()
    ]
    assert sum(counted.weight for counted in ada.counts) == pytest.approx(1)
    assert (ada.contact, ada.kept_until) == ("hiring@example.org", date(2027, 6, 30))
    assert ada.decided == ("2026-04-01, by Grace: you were chosen",)
    assert bob.decided == ("2026-04-01, by Grace: you were not chosen",)
    assert (ada.weighed, "Ada" in bob.model_dump_json()) == (None, False)
    assert bob.looked_at == ()


def test_a_candidate_is_told_how_what_was_seen_counted_in_pieces_that_add_up(tmp_path: Path) -> None:
    made = case(tmp_path / "case")
    memo = decide(made.title, made.role, made.standard, [(one, everything(made, one)) for one in made.subjects])
    record_decision(made, memo, by="Grace", choice="Bob", reason="Bob has done this very thing twice before.")
    ada = next(one for one in record_of(made, date(2026, 5, 1)).explanations if one.slug == "ada")
    assert ada.weighed is not None
    assert sum(points for _, points in ada.weighed.pieces) == pytest.approx(ada.weighed.worth)
    assert "what was seen of you: interview" in dict(ada.weighed.pieces)
    assert ada.decided[0].endswith("by Grace: you were not chosen")
    assert not any(name in ada.model_dump_json() for name in ("Bob", "Charlie"))


def turned_down(folder: Path, **told: str) -> tuple[Record, Explanation]:
    """The record after Bob was chosen, and the page of Ada, whose work has findings on both sides."""
    made = case(folder / "case")
    found = [
        Finding(code=code, polarity=side, message=message, locations=(Location(path="a.py", line=line),))
        for code, side, message, line in (
            ("CRF101", "for", "9 in 10 functions are short", 1),
            ("LEK101", "against", "a mean is taken over rows that are judged", 2),
            ("ROB102", "against", "no odd input is tried", 3),
            ("SEC101", "against", "a password lies in the code", 4),
            ("TST101", "against", "hardly anything is tested", 5),
            ("HND101", "against", "Charlie is named as the author", 6),
        )
    ]
    points = {"CRF101": 0.4, "LEK101": -0.9, "ROB102": -0.1, "SEC101": -0.5, "TST101": -0.3, "HND101": -2.0}
    read = Evidence(
        competency="craft", level=2.5, se=0.5, source="repository", instrument="review", version="1", group="shop",
        subject_digest="c" * 64, taken_at=REVIEWED, findings=tuple(found),
        contributions=tuple(Contribution(code=k, points=v, findings=1, reason=k) for k, v in points.items()),
    )  # fmt: skip
    shop = Artifact(name="shop", kind="repository", origin="https://example.org/shop", digest="c" * 64)
    made.write_dossier(Dossier(subject="Ada", artifacts=(shop,), evidence=(read,)))
    memo = decide(made.title, made.role, made.standard, [(one, everything(made, one)) for one in made.subjects])
    why = "Bob has done this very thing twice before."
    record_decision(made, memo, by="Grace", choice="Bob", reason=why, for_candidates=told)
    kept = record_of(made, date(2026, 5, 1))
    return kept, next(one for one in kept.explanations if one.slug == "ada")


def test_a_candidate_who_was_turned_down_reads_what_spoke_for_and_against_each_work(tmp_path: Path) -> None:
    _, ada = turned_down(tmp_path)
    shop = next(work for work in ada.works if work.name == "shop")
    assert (shop.what, shop.on) == ("past work", REVIEWED.date())
    (craft,) = [one for one in ada.counts if one.name.startswith("Craft")]
    assert shop.levels == ((craft.name, 2.5, craft.bar),)
    assert shop.good == ("9 in 10 functions are short (a.py:1, CRF101)",)
    assert shop.bad == (
        "What is not printed here, for it names somebody else; you may ask for it (HND101)",
        "A mean is taken over rows that are judged (a.py:2, LEK101)",
        "A password lies in the code (a.py:4, SEC101)",
    )
    assert not any(name in ada.model_dump_json() for name in ("Bob", "Charlie", "no time left", "twice before"))


def test_what_is_written_for_a_candidate_stands_on_their_page_and_is_missed_where_it_is_not(tmp_path: Path) -> None:
    words = "We need somebody who has run such a service before."
    kept, ada = turned_down(tmp_path / "with", Ada=words)
    assert ada.why == (words,)
    assert "a sentence for" not in " ".join(answer(kept, "contest").missing)
    bob = next(one for one in kept.explanations if one.slug == "bob")
    assert words not in bob.model_dump_json()
    kept, ada = turned_down(tmp_path / "without")
    assert ada.why == ()
    assert "a sentence for Ada to read on why they were not chosen" in answer(kept, "contest").missing


@pytest.mark.parametrize("words", ["Bob has simply done more of this before.", "too short"])
def test_what_is_written_for_a_candidate_names_no_other_and_is_a_sentence(tmp_path: Path, words: str) -> None:
    with pytest.raises(InputError, match=r"names another candidate|too short to follow"):
        turned_down(tmp_path, Ada=words)


def test_what_was_written_for_somebody_goes_with_them(tmp_path: Path) -> None:
    turned_down(tmp_path, Ada="We need somebody who has run such a service before.")
    made = Case.open(tmp_path / "case")
    forget(made, made.subject("ada"))
    assert decisions(made)[0][1].for_candidates == {}


def test_an_erased_reason_is_not_said_to_be_kept(tmp_path: Path) -> None:
    erased = answer(record(tmp_path, FULL, [replace(DECIDED, reason=ERASED)]), "decision")
    assert erased.held == "part"
    assert erased.missing == ("the reason of 1 decision, erased on request when a subject was deleted",)


def test_a_level_that_the_decision_leaves_out_is_told_as_not_counted(tmp_path: Path) -> None:
    made = case(tmp_path / "case")
    doubted = Evidence(
        competency="mlops", level=2.5, se=0.9, source="repository", instrument="review", version="1",
        reason="it hardly tells people apart", subject_digest="e" * 64,
    )  # fmt: skip
    other = Artifact(name="other", kind="repository", origin="https://example.org/other", digest="e" * 64)
    made.write_dossier(Dossier(subject="Ada", artifacts=(other,), evidence=(doubted,)))
    ada = record_of(made, date(2026, 5, 1)).explanations[0]
    (mlops,) = [one for one in ada.counts if one.name.startswith("MLOps")]
    assert "past work: level 2.5 of 5, which hardly tells people apart and is not counted" in mlops.seen


def test_a_candidate_is_told_of_the_state_that_counts_and_that_an_earlier_one_was_looked_at(tmp_path: Path) -> None:
    made = case(tmp_path / "case")
    again = Evidence(
        competency="craft", level=4.5, se=0.5, source="repository", instrument="review", version="1",
        subject_digest="f" * 64, taken_at=REVIEWED + timedelta(days=9),
    )  # fmt: skip
    churn = Artifact(name="churn", kind="repository", origin="https://example.org/churn", digest="f" * 64)
    made.write_dossier(Dossier(subject="Ada", artifacts=(churn,), evidence=(again,)))
    ada = record_of(made, date(2026, 5, 1)).explanations[0]
    (craft,) = [one for one in ada.counts if one.name.startswith("Craft")]
    assert [one for one in craft.seen if one.startswith("past work")] == ["past work on 2026-03-29: level 4.5 of 5"]
    assert [one.partition(", ")[2] for one in ada.looked_at if one.startswith("churn")] == [
        "an earlier state: a later one counts in its place", "",
    ]  # fmt: skip
