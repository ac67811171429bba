"""Statistics: are results compared with anything."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import ClassVar

from heldout.evidence import Finding, Location
from heldout.sources.repository.checks.base import Check, Move, first
from heldout.sources.repository.checks.practice import Practice
from heldout.sources.repository.checks.statistics import is_metric, is_package
from heldout.sources.repository.facts import ModuleFacts
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import argument, assignments, constant, names_in
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import does_something, walk

_COMPARES = re.compile(
    r"base-?line|state.of.the.art|\bsota\b|compar|benchmark|outperform|dummy|naive|chance level|random guess"
    r"|majority class|persistence model"
    r"|kaggle|leader.?board|competition|\b\d+(st|nd|rd|th)[ -]place|(public|private)[ -](score|lb\b)"
    r"|\bvs\b|ablation|previous work|published|vergleich|confront|karşılaştır|porówn|сравн|对比|比较|比較|비교",
    re.IGNORECASE,
)

_BASELINE = re.compile(r"baseline|naive_forecast|majority_class", re.IGNORECASE)

_SAYS = re.compile(r"predict|forecast|\bfit\b|train|model|classif|regress|accura|score|metric", re.IGNORECASE)
"""Words of code that learns, says something or judges; the baseline of a chart or a sum of points has none."""

_HANDLES = re.compile(
    r"_?(load|fetch|get|find|read|write|save|print|yield|latest|list|path|semantic|text)_", re.IGNORECASE
)
"""Beginnings of functions that handle files or texts about a baseline, and are none."""

_WATCHES = re.compile(r"[Dd]rift|\bPSI\b|\bpsi\b|[Pp]rometheus")
"""Words of code that watches a model at work, where a baseline is what the data once were."""

_MODELS = re.compile(
    r"^(sklearn|xgboost|lightgbm|catboost|imblearn)\."
    r".*?(Classifier|Regressor|Regression|SVC|SVR|NB|Ridge|Lasso|ElasticNet)$"
)


_QUIET = re.compile(r"(fit|predict\w*|feature_importances_|coef_|intercept_|(set|get)_params|classes_|save_model)$")
"""Attributes of a model by which it is not judged."""


def _unjudged(module: Module) -> frozenset[int]:
    """The `id`s of calls that make models which are surely not judged by themselves.

    A model is not when it is made inside an ensemble of models, or bound to a plain name that is only fitted, given to
    an ensemble, or asked for predictions which meet nothing but those of other models.
    """
    made = [call for call, name in module.calls if _MODELS.match(name)]
    if len(made) < 3:
        return frozenset()
    inside = _in_ensembles(module)
    members = {node.id for node in inside if isinstance(node, ast.Name)}
    bound: dict[ast.AST, str] = {
        value: target.id for target, value, _ in assignments(module) if isinstance(target, ast.Name)
    }
    names = {bound[call] for call in made if call in bound}
    judged = {name for name in names if _is_judged(module, name, names, member=name in members)}
    return frozenset(id(call) for call in made if (bound[call] not in judged if call in bound else call in inside))


def _in_ensembles(module: Module) -> set[ast.AST]:
    """All that stands in the arguments of ensembles, also in what is bound to a name and given to them."""
    given = [
        part
        for call, name in module.calls
        if re.search(r"\.(Stacking|Voting)(Classifier|Regressor)$", name)
        for argument in (*call.args, *(k.value for k in call.keywords))
        for part in walk(argument)
    ]
    names = {part.id for part in given if isinstance(part, ast.Name)}
    lists = [v for t, v, _ in assignments(module) if isinstance(t, ast.Name) and t.id in names]
    return {*given, *(part for value in lists if isinstance(value, ast.List) for part in walk(value))}


def _is_judged(module: Module, name: str, models: AbstractSet[str], *, member: bool) -> bool:
    """Whether a model's name is used in a way that may judge it, or its predictions meet a call or a comparison."""
    predicted = {
        target.id
        for target, value, _ in assignments(module)
        if isinstance(target, ast.Name) and names_in(value) & models == {name} and target.id not in models
    }
    for use in module.nodes(ast.Name):
        if not isinstance(use.ctx, ast.Load):
            continue
        if use.id in predicted and _meets(module, use):
            return True
        if use.id == name:
            around = module.parent(use)
            told = around.attr if isinstance(around, ast.Attribute) else ""
            if (not told and not member) or (told and not _QUIET.match(told)):
                return True
            if told.startswith("predict") and around is not None and _meets(module, module.parent(around)):
                return True
    return False


