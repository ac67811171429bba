"""Business goal, as far as code and texts honestly show it: only findings for the subject."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, ramp
from heldout.sources.repository.checks.practice import plural
from heldout.sources.repository.documents import documents, told
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import called_name
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import walk

_MONEY = re.compile(
    r"(^|_)(profit|revenue|margin|benefit|payoff|expected_(value|cost|profit|loss)|cost_?matrix|cost_(fp|fn"
    r"|tp|tn|false|per)\w*"
    r"|(fp|fn|false_positive|false_negative)_cost|savings?|net_value|business_(value|cost|metric)\w*"
    r"|misclassification_cost|uplift|roi)(_|$)"
)
_CONFUSION = re.compile(r"(^|_)(tp|fp|fn|tn|confusion\w*|y_pred|y_prob\w*|preds?|proba\w*|predictions?)(_|$)")
_TRAINED_COST = re.compile(r"take_profit|cost_function|loss_fn|compute_cost|total_cost|train_cost|sigmoid_cross")


class ValueInCode(Check):
    """Value counted in code

    What: Code that puts costs or gains on right and wrong predictions, or computes profit, savings or uplift
    from predictions.

    Why: A model is worth what its decisions change; a score says little about that until somebody has written
    down what each mistake costs.

    Example: `profit = tp * gain - fp * contact_cost` over thresholds, or an uplift curve, speak for.

    Limits: Recognised by names in code that also handles predictions or thresholds; a cost function that is
    only minimised in training does not count.
    """

    code = "BUS101"
    moves: ClassVar = {"business": Move(up=0.6)}
    ml_only = True
    why = "Whoever counts what a mistake costs has thought of those who use the model."
    parts = ("code", "example")

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note arithmetic on money that involves predictions, in one statement or function."""
        if not re.search(r"profit|cost|revenue|benefit|payoff|saving|uplift|expected_value", module.text):
            return
        for target, value, line in _valued(module):
            names = {part.id for part in walk(value) if isinstance(part, ast.Name)}
            names |= {part.attr for part in walk(value) if isinstance(part, ast.Attribute)}
            names |= {
                str(p.value)
                for p in walk(value)
                if isinstance(p, ast.Constant) and isinstance(p.value, str) and len(p.value) < 40
            }
            money = _MONEY.search(target.lower()) or any(_MONEY.search(name.lower()) for name in names)
            counted = any(_CONFUSION.search(name.lower()) for name in names)
            if money and counted and not _TRAINED_COST.search(target.lower()):
                yield line
                return

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Report the places."""
        found = repo.notes(self)
        if found:
            yield self.found(
                f"Costs or gains are counted from predictions in at least {plural(len(found), 'file')}.",
                *(repo.at(n.path, n.note) for n in first(found, 3)),
                strength=ramp(len(found), 0, 2),
                ask="Where did the figures for costs and gains come from? What if they were half as large?",
                files=len(found),
            )


def _valued(module: Module) -> Iterator[tuple[str, ast.expr, int]]:
    """(name, arithmetic, line) of assignments and returns whose value is arithmetic."""
    for node in module.nodes(ast.Assign):
        target = node.targets[0]
        name = target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""
        if name and _arithmetic(node.value):
            yield name, node.value, node.lineno
    for back in module.nodes(ast.Return):
        function = module.function_of(back) if back.value is not None else None
        if back.value is not None and function is not None and _arithmetic(back.value):
            yield function.name, back.value, back.lineno


def _arithmetic(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and called_name(node) in ("sum", "mean", "float", "round"):
        return any(_arithmetic(a) for a in node.args) or (
            isinstance(node.func, ast.Attribute) and _arithmetic(node.func.value)
        )
    return isinstance(node, ast.BinOp) and any(
        isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult | ast.Sub)
        for part in (node, node.left, node.right)
    )


_CURVES = ("precision_recall_curve", "roc_curve")
_COLOUR = re.compile(r"\.max\(\)( \+ \w+\.min\(\)\))? / 2")
"""Above half of the largest cell, the numbers of a drawn confusion matrix are white."""
_CHOOSES = frozenset({"argmax", "argmin", "idxmax", "idxmin", "max", "min", "searchsorted"})


class ChosenThreshold(Check):
    """A decision threshold that was chosen

    What: Code that searches the threshold at which a score becomes a decision, on a curve or by a loop, instead
    of taking 0.5.

    Why: Where to draw the line is the decision that users feel: it follows from what the two mistakes cost, not
    from the library.

    Example: `best = thresholds[np.argmax(f1)]` after `precision_recall_curve`, or `TunedThresholdClassifierCV`,
    speak for.

    Limits: Whether the data on which it was chosen were held out is looked at by the checks of statistics. A
    curve that is only plotted does not count.
    """

    code = "BUS102"
    moves: ClassVar = {"business": Move(up=0.4), "statistics": Move(up=0.15)}
    ml_only = True
    why = "A threshold that was chosen shows thought for the two kinds of mistakes."
    parts = ("code", "example")

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note a threshold taken by a search."""
        tuned = module.called.get("TunedThresholdClassifierCV")
        if tuned:
            yield tuned[0].lineno
            return
        if "thresh" not in module.text and "cutoff" not in module.text:
            return
        curves = any(module.called.get(name) for name in _CURVES)
        for node in module.nodes(ast.Assign):
            target = ast.unparse(node.targets[0])[:60].lower()
            if not re.search(r"thresh|cut_?off", target):
                continue
            if _COLOUR.search(ast.unparse(node.value)[:200]):
                continue
            chosen = [p for p in walk(node.value) if isinstance(p, ast.Call) and called_name(p) in _CHOOSES]
            indexed = isinstance(node.value, ast.Subscript) and re.search(
                r"thresh|cut_?off", ast.unparse(node.value.value)[:60].lower()
            )
            best = re.search(r"best|opt|chosen|final", target)
            if (curves and (chosen or indexed)) or (best and indexed and chosen):
                yield node.lineno
                return

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Report the places."""
        found = repo.notes(self)
        if found:
            yield self.found(
                f"The threshold of a decision is searched for in at least {plural(len(found), 'file')}.",
                *(repo.at(n.path, n.note) for n in first(found, 3)),
                strength=0.9,
                ask="Why is this the right threshold for the people who act on it?",
                files=len(found),
            )


_GOAL = re.compile(
    r"business (problem|goal|case|objective|value|impact|understanding|context|question)|problem (statement"
    r"|definition)"
    r"|stakeholders?|success (criteria|metrics?|criterion)|who (is this|uses)|acceptance criteria|motivation"
    r"|intended (use|users|audience)",
    re.IGNORECASE,
)
_ACTOR = re.compile(
    r"\b(customers?|clients?|patients?|doctors?|clinicians?|analysts?|managers?|users?|compan(y|ies)"
    r"|operators?|engineers?|researchers?|teams?"
    r"|buyers?|sellers?|drivers?|students?|teachers?|farmers?|banks?|hospitals?|agents?|players?|moderators?"
    r"|journalists?)\b",
    re.IGNORECASE,
)
_ACT = re.compile(
    r"\b(so that|in order to|decid\w+|decision|reduc\w+|prevent\w*|sav(e|es|ing)|prioriti\w+|targets?|cost\w*"
    r"|revenue|help\w*|avoid\w*|approv\w+"
    r"|retain|retention|churn|fraud|savings?|time|money)\b",
    re.IGNORECASE,
)
_STRONG = re.compile(r"success|acceptance|stakeholder|business|who ", re.IGNORECASE)


class StatedGoal(Check):
    """A goal and its users, stated

    What: A section of the README or a report about the problem, the business goal, the users or the criterion
    of success that names somebody who acts, and to what end.

    Why: A metric that changes nobody's decision earns nothing; naming the decision is the first step.

    Example: "Business problem: the retention team calls 500 customers a week; we rank those who are likely to
    leave" speaks for.

    Limits: Recognised by English headings and wording in Markdown, reStructuredText and notebooks' texts are
    not read. A stated goal is not a reached one.
    """

    code = "BUS103"
    moves: ClassVar = {"business": Move(up=0.45)}
    ml_only = True
    why = "Whoever names the decision that a model serves can tell when it is not worth building."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for sections that name who acts and why."""
        told_of = [(path, s) for path, s in told(repo, _GOAL, 25) if _said_first(s.title)]
        found = [(path, s) for path, s in told_of if _ACTOR.search(s.body) and _ACT.search(s.body)]
        if found:
            strong = any(_STRONG.search(s.title) for _, s in found)
            yield self.found(
                f"The texts say whom it serves and to what end: “{found[0][1].title[:60]}”.",
                *(repo.at(path, s.line) for path, s in first(found, 3)),
                strength=1.0 if strong and len(found) > 1 else 0.8 if strong else 0.5,
                ask="Who would notice if this model were switched off, and what would it cost them?",
                sections=len(found),
            )


