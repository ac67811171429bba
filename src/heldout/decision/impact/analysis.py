"""From two files to the report: groups, measures, ratios, and where on the way a gap arises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import median

from heldout.decision.impact import exact
from heldout.decision.impact.hide import Cell, Cells, RowKey, rows_to_hide
from heldout.decision.impact.read import RACE, SEX, UNKNOWN, Demographics, Outcome, Outcomes
from heldout.decision.impact.result import Comparison, Fairness, Group, Kind, Measure, Step, Table, Way
from heldout.decision.impact.words import percent, reading_of, reading_words, way_words
from heldout.errors import InputError

FOUR_FIFTHS = 0.8
OVERALL = "from beginning to end"
CROSSED = f"{SEX} × {RACE}"
_HIDDEN = "fewer than {least} people, or hidden so that such a group cannot be computed back"


@dataclass(frozen=True)
class Options:
    """`least`: groups of fewer people are hidden. `least_share`: groups under it are left out of the ratios."""

    least: int = 5
    least_share: float = 0.02


@dataclass(frozen=True)
class _Rate:
    """One measure before it is taken apart by group: whether each of the people counted was selected."""

    kind: Kind
    stage: str
    selected: Mapping[str, bool]
    undecided: int
    median: float | None = None


@dataclass(frozen=True)
class _System:
    """Attributes that hang together: one alone, or sex and race with their crossing."""

    cell_of: Mapping[str, Cell]
    rows: Mapping[RowKey, frozenset[Cell]]
    open: tuple[frozenset[Cell], ...]

    def cells(self, selected: Mapping[str, bool]) -> Cells:
        people: dict[Cell, int] = {}
        chosen: dict[Cell, int] = {}
        for candidate, passed in selected.items():
            cell = self.cell_of[candidate]
            people[cell] = people.get(cell, 0) + 1
            chosen[cell] = chosen.get(cell, 0) + passed
        return Cells(people, chosen, self.rows, self.open)


def analyse(outcomes: Outcomes, demographics: Demographics, options: Options | None = None) -> Fairness:
    """Join the two by candidate and compare the groups; raises InputError when no candidate is in both."""
    options = options or Options()
    everyone = dict.fromkeys(row.candidate for row in outcomes.rows)
    told = set().union(*demographics.of.values())
    if not told & set(everyone):
        raise InputError(
            f"no candidate of {outcomes.name} stands in {demographics.name}; both files must name people by the same id"
        )
    rates = _rates(outcomes, everyone)
    tables: list[list[tuple[str, list[Group], int]]] = [[] for _ in rates]
    for system in _systems(demographics, everyone):
        pool = rows_to_hide(system.cells(dict.fromkeys(everyone, False)), options.least)
        for index, rate in enumerate(rates):
            cells = system.cells(rate.selected)
            hidden = rows_to_hide(cells, options.least, pool)
            tables[index] += _groups(system, cells, hidden, options)
    measures, pairs = _compared(rates, tables)
    return Fairness(
        outcomes=outcomes.name,
        demographics=demographics.name,
        candidates=len(everyone),
        without_demographics=len(set(everyone) - told),
        unused_demographics=len(told - set(everyone)),
        stages=outcomes.stages,
        least=options.least,
        least_share=options.least_share,
        pairs=pairs,
        measures=tuple(measures),
        ways=tuple(_ways(measures)),
        notes=tuple(_notes(outcomes, measures)),
    )


def _rates(outcomes: Outcomes, everyone: Iterable[str]) -> list[_Rate]:
    """The measures in the order of the page: the whole way first, then stage by stage."""
    by_stage: dict[str, list[Outcome]] = {stage: [] for stage in outcomes.stages}
    for row in outcomes.rows:
        by_stage[row.stage].append(row)
    rates = []
    if len(by_stage) > 1:
        final = _final(outcomes.rows, outcomes.stages[-1])
        rates.append(_Rate("overall", OVERALL, final, len(set(everyone) - set(final))))
    for stage, rows in by_stage.items():
        decided = {row.candidate: row.selected for row in rows if row.selected is not None}
        if decided:
            rates.append(_Rate("selection", stage, decided, len(rows) - len(decided)))
        scores = {row.candidate: row.score for row in rows if row.score is not None}
        if len(set(scores.values())) > 1:
            middle = median(scores.values())
            above = {candidate: score > middle for candidate, score in scores.items()}
            rates.append(_Rate("scoring", stage, above, len(rows) - len(scores), middle))
    return rates


def _final(rows: Iterable[Outcome], last: str) -> dict[str, bool]:
    """Who was selected at the last stage, and who was not at any; the others are still on their way or withdrew."""
    final: dict[str, bool] = {}
    for row in rows:
        if row.selected is False:
            final[row.candidate] = False
        elif row.selected and row.stage == last:
            final[row.candidate] = True
    return final


def _systems(demographics: Demographics, everyone: Iterable[str]) -> list[_System]:
    """Sex and race together where both are told, every other attribute alone."""
    names = list(demographics.of)
    together = [name for name in (SEX, RACE) if name in names] if {SEX, RACE} <= set(names) else []
    groups = ([together] if together else []) + [[name] for name in names if name not in together]
    return [_system(demographics, attributes, everyone) for attributes in groups]


def _system(demographics: Demographics, attributes: Sequence[str], everyone: Iterable[str]) -> _System:
    cell_of = {c: tuple(demographics.of[name].get(c, UNKNOWN) for name in attributes) for c in everyone}
    present = [sorted({cell[index] for cell in cell_of.values()}) for index in range(len(attributes))]
    observed = set(cell_of.values())
    # A crossing that the page does not list holds nobody, and whoever reads it knows.
    cells = [cell for cell in product(*present) if UNKNOWN in cell or cell in observed]
    rows: dict[RowKey, frozenset[Cell]] = {}
    unknown = []
    for index, name in enumerate(attributes):
        for category in present[index]:
            members = frozenset(cell for cell in cells if cell[index] == category)
            if category == UNKNOWN:
                unknown.append(members)
            else:
                rows[name, category] = members
    if len(attributes) > 1:
        unknown.append(frozenset(cell for cell in cells if UNKNOWN in cell))
        for cell in sorted(cell for cell in observed if UNKNOWN not in cell):
            rows[CROSSED, " × ".join(cell)] = frozenset([cell])
    return _System(cell_of, rows, tuple(unknown))


def _groups(
    system: _System, cells: Cells, hidden: Iterable[RowKey], options: Options
) -> list[tuple[str, list[Group], int]]:
    """The tables of one measure: attribute, groups without comparisons, people of unknown category."""
    everyone = sum(cells.people.values())
    made: dict[str, list[Group]] = {}
    counted: dict[str, int] = {}
    for row in system.rows:
        attribute, name = row
        people, selected = cells.count(row), cells.chosen(row)
        counted[attribute] = counted.get(attribute, 0) + people
        if row in hidden or people == 0:
            group = Group(name=name, place="hidden", why=_HIDDEN.format(least=options.least))
        else:
            low, high = exact.rate_interval(selected, people)
            few = people < options.least_share * everyone
            group = Group(
                name=name, place="excluded" if few else "none", people=people, selected=selected,
                rate=selected / people, low=low, high=high,
                why=f"{people} of {everyone} people are under {percent(options.least_share)}" if few else "",
            )  # fmt: skip
        made.setdefault(attribute, []).append(group)
    return [(attribute, groups, everyone - counted[attribute]) for attribute, groups in made.items()]


def _compared(
    rates: Sequence[_Rate], tables: Sequence[Sequence[tuple[str, list[Group], int]]]
) -> tuple[list[Measure], int]:
    """The measures with every group beside the highest, and how many pairs of groups there are in all.

    The chances of all pairs are adjusted together: the group compared with is picked by its rate, so the pairs that
    were not picked count too.
    """
    chances: list[float] = []
    for per_measure in tables:
        for _, groups, _ in per_measure:
            chances += exact.chances_of_pairs(_counts(groups))
    adjusted = iter(exact.holm(chances))
    measures = []
    for rate, per_measure in zip(rates, tables, strict=True):
        done = []
        for attribute, groups, unknown in per_measure:
            counts = _counts(groups)
            pairs = [(i, j) for i in range(len(counts)) for j in range(i + 1, len(counts))]
            of_pair = {pair: next(adjusted) for pair in pairs}
            done.append(Table(attribute=attribute, groups=_placed(groups, of_pair, len(chances)), unknown=unknown))
        measure = Measure(
            kind=rate.kind,
            stage=rate.stage,
            people=len(rate.selected),
            selected=sum(rate.selected.values()),
            undecided=rate.undecided,
            median=rate.median,
            tables=tuple(done),
        )
        measures.append(measure)
    return measures, len(chances)


def _counts(groups: Iterable[Group]) -> list[tuple[int, int]]:
    return [(g.selected or 0, g.people or 0) for g in groups if g.place == "none"]


def _placed(groups: Sequence[Group], adjusted: Mapping[tuple[int, int], float], pairs: int) -> tuple[Group, ...]:
    """The groups with their places and comparisons; `adjusted` is by the positions of the groups that count."""
    counts = _counts(groups)
    best = max(range(len(counts)), key=lambda i: (counts[i][0] / counts[i][1], counts[i][1]), default=None)
    if best is None or len(counts) < 2 or counts[best][0] == 0:
        why = "nobody was selected" if best is not None and counts[best][0] == 0 else "no other group to compare with"
        return tuple(g.model_copy(update={"why": why}) if g.place == "none" else g for g in groups)
    counting = [group for group in groups if group.place == "none"]
    placed: dict[str, Group] = {}
    for index, group in enumerate(counting):
        if index == best:
            placed[group.name] = group.model_copy(update={"place": "highest"})
            continue
        chance = adjusted[min(index, best), max(index, best)]
        comparison = compare(counts, index, best, counting[best].name, chance, pairs)
        placed[group.name] = group.model_copy(update={"place": "compared", "comparison": comparison})
    return tuple(placed.get(group.name, group) for group in groups)


def compare(
    counts: Sequence[tuple[int, int]], index: int, best: int, highest: str, adjusted: float, pairs: int
) -> Comparison:
    """The group at `index` of `counts` (selected, people) beside the one at `best`."""
    (selected, people), (best_selected, best_people) = counts[index], counts[best]
    best_rate = best_selected / best_people
    low, high = exact.ratio_interval(selected, people, best_selected, best_people)
    chance = exact.fisher(selected, people, best_selected, best_people)
    half = exact.power(people, best_people, best_rate / 2, best_rate)
    below = exact.seen_below(people, best_people, best_rate)
    reading = reading_of(chance, adjusted, half)
    return Comparison(
        highest=highest,
        ratio=selected / people / best_rate,
        low=low,
        high=high if high < 1e9 else None,
        under_four_fifths=_flagged(counts, index),
        turned_by_one=_turned_by_one(counts, index, best),
        reversed_by_one=selected < people
        and (selected + 1) * best_people > (best_selected - 1) * people
        and selected * best_people < best_selected * people,
        chance=chance,
        adjusted=adjusted,
        seen_below=below,
        power_for_half=half,
        reading=reading,
        words=reading_words(reading, chance, adjusted, pairs, below),
    )


def _flagged(counts: Sequence[tuple[int, int]], index: int) -> bool:
    """Whether the group's rate is under four fifths of the highest."""
    highest = max(selected / people for selected, people in counts)
    return counts[index][0] / counts[index][1] < FOUR_FIFTHS * highest - 1e-12