def _meets(module: Module, node: ast.AST | None) -> bool:
    """Whether something stands in the arguments of a call or in a comparison."""
    while node is not None and not isinstance(node, ast.stmt):
        around = module.parent(node)
        if isinstance(around, ast.Compare | ast.keyword) or (isinstance(around, ast.Call) and node is not around.func):
            return True
        node = around
    return False


class BaselineCompared(Practice):
    """Results stand beside a baseline

    What: A trivial model, a method in use or a published result that is evaluated beside the own model, in code or in
    a table of the README; several models judged in the same file count too.

    Why: A score says nothing by itself: 95 % accuracy is poor where 97 % of the cases are of one class.

    Example: `DummyClassifier`, a function `naive_forecast_baseline`, or a results table with a row "previous work"
    speak for. A project that trains and evaluates one model and nowhere says what it has to beat speaks against.

    Limits: A baseline that is only spoken of elsewhere (a paper, a report) is not seen. Any word of comparison or of a
    competition in a text or a notebook, two scores in one line of the README, a name of code or of a table that speaks
    of comparing, a report in PDF or slides, and more than two programs that train, therefore keep the check from
    speaking against. Packages for others to build on are not blamed.
    """

    code = "STA101"
    ml_only = True
    moves: ClassVar = {"statistics": Move(up=0.35, down=0.2)}
    why = "Without something to compare with, nobody can say whether a score is good."
    mend = "Evaluate a trivial model and the method in use on the same held-out data, and show the three side by side."
    ask = "What would the simplest possible model have scored on the same data, and how do you know?"
    sentence = "Results have something to be compared with"
    counted = False
    kinds: ClassVar = {
        "a trivial model": ("sklearn:DummyClassifier|DummyRegressor",),
        "code that is called a baseline": (),
        "several models judged in one file": (),
    }

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """Whether a trivial model is one to compare with: one of a constant stands in where nothing can be learnt."""
        return constant(argument(call, "strategy", 0)) != "constant"

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Functions and classes called a baseline, and several models beside metrics."""
        if "reward" not in module.text:  # in reinforcement learning, a baseline is a term of the gradient
            classes = [n for n in module.nodes(ast.ClassDef) if any(_works(part) for part in n.body)]
            functions = [n for n in module.nodes(ast.FunctionDef) if does_something(n)]
            definitions: list[ast.ClassDef | ast.FunctionDef] = [*classes, *functions]
            for node in definitions:
                named = _BASELINE.search(node.name) and not _HANDLES.match(node.name)
                if named and not _WATCHES.search(module.text) and _SAYS.search(_words(node)):
                    yield "code that is called a baseline", node.lineno
        unjudged = _unjudged(module)
        models: dict[str, int] = {}
        judged = False
        for call, name in module.calls:
            if _MODELS.match(name) and id(call) not in unjudged:
                models.setdefault(name, call.lineno)
            judged = judged or is_metric(name) or name.endswith((".cross_val_score", ".cross_validate"))
        if len(models) >= 3 and (judged or ".score(" in module.text):
            yield "several models judged in one file", min(models.values())

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look at the code's baselines, then at what the README compares."""
        more = {}
        table = results_table(repo)
        if table is not None:
            more["a table of results in the README"] = table
        found = list(self.praise(repo, more))
        if found or not repo.complete or repo.code_lines < 100 or is_package(repo):
            return found
        training = [p for p in repo.ml.training if repo.part(p) == "code"]
        judging = sorted({m.path for m in repo.scripts + repo.notebooks if m.part == "code" and _judges(m)})
        if not training or len(training) > _FEW or not judging or _says_compared(repo):
            return found
        return [
            self.against(
                "Models are trained and evaluated, and neither code nor README was seen to compare the result with a"
                " baseline or an earlier one.",
                *(repo.at(path) for path in first(judging, 3)),
                evaluating_files=len(judging),
            )
        ]