def _said_first(title: str) -> bool:
    """Whether a heading begins with the words of a goal, or with two others at most; else it is about another thing."""
    match = _GOAL.search(title)
    return match is not None and len(re.findall(r"[^\W\d_]+", title[: match.start()])) <= 2


_MEASURED = re.compile(
    r"(\bA/B[- ]test\w*[^.\n]{0,160}?\d[\d.,]* ?(%|percent|points?|pp\b|[$€£])"
    r"|\d[\d.,]* ?(%|percent|points?|pp\b)[^.\n]{0,80}?\bA/B[- ]test"
    r"|\bsaved? [^.\n]{0,40}?[$€£]\s?\d|[$€£]\s?\d[\d,.]*\s?(k|m|million"
    r"|thousand)?\b[^.\n]{0,40}?\b(sav(ed|es|ings?)|net (profit|benefit)|gain(ed|s)?|avoided"
    r"|(extra|additional|more) (profit|revenue))"
    r"|\b(reduc|increas|cut|improv)\w* [^.\n]{0,60}?\b(cost|revenue|profit|churn|hours"
    r"|conversion)\w*\b[^.\n]{0,30}?\bby \d)",
    re.IGNORECASE,
)


_NOT_YET = re.compile(
    r"expect|project(ed|ion)|estimat|hard-?cod|mock|fake|placeholder|simulat|target\b|goal\b|assum|could|would|potential"
    r"|success rate|[<>≥≤]\s?\d"
    r"|complet|implement|\bsplit\b|traffic|progress|\bdone\b|✅|coverage|passed"
    r"|scenario|hypothe|if we|up to|example|industry|typically|studies|according to|at risk|esperad|estimad|potencial",
    re.IGNORECASE,
)
"""Words of what is hoped for, made up or somebody else's."""


