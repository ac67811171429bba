"""Statistics: how sure a result is, and whether luck was taken for skill."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from heldout.evidence import Finding, Location
from heldout.sources.repository.checks.base import Check, Move
from heldout.sources.repository.checks.practice import Practice
from heldout.sources.repository.checks.statistics import is_metric, is_package
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import called_name, constant, loop_of, names_in, target_names
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import does_something, walk

_SCORES = re.compile(
    r"(^|_)(accs?|accurac(y|ies)|aucs?|f1s?|rmses?|mses?|maes?|metrics?)(_|$)|(^|_)(auc|f1|rmse|mse|mae)[a-z]*s(_|$)"
    r"|(^|_)(cv|kfold|folds?)(_|$)|^(all|mean|cv|test|val|valid|validation|train|oof|model|best|final|seed|run)_?scores?"
    r"|^scores(_list|_mean|_all)?$",
    re.IGNORECASE,
)
"""Names of scores of models; the scores of single rows have other names beside the word."""
_OF_MODELS = re.compile(
    r"accurac|(?<![a-z])(auc|f1|rmse|mae|mse|cv|acc|map|ndcg|r2)(?![a-z])|scores?(?![a-z])|metric|fold|precision|recall"
    r"|predict|model|estimator|seed",
    re.IGNORECASE,
)
"""Words of code about models and how well they do: an interval of anything else is none of a result."""
_REPEATS = re.compile(r"cross_val|fold|n_splits|seeds|seed_|\bfor seed\b|n_runs|bootstrap", re.IGNORECASE)
"""Words of code that scores a model more than once."""
_NUMBER = re.compile(
    r"\b(accuracy|auc|f1|rmse|mae|map|mrr|bleu|recall|precision|dice|miou)\b[^\n]{0,60}?"
    r"\b(0\.\d{2,}|\d{2}\.\d+ ?%?|\d{2} ?%)",
    re.IGNORECASE,
)
_STD = r"(std\.? ?dev\w*|standard (deviation|error)s?)"
_OF_SCORES = r"(folds?|seeds?|runs?|trials?|repetitions|accurac(y|ies)|scores?|auc|f1|rmse|mae|cv)"
_SPREAD = re.compile(
    r"\d[%)$\s]{0,3}(±|\+/?-|\\pm)[\s$\\]{0,3}[\d.]"
    r"|\b(mean|average|avg|accuracy|auc|f1|rmse|mae|scores?)\W{1,3}(±|\+/?-|\\pm)"
    r"|95 ?% ?(ci|confidence)|confidence interval"
    rf"|{_STD}\b[^.\n]{{0,40}}\b{_OF_SCORES}\b|\b{_OF_SCORES}\b[^.\n]{{0,60}}\b{_STD}",
    re.IGNORECASE,
)
"""A spread of results; the standard deviation of anything else is no such thing."""


class Uncertainty(Practice):
    """Results say how sure they are

    What: Intervals, bootstrap, or the spread of a score over folds or seeds, in code or README. Against: scores in the
    README, and nothing of the kind anywhere.

    Why: A difference smaller than the noise is no progress; without the noise nobody can tell.

    Example: `print(scores.mean(), scores.std())` after cross-validation and "0.81 ± 0.02" in the README speak for.

    Limits: A spread under another name is missed. Published benchmarks often give single numbers; the finding
    against is therefore a small one, and packages for others to build on are not blamed.
    """

    code = "STA106"
    ml_only = True
    moves: ClassVar = {"statistics": Move(up=0.4, down=0.15)}
    why = "A score without its error cannot be compared with another."
    mend = "Give the main result with its spread over folds or seeds, or a bootstrap interval."
    ask = "If you trained this again with another seed and another split, how far would the score move?"
    sentence = "Results are given with their spread"
    counted = False
    kinds: ClassVar = {
        "bootstrap": ("scipy:bootstrap", "sklearn:resample", "arch:IIDBootstrap"),
        "intervals": (
            "statsmodels:proportion_confint|DescrStatsW",
            "scipy:sem|t.interval",
            "mlxtend:paired_ttest_5x2cv",
        ),
        "spread of a score over folds or runs": (),
    }

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """Whether rows are drawn again for intervals, and not to have more of a class."""
        if kind == "intervals":
            around = module.lines[max(call.lineno - 6, 0) : call.lineno + 5]
            function = module.function_of(call)
            return _OF_MODELS.search(_text(module, function) if function is not None else "\n".join(around)) is not None
        if called_name(call) != "resample":
            return True
        function = module.function_of(call)
        text = _text(module, function) if function is not None else module.text
        return re.search(r"percentile|quantile", text) is not None and "upsampl" not in text.lower()

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Standard deviations of scores, intervals of scipy's distributions, and bootstraps of one's own."""
        for call in module.called.get("std", ()):
            shown = call.func.value if isinstance(call.func, ast.Attribute) else None
            if module.resolve(call.func) is not None:
                shown = call.args[0] if call.args else None
            named = shown.id if isinstance(shown, ast.Name) else shown.attr if isinstance(shown, ast.Attribute) else ""
            if isinstance(shown, ast.Subscript) and isinstance(shown.slice, ast.Constant):
                named = str(shown.slice.value)
            if named and _SCORES.search(named) and "class" not in named.lower() and _REPEATS.search(module.text):
                yield "spread of a score over folds or runs", call.lineno
        for call in module.called.get("interval", ()):
            if (module.resolve(call.func) or "").startswith("scipy.stats.") and self.counts(module, "intervals", call):
                yield "intervals", call.lineno
        for function, facts in module.functions:
            low = facts.name.lower()
            if not does_something(function):
                continue
            if "bootstrap" in low and "percentile" in _text(module, function):
                yield "bootstrap", facts.line
            elif "confidence_interval" in low and "calibrat" not in low and _OF_MODELS.search(_text(module, function)):
                yield "intervals", facts.line

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """What the code computes, what the README says, and numbers that stand alone."""
        more: dict[str, Location] = {}
        spread = _line_with(repo, _SPREAD)
        if spread is not None and _has_numbers(repo, spread):
            more["spread given in the README"] = spread
        found = list(self.praise(repo, more))
        alone = None if found or is_package(repo) else _line_with(repo, _NUMBER)
        if alone is not None and repo.ml.training:
            yield self.against("The README states scores, and nothing tells how far they vary.", alone)
        yield from found