def _words(node: ast.AST) -> str:
    """The names in a piece of code; what its texts speak of is not done by it."""
    parts = list(walk(node))[:5_000]
    words = [part.name for part in parts if isinstance(part, ast.FunctionDef | ast.ClassDef)]
    words += [part.arg for part in parts if isinstance(part, ast.arg | ast.keyword) and part.arg]
    words += [part.id for part in parts if isinstance(part, ast.Name)]
    words += [part.attr for part in parts if isinstance(part, ast.Attribute)]
    return " ".join(words)


def _works(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and does_something(node)


_TABLE_ROW = re.compile(
    r"^[ \t]*+\|?[^|\n]{1,200}\|(?:[^|\n]{0,120}\|){0,12}?"
    r"\s*[*_`~]{0,3}[-+]?\d{0,3}[.]\d+\s*%?\s*[*_`]{0,3}\s*(?:$|\||±|\+|\(|/)"
)
"""A row with a cell that is a decimal number."""

_COMPARED_ROWS = re.compile(
    r"base-?line|\bours?\b|\bsota\b"
    r"|state.of.the.art|previous|paper|reported|\bvs\b|method|model",
    re.I,
)


def results_table(repo: Repository) -> Location | None:
    """Where the README has a table that compares models: at least three rows with decimal numbers."""
    if repo.readme is None:
        return None
    lines = [line[:600] for line in repo.readme.lines[:3000]]
    run = 0
    for index, line in enumerate(lines):
        run = run + 1 if _TABLE_ROW.match(line) else 0
        if run == 3 and _compares(lines[max(0, index - 6) : index + 1]):
            return repo.readme.location(index - 1)
    return None


def _compares(lines: list[str]) -> bool:
    """Whether the lines up to the third row of a table compare methods: each row names another one, not a metric."""
    cells = [next((c for c in (part.strip(" *_`~") for part in line.split("|")) if c), "") for line in lines]
    if any(_METRICS_LISTED.search(cell) for cell in cells):
        return False
    if sum(bool(_METRIC_NAME.search(cell)) for cell in cells[-3:]) >= 2:
        return False
    return any(_COMPARED_ROWS.search(text) for text in lines)


_METRIC_NAME = re.compile(
    r"accura|precision|recall|\bf1\b|f1.?score|\bauc\b|roc|rmse|\bmae\b|\bmse\b|\br2\b|r²|specificity|sensitivity|loss"
    r"|gini|\bks\b|lift|mape|log.?likelihood|support|r²|kappa|brier|log.?loss|bleu|\bmap\b|dice|iou",
    re.IGNORECASE,
)


_METRICS_LISTED = re.compile(
    r"^(evaluation |performance )?(metric|m[eé]tri[ck]|metriche|métrique|indicator|kpi|kennzahl)", re.I
)
"""Heads of tables whose rows are the metrics of one model."""


def _judges(module: ModuleFacts) -> bool:
    return "evaluate" in module.methods or any(is_metric(name) for name in module.calls)


_FEW = 2
"""Programs that train: of more, several models or stages are made, and which stands beside which is told by no name."""

_NAMED = re.compile(r"base-?line|compar|ablation|benchmark|leader_?board|(^|[_/])vs_|dummy|naive", re.IGNORECASE)
"""Names of functions and files that speak of comparing."""

_RECORDS = re.compile(r"\.(pdf|docx?|pptx?|tex|odt)$|(record|result|score|experiment)s?\b.*\.csv$", re.IGNORECASE)
"""Files that may hold results side by side, and are not read."""

_TWO_SCORES = re.compile(r"(\b0\.\d{2,}|\b\d{1,2}(\.\d+)?\s?%)\D.{0,300}?(\b0\.\d{2,}|\b\d{1,2}(\.\d+)?\s?%)")


def _says_compared(repo: Repository) -> bool:
    if any(map(_RECORDS.search, repo.file_names)) or any(_NAMED.search(path) for path in repo.paths):
        return True
    if any(_NAMED.search(function.name) for module in repo.modules for function in module.functions):
        return True
    if repo.readme is not None and any(_TWO_SCORES.search(line[:1000]) for line in repo.readme.lines[:3000]):
        return True
    texts = [repo.readme.text] if repo.readme is not None else []
    texts += [repo.text(m.path).text for m in first(repo.notebooks, 30)]
    texts += [repo.text(path).text for path in first(repo.glob("*.md", "*.rst"), 20)]
    return any(_COMPARES.search(text) for text in texts)


CHECKS: tuple[Check, ...] = (BaselineCompared(),)