class MeasuredValue(Check):
    """Value measured in the unit of the business

    What: A statement with a figure in a README or report: money or hours saved, a conversion or cost changed by
    so much, an A/B test.

    Why: What was measured after the fact is the difference between a model and its use.

    Example: "In the A/B test the new ranking raised conversion by 1.2 ± 0.4 points" speaks for.

    Limits: The figure is the author's own; ask how it was measured. Prices and costs of hardware are left out
    where the wording tells.
    """

    code = "BUS104"
    moves: ClassVar = {"business": Move(up=0.4)}
    ml_only = True
    why = "A result in money, hours or cases can be weighed against what the work cost."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for figures in the texts."""
        for text in documents(repo)[:30]:
            if re.search(r"change|history|contribut|code_of_conduct|licen[cs]e", text.path, re.IGNORECASE):
                continue
            for number, line in enumerate(text.lines[:4000], start=1):
                match = _MEASURED.search(line[:1000])
                if match and re.search(r"\d", line) and not _NOT_YET.search(line[:1000]):
                    yield self.found(
                        f"A text states a measured effect: “{line.strip()[:140]}”.",
                        text.location(number),
                        strength=0.8,
                        ask="How was this effect measured, and against what?",
                    )
                    return


CHECKS: tuple[Check, ...] = (ValueInCode(), ChosenThreshold(), StatedGoal(), MeasuredValue())