def _has_numbers(repo: Repository, place: Location) -> bool:
    """Whether a decimal number stands in a line or in one of the few after it: a spread that is given, not demanded."""
    lines = repo.readme.lines if repo.readme is not None else []
    start = place.line or 1
    near = (line[:1000] for line in lines[start - 1 : start + 8])
    return any(re.search(r"\d\.\d", line) for line in near if not _FORMULA.search(line))


_FORMULA = re.compile(r"\\(frac|sqrt|cdot|times|text|sum|bar|hat)\b|_\{")
"""Marks of a formula, whose numbers are those of the rule and not of a result."""


class BestOfSeeds(Check):
    """The best of several seeds is kept

    What: A loop over seeds or random states that scores each run on held-out data and keeps the best.

    Why: The best of twenty lucky draws is not a model, it is luck: the same number will not come again.

    Example: `for seed in range(100): ... if acc > best: best = acc` with the test data speaks against; collecting the
    scores and giving mean and spread does not.

    Limits: Only loops whose variable is plainly a seed are looked at, and choices on data named as validation are left
    alone.
    """

    code = "STA107"
    ml_only = True
    severity = "high"
    moves: ClassVar = {"statistics": Move(down=0.3)}
    why = "Choosing the luckiest seed on the test data promises what new data will not give."
    mend = "Fix the seeds beforehand and give the mean and the spread over them."
    ask = "How did the other seeds do, and which number would you promise to a client?"

    def on_module(self, module: Module) -> Iterable[Finding]:
        """Look at every loop over seeds."""
        judges = "score" in module.called or any(is_metric(name) for _, name in module.calls)
        if not judges or ("seed" not in module.text and "random_state" not in module.text):
            return
        for loop in module.nodes(ast.For):
            names = target_names(loop.target)
            seeded = self._seeds(module, loop, names)
            scored = [c for c in _calls_in(loop) if called_name(c) == "score" or is_metric(module.resolve(c.func))]
            if not seeded or not scored or any(_mentions_validation(c) for c in scored):
                continue
            kept = next((n for n in walk(loop) if isinstance(n, ast.If) and _keeps_best(n)), None)
            if kept is not None:
                seed = min(names)
                yield self.against(
                    f"The loop over `{seed}` scores each run and keeps the best one.",
                    module.location(loop, loop.lineno),
                    module.location(kept, kept.lineno),
                )

    @staticmethod
    def _seeds(module: Module, loop: ast.For, names: frozenset[str]) -> bool:
        for call in _calls_in(loop):
            for keyword in call.keywords:
                if keyword.arg in ("random_state", "seed") and _is_one_of(keyword.value, names):
                    return True
            if called_name(call) in _SEEDING and any(_is_one_of(a, names) for a in call.args):
                return True
        return False


