"""Statistics: one test set for many models and whether anything is chosen by it; and rows that stay held out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, fraction, looked_at
from heldout.sources.repository.checks.leakage import LeakageCheck, flow, placed, report_of
from heldout.sources.repository.leakage import Leak
from heldout.sources.repository.leakage.choice import choice
from heldout.sources.repository.module import Module
from heldout.sources.repository.needs import package_folders, purpose
from heldout.sources.repository.reading import argument, says_something
from heldout.sources.repository.repository import Repository


@dataclass(frozen=True, slots=True)
class Shown:
    """Models that an example or a notebook compares."""

    finding: Finding


class MultiTestLeakage(LeakageCheck):
    """One test set judges many models

    What: The same held-out rows are used to compare several models or settings, with no further rows kept apart
    for the final score.

    Why: The best of many scores on one set is too good by chance alone: choosing is a kind of fitting.

    Example: Ten classifiers are fitted and each is scored on `X_test`, and the highest figure is the result; choose
    by cross-validation on the training rows and score the chosen one once.

    Limits: It speaks against only where the code chooses by these scores: the best is kept, the first of a sorted
    table taken, training stopped by them. A comparison without a choice in the code is told as what it is, with a
    question, and moves nothing: people choose by eye; not where the file has folds or validation rows to choose by. A
    library's examples and notebooks, which show what it does, are left out.
    """

    code = "LEK103"
    kind = "multi_test"
    severity = "medium"
    moves: ClassVar = {"statistics": Move(down=0.15, per_kloc=1.0)}
    why = "The best of many scores on one test set is too good by chance alone."
    mend = "Choose between models by cross-validation on the training rows; use the test rows once."
    ask = "Several models are compared on one test set here. How did you choose, and how sure is the final figure?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Report the comparisons; those of examples and notebooks wait until it is known what they are beside."""
        shows = module.part == "example" or module.notebook is not None
        for leak, _ in self.leaks(module):
            finding = self.judged(module, leak)
            if finding is not None:
                yield Shown(finding) if shows else finding

    def judged(self, module: Module, leak: Leak) -> Finding | None:
        """Against where something is chosen by the scores, else the fact and a question."""
        several = dict(leak.measured).get("models_judged", 2) > 1
        if leak.away or not leak.scores or not (several or leak.watched):
            return None
        said = placed(module, leak.message)
        if leak.stepwise:
            said = said.replace(*_OF_A_NETWORK)
        chosen = choice(module.tree, leak.scores) if several else 0
        stopped = _stop(module) if leak.watched and not several else 0
        if leak.stepwise and not (chosen and "test" in module.lines[chosen - 1].lower()):
            return None  # which rows a loop of one's own follows is told by nothing but the words of the choice
        if not chosen and not stopped:
            if _ELSEWHERE.search(module.text):
                return None
            return self.unknown(
                f"{said}; the code shows no choice by these scores.",
                *(module.location(line) for line in first(leak.scores, 3)),
            )
        where = module.location(chosen or stopped)
        place = f"cell {where.cell}, line {where.line}" if where.cell else f"line {where.line}"
        how = "the code chooses by these scores" if chosen else "they stop it or choose its state"
        return self.against(
            f"{said}, and {how} ({place}): the score of what was chosen is too good.",
            where,
            *(module.location(line) for line in first(leak.scores, 2)),
            flow=flow(module, leak),
            **dict(leak.measured),  # type: ignore[arg-type]  # names of numbers only
        )

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Beside a library, examples and notebooks that use it show what it does: nothing is chosen by them.

        A packaged project that trains by a program of its own, or is run in containers, is no such library.
        """
        training = set(repo.ml.training)
        trains = any(module.guarded and module.part == "code" and module.path in training for module in repo.scripts)
        own = frozenset[str]()
        if purpose(repo) == "library" and not trains and not repo.glob("dockerfile*", "*compose*.y*ml", "dvc.yaml"):
            own = frozenset(folder.rpartition("/")[2] for folder in package_folders(repo))
        demonstrates = {module.path for module in repo.modules if module.packages() & own}
        for noted in repo.notes(self):
            if isinstance(noted.note, Shown) and noted.path not in demonstrates:
                yield noted.note.finding


_OF_A_NETWORK = (
    "Models that are fitted in the rounds of a loop are judged on the same test rows",
    "A network is judged on the same test rows in the rounds of the loop that it learns in",
)
"""What is said of models, and of one network whose states are those of the rounds."""

_ELSEWHERE = re.compile(
    r"cross_val|KFold|SearchCV|optuna|(?<![A-Za-z])(val|valid|validation|dev)(?![a-z])", re.IGNORECASE
)
"""Words of other rows by which models are chosen: then a comparison on the test rows chooses nothing."""


class CleanSplit(Check):
    """Data are held out and stay held out

    What: Modules that split data, fit on one part and score on another, in which the data-flow analysis found no
    leak, not even a likely one; and those in which it could not tell.

    Why: Holding out correctly, all through a script, is the first skill of honest evaluation.

    Example: A pipeline cross-validated as a whole, with one final score on rows set aside before.

    Limits: No leak found is not none there: see the limits of the single checks.
    """

    code = "LEK110"
    moves: ClassVar = {"statistics": Move(up=0.5)}
    ml_only = True
    why = "Whoever keeps held-out rows apart all the way can be trusted with a score."

    def on_module(self, module: Module) -> Iterable[object]:
        """Note what the analysis recognised."""
        report = report_of(module)
        judged = report.held_scores > 0 and report.fits > 0
        if judged or report.undecided:
            line = report.undecided[0].line if report.undecided else 0
            why = report.undecided[0].why if report.undecided else ""
            yield (judged and report.splits > 0, any(_spoils(module, leak) for leak in report.leaks), line, why)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare the clean modules with all that hold out and evaluate."""
        judged = [noted for noted in repo.notes(self) if noted.note[0]]
        clean = [noted for noted in judged if not noted.note[1] and not noted.note[3]]
        doubtful = [noted for noted in repo.notes(self) if noted.note[3]]
        if clean:
            yield self.found(
                looked_at(len(clean), len(judged), "file", "keeps", "keep")
                + " the test rows apart from split to score, as far as the data can be followed.",
                *(repo.at(noted.path) for noted in first(clean, 3)),
                strength=fraction(len(clean), len(judged)),
                clean=len(clean),
                judged=len(judged),
            )
        if doubtful:
            yield self.unknown(
                f"In {len(doubtful)} file{'' if len(doubtful) == 1 else 's'} the data could not be followed to the end;"
                f" {doubtful[0].path}: {doubtful[0].note[3]}.",
                *(repo.at(noted.path, noted.note[2]) for noted in first(doubtful, 3)),
                files=len(doubtful),
            )


def _stop(module: Module) -> int:
    """The line where training is stopped, or its best state kept, by what is watched; 0 where nothing is."""
    for word in ("early_stopping_rounds", "save_best_only", "use_best_model", "restore_best_weights"):
        for call in module.keyworded.get(word, ()):
            if says_something(argument(call, word)) and not _OWN_LOSS.search(ast.unparse(call)[:400]):
                return call.lineno
    for word in ("EarlyStopping", "early_stopping"):
        for call in module.called.get(word, ()):
            if not _OWN_LOSS.search(ast.unparse(call)[:400]):
                return call.lineno
    return 0


_OWN_LOSS = re.compile(r"['\"](?!val)(\w+_)?(loss|acc|accuracy)['\"]|['\"]train_\w+['\"]")
"""What is watched of the training rows themselves."""


def _spoils(module: Module, leak: Leak) -> bool:
    """Whether a leak, told or not, forbids to praise; a comparison by which nothing is chosen does not."""
    if leak.kind != "multi_test":
        return True
    return bool(choice(module.tree, leak.scores) or (leak.watched and _stop(module)))


CHECKS: tuple[Check, ...] = (MultiTestLeakage(), CleanSplit())