def _turned_by_one(counts: Sequence[tuple[int, int]], index: int, best: int) -> bool:
    """Whether the mark would be another if one person of either group had been selected, or had not been."""
    now = _flagged(counts, index)
    for group, step in product((index, best), (1, -1)):
        selected, people = counts[group]
        if 0 <= selected + step <= people:
            moved = [*counts[:group], (selected + step, people), *counts[group + 1 :]]
            if _flagged(moved, index) != now:
                return True
    return False


def _ways(measures: Sequence[Measure]) -> Iterable[Way]:
    """Stage by stage, each group beside the one that fared best from beginning to end."""
    overall = next((measure for measure in measures if measure.kind == "overall"), None)
    stages = [measure for measure in measures if measure.kind == "selection"]
    for position, table in enumerate(overall.tables if overall else ()):
        highest = next((group for group in table.groups if group.place == "highest"), None)
        for group in table.groups if highest else ():
            if group.comparison is not None and highest is not None:
                steps = tuple(_step(stage, position, group.name, highest.name) for stage in stages)
                words = way_words(group.name, highest.name, group.comparison.ratio, steps)
                yield Way(attribute=table.attribute, group=group.name, highest=highest.name, steps=steps, words=words)


def _step(measure: Measure, position: int, name: str, highest: str) -> Step:
    by_name = {group.name: group for group in measure.tables[position].groups}
    ours, theirs = by_name[name], by_name[highest]
    if ours.rate is None or theirs.rate is None:
        return Step(stage=measure.stage, rate=ours.rate, highest_rate=theirs.rate, ratio=None, chance=None)
    chance = exact.fisher(ours.selected or 0, ours.people or 0, theirs.selected or 0, theirs.people or 0)
    ratio = ours.rate / theirs.rate if theirs.rate > 0 else None
    return Step(stage=measure.stage, rate=ours.rate, highest_rate=theirs.rate, ratio=ratio, chance=chance)


def _notes(outcomes: Outcomes, measures: Iterable[Measure]) -> Iterable[str]:
    if outcomes.ignored:
        yield f"Columns of {outcomes.name} that were not read: {', '.join(outcomes.ignored)}."
    if left := [f"{m.undecided} at {m.stage}" for m in measures if m.kind == "selection" and m.undecided]:
        yield f"Without a decision, and left out of the rates (they are no refusals): {', '.join(left)}."
    for measure in measures:
        if measure.kind == "scoring" and measure.selected < 0.4 * measure.people:
            above = percent(measure.selected / measure.people)
            yield f"At {measure.stage} many scores are equal to the median, so only {above} lie above it."