_SEEDING = frozenset({"seed", "manual_seed", "set_seed", "set_random_seed", "seed_everything"})


def _is_one_of(node: ast.expr, names: frozenset[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _keeps_best(node: ast.If) -> bool:
    test = node.test
    if not (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.Gt | ast.Lt | ast.GtE | ast.LtE)
    ):
        return False
    compared = {n for n in names_in(test) if re.search(r"best|max|min|top", n, re.IGNORECASE)}
    stored = {n for s in node.body if isinstance(s, ast.Assign) for t in s.targets for n in target_names(t)}
    return bool(compared & stored)


def _mentions_validation(call: ast.Call) -> bool:
    return any(re.search(r"val|dev|cv|train|fold", name, re.IGNORECASE) for a in call.args for name in names_in(a))


def _calls_in(node: ast.AST) -> Iterator[ast.Call]:
    return (part for part in walk(node) if isinstance(part, ast.Call))


_TESTS = (
    "ttest_ind",
    "ttest_rel",
    "ttest_1samp",
    "mannwhitneyu",
    "wilcoxon",
    "f_oneway",
    "kruskal",
    "chi2_contingency",
    "fisher_exact",
    "pearsonr",
    "spearmanr",
)


class HypothesisTests(Practice):
    """Hypothesis tests, used with understanding

    What: Statistical tests in the code, corrections for many of them, and reckoning of power or effect size. Against:
    many tests in a loop, each held against the same threshold, with no correction.

    Why: A test tells a difference from noise; of a hundred tests at 5 %, five find what is not there.

    Example: `wilcoxon(ours, theirs)` and `multipletests(p)` speak for;
    `for c in columns: if ttest_ind(a[c], b[c]).pvalue < 0.05` speaks against.

    Limits: Whether a test's assumptions hold is not seen.
    """

    code = "STA108"
    moves: ClassVar = {"statistics": Move(up=0.2, down=0.15)}
    ml_only = True
    why = "Tests tell a difference from noise when they are counted and corrected."
    mend = "Correct for the number of tests (Holm, Benjamini-Hochberg), or name one hypothesis beforehand."
    ask = "How many of these tests would come out significant if nothing were there?"
    sentence = "Statistical tests"
    counted = False
    kinds: ClassVar = {
        "of differences": (
            "scipy:ttest_ind|ttest_rel|ttest_1samp|mannwhitneyu|wilcoxon|f_oneway|kruskal|friedmanchisquare|ks_2samp",
        ),
        "of association": ("scipy:chi2_contingency|fisher_exact|kendalltau|chisquare",),
        "of assumptions (normality, stationarity, equal variance)": (
            "scipy:shapiro|normaltest|levene|bartlett|anderson",
            "statsmodels:adfuller|kpss|acorr_ljungbox|het_breuschpagan",
        ),
        "corrected for their number": (
            "statsmodels:multipletests|fdrcorrection|pairwise_tukeyhsd",
            "scipy:false_discovery_control",
            "scikit_posthocs:posthoc_nemenyi_friedman",
        ),
        "power or effect size": ("statsmodels:TTestIndPower|NormalIndPower", "pingouin:compute_effsize"),
    }

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """Whether more is kept than the statistic, which is a feature and no test."""
        around = module.parent(call)
        return not (isinstance(around, ast.Subscript) and constant(around.slice) == 0)

    _corrected = re.compile(r"multipletests|bonferroni|fdr|false_discovery|holm|benjamini|tukey|nemenyi", re.IGNORECASE)

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Tests in use, and loops of tests that nobody corrects."""
        yield from super().on_module(module)
        if "scipy" not in module.text or self._corrected.search(module.text):
            return
        for name in _TESTS:
            for call in module.called.get(name, ()):
                loop = loop_of(module, call)
                named = (module.resolve(call.func) or "").startswith("scipy.")
                if named and loop is not None and _threshold(module, call, loop):
                    yield self.against(
                        f"`{name}` runs in a loop and each result is held against the same threshold; nothing corrects"
                        " for the number of tests.",
                        module.location(call),
                    )
                    return


def _threshold(module: Module, call: ast.Call, loop: ast.AST) -> bool:
    """Whether what the test gives is held against a usual threshold in the loop."""
    stored = next((n for n in module.parents(call) if isinstance(n, ast.Assign)), None)
    names = {n for t in stored.targets for n in target_names(t)} if stored is not None else set()
    return any(
        isinstance(part, ast.Compare)
        and isinstance(part.comparators[0], ast.Constant)
        and part.comparators[0].value in (0.05, 0.01, 0.001, 0.1)
        and isinstance(part.ops[0], ast.Lt | ast.LtE)
        and (names & set(names_in(part.left)) or any(inner is call for inner in walk(part.left)))
        for part in walk(loop)
    )


class Probabilistic(Practice):
    """Probabilities are modelled and checked

    What: Calibration that is measured or mended, probabilistic models, predictive intervals, and the uncertainty of
    single predictions.

    Why: Decisions weigh probabilities; a model that says 90 % has to be right nine times in ten.

    Example: `calibration_curve`, a PyMC model, quantile regression and Monte Carlo dropout speak for.

    Limits: Policies in reinforcement learning draw from distributions too and do not count. Whether a model is
    adequate is not seen.
    """

    code = "STA109"
    ml_only = True
    moves: ClassVar = {"statistics": Move(up=0.4)}
    why = "Uncertain data call for models that say how uncertain they are."
    sentence = "Probabilities are modelled or checked"
    counted = False
    kinds: ClassVar = {
        "calibration or Brier score": (
            "sklearn:calibration_curve|CalibratedClassifierCV|brier_score_loss",
            "sklearn:CalibrationDisplay.from_estimator",
        ),
        "probabilistic models": (
            "pymc:Model",
            "pymc3:Model",
            "pyro:sample",
            "numpyro:sample",
            "pystan:StanModel",
            "cmdstanpy:CmdStanModel",
            "sklearn:GaussianProcessRegressor|GaussianProcessClassifier|GaussianMixture",
            "sklearn:BayesianGaussianMixture|BayesianRidge",
            "<gpytorch:ExactGP|ApproximateGP",
            "hmmlearn:GaussianHMM",
            "edward:Normal",
        ),
        "predictive intervals": (
            "mapie:MapieRegressor",
            "ngboost:NGBRegressor",
            "sklearn:QuantileRegressor",
            ".conf_int",
        ),
        "uncertainty of single predictions": (),
    }
    _defined = re.compile(
        r"mc_?dropout|monte_carlo_dropout|predictive_(variance|uncertainty|entropy)|epistemic|aleatoric", re.I
    )
    _calibration = re.compile(
        r"calibration_error|(^|_)ece(_|$)|(fit|find|learn|optimi[sz]e)_temperature|reliability_diagram", re.IGNORECASE
    )

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Calibration and predictive uncertainty of one's own, and distributions fitted by TensorFlow Probability."""
        for function, facts in module.functions:
            if not does_something(function):
                continue
            if self._calibration.search(facts.name):
                yield "calibration or Brier score", facts.line
            elif self._defined.search(facts.name):
                yield "uncertainty of single predictions", facts.line
        for call, name in module.calls:
            if name.startswith(("tensorflow_probability.layers.", "tensorflow_probability.mcmc.")):
                yield "probabilistic models", call.lineno


def _text(module: Module, function: ast.AST) -> str:
    return "\n".join(module.lines[getattr(function, "lineno", 1) - 1 : getattr(function, "end_lineno", 1)])


_ADDRESS = re.compile(r"\]\([^)]{0,500}\)|\bhttps?://\S+|<img[^>]{0,500}>")
"""Addresses of links, pictures and badges, whose numbers are no results."""


def _line_with(repo: Repository, pattern: re.Pattern[str]) -> Location | None:
    """The first line of the README that matches."""
    if repo.readme is None:
        return None
    fenced = False
    for number, line in enumerate(repo.readme.lines[:3000], start=1):
        fenced ^= line.lstrip().startswith("```")  # code shows how to call, not what came out
        if not fenced and pattern.search(_ADDRESS.sub(" ", line[:1000])):
            return repo.readme.location(number)
    return None


CHECKS: tuple[Check, ...] = (Uncertainty(), BestOfSeeds(), HypothesisTests(), Probabilistic())
