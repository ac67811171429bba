"""From dossiers to a memo: what it says first, that its pieces add up, and that missing is not low."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from heldout.decision.decide import decide
from heldout.decision.decisions import decisions, record_decision
from heldout.decision.result import Decision
from heldout.decision.steps import Planned, load_costs
from heldout.decision.words import headline
from heldout.errors import InputError
from heldout.evidence import HANDED_OVER, Artifact, Case, Dossier, Finding, Gap, Location, Subject
from heldout.report.decision_html import render_decision
from heldout.report.decision_view import doubts
from heldout.report.terminal_decision import print_decision
from tests.decision.memos import ASKED, ROLE, STANDARD, memo, rated, read, seen_by_all, someone, undecided
from tests.report.page import Page

REVIEW = "a review of past work"


def test_the_stronger_leads_and_it_is_enough() -> None:
    made = memo(seen_by_all("Bob", 2.0), seen_by_all("Ada", 5.0))
    assert [one.name for one in made.subjects] == ["Ada", "Bob"]
    assert (made.leader, made.enough) == ("ada", True)
    assert "Ada is likeliest to be the best of 2" in made.headline
    assert "The decision is yours" in made.advice
    assert made.twin is not None
    assert made.twin.leader == "Ada"


def test_every_number_is_the_sum_of_its_reasons() -> None:
    made = memo(seen_by_all("Ada", 4.0), seen_by_all("Bob", 3.0, "Linus"), someone("Cy"))
    for one in made.subjects:
        assert sum(r.points for r in one.worth.reasons) == pytest.approx(one.worth.mean, abs=1e-9)
        for row in one.levels:
            assert sum(r.points for r in row.estimate.reasons) == pytest.approx(row.estimate.mean, abs=1e-9)
    assert sum(one.best for one in made.subjects) == pytest.approx(1.0)


def test_reasons_name_who_saw_what() -> None:
    (ada, *_) = memo(someone("Ada", rated("craft", 5, "Grace"), read("craft", 4.5)), seen_by_all("Bob", 3)).subjects
    craft = next(row for row in ada.levels if row.competency == "craft")
    texts = [reason.text for reason in craft.estimate.reasons]
    assert "Grace rated it 5" in texts
    assert "the review of churn: level 4.5; Functions are short" in texts
    assert texts[0].startswith("where everybody starts")


def test_what_weighs_most_is_named_in_the_reasons_of_the_whole() -> None:
    (ada, *_) = memo(
        someone("Ada", rated("craft", 5, "Grace"), rated("python", 3, "Grace"), read("craft", 4.5)),
        seen_by_all("Bob", 3),
    ).subjects
    texts = [reason.text for reason in ada.worth.reasons]
    assert any(text.startswith("ratings by Grace: craft 5") for text in texts)
    assert "the review of churn: craft 4.5 (Functions are short)" in texts


def test_a_level_below_the_middle_is_not_told_as_praise() -> None:
    made = memo(someone("Ada", read("craft", 2.6)), seen_by_all("Bob", 3))
    ada = next(one for one in made.subjects if one.name == "Ada")
    craft = next(row for row in ada.levels if row.competency == "craft")
    (told,) = [reason for reason in craft.estimate.reasons if reason.text.startswith("the review of churn")]
    assert told.points < 0
    assert told.text.endswith(": level 2.6; what was seen does not lift it to the middle: Functions are short")


def test_a_severity_that_may_be_chance_is_told_as_such() -> None:
    few = memo(
        someone("Ada", *(rated(c, 4, "Grace") for c in ASKED[:3]), *(rated(c, 3, "Mei") for c in ASKED[:3])),
        someone("Bob", *(rated(c, 4, "Grace") for c in ASKED[:3])),
    )
    told = {r.text for one in few.subjects for r in one.worth.reasons if r.kind == "rater"}
    assert told
    assert all(text.endswith(("which may be chance", "like the others")) for text in told)


def test_vendors_beside_persons_are_said_to_be_compared_by_evidence_alone() -> None:
    mixed = memo(seen_by_all("Ada", 4.0), someone("Acme", read("craft", 4), kind="agency"))
    assert any("What each costs" in limit for limit in mixed.limits)
    assert not any("What each costs" in limit for limit in memo(seen_by_all("Ada", 4.0), seen_by_all("Bob", 3)).limits)


def test_who_was_not_seen_is_not_low_and_not_told() -> None:
    made = memo(seen_by_all("Ada", 2.0), someone("Cy"))
    cy = next(one for one in made.subjects if one.name == "Cy")
    assert cy.worth.mean > 2.3
    assert not cy.worth.told
    assert cy.covered == 0
    assert cy.levels[0].missing.startswith("nobody has looked")
    assert any("That is missing, not low" in limit for limit in made.limits)
    assert made.headline.startswith("Not enough to tell")


def test_a_leader_of_whom_too_little_was_seen_is_never_enough() -> None:
    others = [seen_by_all("Bob", 2.0), seen_by_all("Cy", 2.5)]
    made = memo(someone("Fay", *(rated(c, 5, "Grace") for c in ASKED[:3])), *others)
    fay = made.subjects[0]
    assert (fay.name, fay.worth.told, made.regret < 0.08) == ("Fay", False, True)
    assert made.headline.startswith("Not enough to tell")
    assert "Enough" not in made.advice + made.headline
    assert made.advice.startswith("Too little was seen of Fay")
    assert not made.model_dump(mode="json")["enough"]
    assert {step.subject for step in made.next_steps if step.advised} == {"Fay"}
    assert made.limits[0].startswith("Of Fay less than half")


def test_to_choose_an_untold_leader_is_not_as_the_memo_had_it(tmp_path: Path) -> None:
    case = Case.create(tmp_path / "case", standard=STANDARD, role=ROLE, title="A case")
    for name in ("Fay", "Bob"):
        case.add_subject(name)
    made = memo(someone("Fay", *(rated(c, 5, "Grace") for c in ASKED[:3])), seen_by_all("Bob", 2.0))
    for choice in ("Fay", "Bob"):
        record_decision(case, made, by="Mei", choice=choice, reason="We know the work from before, and it was good.")
    first, second = (one for _, one in decisions(case))
    assert (first.follows, first.beside_the_memo) == (None, "the memo's first, of whom it had not enough to tell")
    assert (second.follows, second.beside_the_memo) == (False, "otherwise than the memo")


def test_nobody_who_may_be_the_best_is_passed_over_unseen() -> None:
    made = memo(seen_by_all("Ada", 4.0), seen_by_all("Bob", 2.0), someone("Fay", rated("craft", 4.5, "Grace")))
    fay = next(one for one in made.subjects if one.name == "Fay")
    assert made.subjects[0].worth.told
    assert fay.best >= 0.1
    assert not made.enough
    assert made.advice.startswith("Too little was seen of Fay")


def test_likeliest_is_said_of_nobody_who_is_not() -> None:
    alike = undecided()
    assert "Ada and Bob cannot be told apart" in alike.headline
    assert "likeliest" not in alike.headline
    clear = memo(seen_by_all("Bob", 2.0), seen_by_all("Ada", 5.0))
    first = max(clear.subjects, key=lambda one: one.best)
    assert f"{first.name} is likeliest" in clear.headline
    wide = clear.subjects[1].model_copy(update={"best": 0.6})
    ranked = (clear.subjects[0].model_copy(update={"best": 0.4}), wide)
    assert "Ada has the highest expected worth, but Bob is likelier to be the best of 2" in headline(ranked, True)


def equals(*names: str) -> Decision:
    return memo(*(someone(name, *(rated(c, 3.0, "Grace") for c in ASKED)) for name in names))


def test_of_a_dead_heat_everybody_is_named_and_nobody_leads() -> None:
    made = equals("Ana", "Ben", "Chen")
    assert "Ana, Ben and Chen cannot be told apart (about 33 % each to be the best of 3)" in made.headline
    assert (made.comparison, made.weights) == (None, None)
    assert made.twin is not None
    assert made.twin.agrees
    assert [one.name for one in made.heads] == ["Ana", "Ben", "Chen"]
    page = Page(render_decision(made)).text
    assert "Nobody leads: the worths of Ana, Ben and Chen differ by less than a hundredth of a level." in page
    for told in ("comes first", "Ana before", "before Ana", "before Ben", "+0.00"):
        assert told not in page
    screen = Console(width=100, record=True, file=io.StringIO())
    print_decision(screen, made)
    text = screen.export_text()
    assert "Nobody leads" in text
    assert "Why" not in text
    many = equals(*(f"P{k}" for k in range(6))).headline
    assert "P0, P1, P2 and 3 others cannot be told apart" in many


def test_further_looks_of_a_dead_heat_pass_over_nobody() -> None:
    made = equals("Ana", "Ben", "Chen")
    assert not made.enough
    assert {step.subject for step in made.next_steps if step.advised} == {"Ana", "Ben", "Chen"}
    named = made.advice.partition("(")[0]
    assert all(name in named for name in ("Ana", "Ben", "Chen"))


def test_who_was_not_seen_is_not_told_to_stand_before_somebody_of_the_same_worth() -> None:
    made = memo(someone("Chen"), someone("Ana", read("craft", 3.0)))
    assert made.subjects[0].worth.mean == pytest.approx(made.subjects[1].worth.mean, abs=0.005)
    assert made.comparison is None
    assert made.headline.startswith("Not enough to tell: ")
    assert "0 % was seen of Chen" in made.headline
    page = Page(render_decision(made)).text
    assert "Chen before" not in page
    assert "Nothing has been seen yet." in page


def test_to_choose_any_of_a_dead_heat_is_as_the_memo_had_it(tmp_path: Path) -> None:
    case = Case.create(tmp_path / "case", standard=STANDARD, role=ROLE, title="A case")
    for name in ("Ana", "Ben"):
        case.add_subject(name)
    record_decision(case, equals("Ana", "Ben"), by="Mei", choice="Ben", reason="He can begin in a month, she cannot.")
    ((_, made),) = decisions(case)
    assert made.beside_the_memo == "as the memo had it"


def test_a_part_in_which_the_leader_fails_is_said_beside_the_whole() -> None:
    levels = dict.fromkeys(ASKED, 4.5) | {"python": 1.0}
    seen = [evidence for c, level in levels.items() for evidence in (rated(c, level, "Mei"), read(c, level, 0.3))]
    made = memo(someone("Ada", *seen), seen_by_all("Bob", 2.0))
    (python,) = [row for row in made.subjects[0].levels if row.competency == "python"]
    assert python.weight >= 0.1
    assert python.estimate.above < 0.2
    assert "likely below the bar in Python" in made.headline
    assert "a strong part pays for a weak one" in doubts(made)[0]


def test_interviews_alone_and_one_interviewer_are_compared_with_nobody() -> None:
    made = memo(someone("Ada", *(rated(c, 4.5, "Grace") for c in ASKED)))
    texts = [reason.text for reason in made.subjects[0].worth.reasons]
    assert not any("held against all else" in text or "the others" in text for text in texts)
    assert any("there is nobody to compare Grace with" in text for text in texts)
    assert any("which interviews alone cannot show" in text for text in texts)


def test_nothing_and_nobody_are_said_as_such() -> None:
    assert memo().headline == "There is nobody to decide about yet."
    empty = memo(someone("Ada"), someone("Bob"))
    assert empty.headline == "Not enough to tell: nothing has been seen of anybody yet."
    assert empty.leader == ""
    assert empty.twin is None


def test_one_alone_is_held_against_the_bar() -> None:
    assert "is likely above what the role asks for" in memo(seen_by_all("Ada", 5.0)).headline
    assert "The decision is yours" in memo(seen_by_all("Ada", 1.0)).advice
    low = memo(seen_by_all("Ada", 1.0))
    assert "is likely below what the role asks for" in low.headline
    assert "nobody to compare with" in low.advice


def test_two_alike_are_open_and_the_next_step_is_named() -> None:
    made = undecided()
    assert not made.enough
    assert {step.subject for step in made.next_steps if step.advised} == {"Ada", "Bob"}
    assert made.advice.startswith("Before choosing, take")
    few = [someone(name, *(rated(c, 4.0, "Grace") for c in ASKED[:6])) for name in ("Ada", "Bob")]
    assert all(step.hours <= 0.5 for step in memo(*few, hours=0.5).next_steps)


def test_every_kind_of_look_is_weighed_with_what_it_takes() -> None:
    made = undecided()
    ada = {step.what.split(" on ")[0]: step for step in made.next_steps if step.subject == "Ada"}
    assert set(ada) == {
        "an interview",
        "a reference check",
        "a work sample of your own",
        "a review of past work",
        "an audit of something delivered that should run",
    }
    prices = {one.id: one.mode for one in made.taken_for}
    for step in ada.values():
        whole = step.hours * prices["your_hour"] + step.their_hours * prices["their_hour"] + step.outlay
        assert step.cost == pytest.approx(whole)
    assert ada["a work sample of your own"].their_hours > ada["an interview"].their_hours
    reviewed = memo(seen_by_all("Ada", 4.0), seen_by_all("Bob", 3.9))
    assert "a review of another work" in {step.what for step in reviewed.next_steps}


def test_another_work_is_expected_to_show_what_works_have_shown_and_no_more() -> None:
    little = {name: someone(name, read("craft", 3.0), read("reproducibility", 3.0)) for name in ("Ada", "Bob")}
    made = memo(*little.values())
    step = {(one.subject, one.what.split(" on ")[0]): one for one in made.next_steps}
    assert step["Ada", "a review of another work"].half_width_after > step["Ada", "an interview"].half_width_after
    much = (someone(name, *(read(c, 3.0) for c in ASKED)) for name in ("Ada", "Bob"))
    of_little, of_much = (
        next(one for one in memo(*others, someone("Cy")).next_steps if (one.subject, one.what) == ("Cy", REVIEW))
        for others in (little.values(), much)
    )
    assert of_little.half_width_after > of_much.half_width_after


def test_who_was_seen_too_little_is_looked_at_where_nobody_looked() -> None:
    made = memo(*(someone(name, read("craft", 3.0), read("reproducibility", 3.0)) for name in ("Ada", "Bob")))
    assert made.advice.startswith("Too little was seen of Ada and Bob")
    advised = {one.what for one in made.next_steps if one.advised}
    assert advised
    assert not any("another" in what for what in advised)
    assert made.advice.count("with Ada and Bob") == 1


def test_references_are_asked_about_who_was_interviewed() -> None:
    made = memo(someone("Ada", rated("craft", 4.0, "Grace")), someone("Bob", read("craft", 4.0)))
    assert {one.subject for one in made.next_steps if one.what.startswith("a reference check")} == {"Ada"}


def test_what_the_kit_plans_comes_first_and_is_told_where_it_is_enough() -> None:
    alike = [someone(name, *(rated(c, 4.0, "Grace") for c in ASKED[:6])) for name in ("Ada", "Bob")]
    due = [Planned(slug, "Mei", tuple(ASKED[:2])) for slug in ("ada", "bob")]
    made = decide("A case", ROLE, STANDARD, alike, planned=due)
    assert {one.what for one in made.next_steps if one.advised} == {"the planned interview by Mei"}
    assert not any(one.what.startswith("an interview") for one in made.next_steps)
    assert "The kit plans 2 more interviews (with Ada and Bob)" in made.advice
    clear = [seen_by_all("Ada", 5.0), seen_by_all("Bob", 2.0)]
    told = decide("A case", ROLE, STANDARD, clear, planned=due[1:])
    assert told.enough
    assert "The kit plans 1 more interview (with Bob)" in told.advice
    assert "The kit plans" not in decide("A case", ROLE, STANDARD, clear).advice


def test_what_a_look_costs_is_the_users_to_say(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "assumptions:\n"
        "  - {id: review_yours, low: 30, mode: 40, high: 50, source: our queue}\n"
        "  - {id: review_theirs, low: 30, mode: 40, high: 50, source: our queue}\n"
    )
    alike = [someone(name, *(rated(c, 4.0, "Grace") for c in ASKED[:6])) for name in ("Ada", "Bob")]
    ours = decide("A case", ROLE, STANDARD, alike)
    theirs = decide("A case", ROLE, STANDARD, alike, costs=load_costs(own))
    assert "a review" in ours.advice
    assert "a review" not in theirs.advice
    assert {one.mark for one in theirs.taken_for if one.id.startswith("review")} == {"own"}
    own.write_text("assumptions:\n  - {id: reviews, low: 1, mode: 1, high: 1, source: x}\n")
    with pytest.raises(InputError, match="there is no assumption `reviews`"):
        load_costs(own)


def test_only_interviews_is_said_to_leave_the_panel_open() -> None:
    made = memo(someone("Ada", *(rated(c, 4, "Grace") for c in ASKED)))
    assert any("How lenient the panel is as a whole cannot be told" in limit for limit in made.limits)


def test_an_interviewer_is_described_only_on_enough_answers_shared_with_others() -> None:
    many = [seen_by_all(f"Person {i}", 2.0 + i / 2) for i in range(6)]
    told = {note.rater: note.why_not for note in memo(*many, someone("Cy", rated("craft", 1, "Once"))).raters}
    assert (told["Grace"], told["Mei"]) == ("", "")
    enough = "it takes 12 answers of 6 subjects"
    assert told["Once"] == f"not enough to tell: shares 0 answers of 0 subjects with others; {enough}"


def strict(raters: int) -> Decision:
    """Mei rates two levels lower than the others, on five subjects: not enough to state it."""
    return memo(
        *(
            someone(f"Person {i}", *(rated(c, 4.0, f"R{r}") for c in ASKED for r in range(raters)),
                    *(rated(c, 2.0, "Mei") for c in ASKED))
            for i in range(5)
        )
    )  # fmt: skip


def test_no_reason_is_surer_of_an_interviewer_than_the_list_of_interviewers() -> None:
    made = strict(3)
    mei = next(note for note in made.raters if note.rater == "Mei")
    assert mei.why_not
    assert (mei.lenient, mei.low, mei.high) == (None, None, None)
    told = {r.text for one in made.subjects for r in one.worth.reasons if r.kind == "rater" and "Mei" in r.text}
    assert told == {"Mei seems to rate lower than the others, which may be chance"}


def test_why_the_first_stands_before_the_second_adds_up_twice() -> None:
    made = memo(seen_by_all("Bob", 3.8, "Linus"), seen_by_all("Ada", 4.2), someone("Cy"))
    assert made.comparison is not None
    first, second = made.subjects[:2]
    assert (made.comparison.first, made.comparison.second) == (first.name, second.name) == ("Ada", "Bob")
    assert made.comparison.points == pytest.approx(first.worth.mean - second.worth.mean, abs=1e-12)
    for told in (made.comparison.by_competency, made.comparison.by_evidence):
        assert sum(reason.points for reason in told) == pytest.approx(made.comparison.points, abs=1e-9)
    texts = [reason.text for reason in made.comparison.by_evidence]
    assert any(text.startswith("ratings by Mei: Ada, ") and "; Bob, " in text for text in texts)
    assert any(text.startswith("ratings by Linus: Ada, not seen; Bob, ") for text in texts)
    assert memo(someone("Ada")).comparison is None


def test_no_number_lies_beyond_the_end_of_the_scale_and_the_pieces_say_what_was_cut() -> None:
    certain = [read(c, 5.0, se=0.3, source="worksample", group=f"task {i}") for c in ASKED for i in range(9)]
    rest = [someone(f"Person {i}", *(rated(c, 1.0, "Mei") for c in ASKED)) for i in range(4)]
    low = [read(c, 1.0, se=0.3, source="worksample", group=f"task {i}") for c in ASKED for i in range(9)]
    made = memo(someone("Ada", *certain), someone("Bob", *low), *rest)
    cut = 0
    for one in made.subjects:
        for told in (one.worth, *(row.estimate for row in one.levels)):
            assert 1.0 <= told.low <= told.mean <= told.high <= 5.0
            assert sum(reason.points for reason in told.reasons) == pytest.approx(told.mean, abs=1e-9)
            cut += any(reason.kind == "end" for reason in told.reasons)
    assert cut
    assert made.comparison is not None
    assert sum(r.points for r in made.comparison.by_evidence) == pytest.approx(made.comparison.points, abs=1e-9)


def test_whose_work_it_is_stands_in_the_reasons_where_nobody_told() -> None:
    run = read("craft", 4.5, source="handover", share=None, subject_digest="c1")
    (ada,) = memo(someone("Ada", run)).subjects
    craft = next(row for row in ada.levels if row.competency == "craft")
    for reasons in (craft.estimate.reasons, ada.worth.reasons):
        assert any("whose work it is was not told" in reason.text for reason in reasons)
    (acme,) = memo(someone("Acme", run, kind="agency")).subjects
    assert not any("not told" in reason.text for reason in acme.worth.reasons)
    assert acme.worth.informed > ada.worth.informed


def test_the_same_evidence_has_the_same_digest_and_numbers() -> None:
    one, other = memo(seen_by_all("Ada", 4.0)), memo(seen_by_all("Ada", 4.0))
    assert one.model_copy(update={"made_at": other.made_at}) == other
    assert memo(seen_by_all("Ada", 3.5)).evidence_digest != one.evidence_digest


def test_a_memo_survives_json() -> None:
    made = memo(seen_by_all("Ada", 4.0), seen_by_all("Bob", 3.0))
    assert Decision.model_validate_json(made.model_dump_json()) == made


def test_what_no_number_holds_is_told_beside_them() -> None:
    leak = Finding(
        code="LEK101", polarity="against", severity="high", message="The scaler saw the test rows.",
        locations=(Location(path="train.py", line=4),),
    )  # fmt: skip
    subject, dossier = someone("Ada", read("statistics", 2.0, findings=(leak,)))
    delivery = Artifact(
        name="churn",
        kind="delivery",
        origin="churn",
        digest="d",
        measured={"verdict": "You would be renting a black box"},
    )
    (ada,) = memo((subject, dossier.model_copy(update={"artifacts": (delivery,)}))).subjects
    assert ada.facts == (
        "Audit of churn: You would be renting a black box.",
        "The scaler saw the test rows (train.py:4, LEK101).",
    )


def test_two_interviewers_far_apart_are_named() -> None:
    apart = someone("Ada", *(rated(c, level, r) for r, level in (("Grace", 5), ("Mei", 2)) for c in ASKED[:3]))
    near = someone("Bob", *(rated(c, level, r) for r, level in (("Grace", 4), ("Mei", 3)) for c in ASKED[:3]))
    once = someone("Cy", rated(ASKED[0], 5, "Grace"), rated(ASKED[0], 1, "Mei"))
    told = {one.name: one.facts for one in memo(apart, near, once).subjects}
    assert told["Ada"][0].startswith("Grace rates 3.0 levels higher than Mei on the 3 competencies")
    assert (told["Bob"], told["Cy"]) == ((), ())


def test_a_rating_by_somebody_who_knew_anothers_is_told_and_counts_in_full() -> None:
    subject, dossier = someone("Ada", rated(ASKED[0], 4, "Grace"), rated(ASKED[0], 4, "Mei"))
    heard = Finding(code="INT-SEEN", polarity="unknown", message="Mei knew another interviewer's rating before theirs.")
    (ada,) = memo((subject, dossier.model_copy(update={"findings": (heard,)}))).subjects
    (same,) = memo((subject, dossier)).subjects
    assert ada.facts == ("Mei knew another interviewer's rating before theirs. It counts in full all the same.",)
    assert ada.worth == same.worth


def handed_over(*gaps: Gap) -> tuple[Subject, Dossier]:
    subject, dossier = someone("Ada", read("craft", 4.0))
    artifacts = [Artifact(name="vault", kind="git", origin="vault", digest=digest, gaps=gaps) for digest in "ab"]
    return subject, dossier.model_copy(update={"artifacts": tuple(artifacts)})


def test_who_made_their_evidence_themselves_is_said_and_states_are_counted() -> None:
    (ada,) = memo(handed_over(HANDED_OVER)).subjects
    assert ada.facts[0].startswith("What is said of vault is from a dossier that they made themselves")
    assert "2 states of vault were looked at; only the latest counts." in ada.facts
    (ada,) = memo(handed_over()).subjects
    assert ada.facts == ("2 states of vault were looked at; only the latest counts.",)


def test_what_is_missing_is_said_to_be_taken_as_missing_by_chance() -> None:
    assert any("missing by chance" in limit for limit in memo(someone("Ada", rated(ASKED[0], 5, "Grace"))).limits)
    whole = someone("Ada", *(rated(c, 3, "Grace") for c in ROLE.weights))
    assert not any("missing by chance" in limit for limit in memo(whole).limits)


def test_another_error_basis_is_other_evidence() -> None:
    one, other = (memo(someone("Ada", read("craft", 4.0, basis=basis))) for basis in ("assumed", "calibrated"))
    assert one.evidence_digest != other.evidence_digest


@pytest.mark.parametrize("error", [float("inf"), 1e200])
def test_an_error_without_bounds_tells_nothing_and_breaks_nothing(error: float) -> None:
    (ada,) = memo(someone("Ada", *(read(c, 5.0, se=error) for c in ASKED))).subjects
    assert ada.worth.mean == pytest.approx(3.0, abs=0.01)
    assert not ada.worth.told
