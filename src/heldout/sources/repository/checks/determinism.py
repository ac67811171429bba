"""Reproducibility: randomness under control."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Any, ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, fraction, ramp
from heldout.sources.repository.module import Module
from heldout.sources.repository.needs import purpose
from heldout.sources.repository.reading import called_name
from heldout.sources.repository.repository import Repository
from heldout.wording import listed

_DRAWS = {
    "Python's random": re.compile(
        r"random\.(random|randint|randrange|choices?|shuffle|sample|uniform|gauss|normalvariate|betavariate)"
    ),
    "NumPy": re.compile(
        r"numpy\.random\.(rand|randn|randint|random|random_sample|choice|shuffle|permutation|normal|uniform|binomial"
        r"|multivariate_normal|poisson|beta|gamma|exponential|standard_normal|multinomial|dirichlet|laplace)"
    ),
    "PyTorch": re.compile(
        r"torch\.(rand|randn|randint|randperm|rand_like|randn_like|normal|bernoulli|multinomial)"
        r"|torch\.utils\.data\.(random_split|RandomSampler|SubsetRandomSampler|WeightedRandomSampler)"
        r"|torch\.nn\.init\.\w+"
    ),
    "TensorFlow": re.compile(
        r"tensorflow\.(random|compat\.v1\.random|keras\.initializers)\.(?!set_)\w+|tensorflow\.(random_\w+|truncated_normal"
        r"|random_shuffle)|(tensorflow\.)?keras\.(models\.)?(Sequential|Model)|tensorflow\.layers\.\w+"
    ),
}
"""Library -> dotted names of its calls that draw from its global generator."""

_SEEDS = {
    "Python's random": re.compile(r"random\.(seed|Random)"),
    "NumPy": re.compile(
        r"numpy\.random\.(seed|RandomState|default_rng|SeedSequence|Generator|PCG64|MT19937)|sklearn\.utils\.check_random_state"
    ),
    "PyTorch": re.compile(r"torch\.(cuda\.|random\.|mps\.)?(manual_seed(_all)?)|torch\.random\.manual_seed"),
    "TensorFlow": re.compile(
        r"tensorflow\.(compat\.v1\.)?(set_random_seed|random\.set_seed|random\.set_random_seed|keras\.utils\.set_random_seed)"
        r"|keras\.utils\.set_random_seed|tensorflow\.random\.Generator\.\w+"
    ),
}
_SEEDS_ALL = re.compile(
    r"(pytorch_lightning|lightning(\.pytorch|\.fabric)?)\.(utilities\.seed\.)?seed_everything|transformers\.(trainer_utils\.)?set_seed"
    r"|accelerate\.utils\.set_seed|(tensorflow\.)?keras\.utils\.set_random_seed|fastai\.[\w.]*set_seed"
    r"|monai\.utils\.set_determinism|mmcv\.runner\.set_random_seed|mmengine\.runner\.set_random_seed"
    r"|allennlp\.common\.util\.prepare_environment|ignite\.utils\.manual_seed|stable_baselines\d?\.common\.[\w.]*set_\w*seeds?"
    r"|pycaret\.\w+\.setup|tensorpack\.utils\.utils\.fix_rng_seed|detectron2\.utils\.env\.seed_all_rng"
)


_NUMERIC = frozenset(
    {
        "numpy",
        "pandas",
        "polars",
        "scipy",
        "torch",
        "tensorflow",
        "keras",
        "sklearn",
        "jax",
        "xgboost",
        "lightgbm",
        "cv2",
    }
    | {"datasets", "transformers", "gym", "gymnasium", "stable_baselines3", "pytorch_lightning", "lightning", "PIL"}
)
"""Packages of work with data: without any of them, a module's chance bears on no data."""

_SHOWN = re.compile(
    r"(^|/)[^/]*(demo|visuali[sz]|plot|gui|app|infer|serv|locust|load_?test|traffic|simulat|daemon|generate_(load|requests)"
    r"|client|producer|api|scrap|crawl|bot|retry|download|fake|mock|seed_|populate)[^/]*(/[^/]+)?\.py$",
    re.IGNORECASE,
)
"""Programs in which chance picks what is shown or asked, and trains nothing."""

_MENTIONS = re.compile(r"rand|seed|torch|keras|tensorflow")


@dataclass(frozen=True, slots=True)
class Randomness:
    """What one module draws and seeds: library -> first line (over the joined cells of a notebook)."""

    draws: dict[str, int]
    seeds: dict[str, int]
    trained: dict[str, int]
    """The first step of a training, with weights whose start is drawn somewhere else."""

    @property
    def chance(self) -> dict[str, int]:
        """What depends on chance here: draws, and trainings."""
        return self.trained | self.draws


class Seeds(Check):
    """Randomness is seeded

    What: For each library from whose global generator the code draws (random, NumPy, PyTorch, TensorFlow), whether the
    repository seeds that generator, or passes seeded generators about.

    Why: Unseeded, a difference between two runs may be the change or may be luck.

    Example: A training script that shuffles with `np.random.permutation` and calls `torch.manual_seed(args.seed)` only:
    NumPy is reported. A helper that seeds all three speaks for.

    Limits: Libraries are not asked to seed: that is for who runs them. `seed(None)` is no seed. JAX has no global
    generator and is left out. Whether the seed comes early enough is not told.
    """

    code = "REP201"
    moves: ClassVar = {"reproducibility": Move(up=0.3, down=0.25)}
    severity = "medium"
    ml_only = True
    why = "Without a seed nobody can tell whether two results differ by a change or by chance."
    mend = "Seed every generator that is used, in one place, with a value from the settings."
    ask = "How far do your results move when you train again with another seed?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note draws and seeds."""
        if not _MENTIONS.search(module.text):
            return
        draws: dict[str, int] = {}
        seeds: dict[str, int] = {}
        shows = {module.scope_of(call) for call, name in module.method_calls if name in _SHOWS}
        shows |= {module.scope_of(call) for call, name in module.calls if name.rpartition(".")[2] in _SHOWS}
        for call, name in module.calls:
            if _waits(module, call) or (_ONE.search(name) and (module.scope_of(call) in shows or _names(module, call))):
                continue  # how long to wait, or one that is drawn to be looked at, or to name a thing
            for library, pattern in _DRAWS.items():
                if pattern.fullmatch(name) or (library == "PyTorch" and _shuffles(call, name)):
                    draws.setdefault(library, call.lineno)
                if _SEEDS_ALL.fullmatch(name) or (_SEEDS[library].fullmatch(name) and _given(call)):
                    seeds.setdefault(library, call.lineno)
        tops = {imported.partition(".")[0] for imported in module.imports}
        if not tops & _NUMERIC or _SHOWN.search(module.path):
            draws.pop("Python's random", None)  # a greeting or a port that is chosen by chance changes no result
        trained: dict[str, int] = {}
        uses_torch = any(imported.partition(".")[0] == "torch" for imported in module.imports)
        for call, name in module.method_calls:
            if name == "manual_seed" and _given(call):
                seeds.setdefault("PyTorch", call.lineno)
            elif name == "backward" and uses_torch and not _own_method(call):
                trained.setdefault("PyTorch", call.lineno)
        if draws or seeds or trained:
            yield Randomness(draws, seeds, trained)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare what is drawn with what is seeded."""
        # Where something is trained is the place to look; a model file's trial run draws as well.
        training = set(repo.ml.training)
        notes = sorted(repo.notes(self), key=lambda noted: noted.path not in training)
        drawn: dict[str, tuple[str, int]] = {}
        seeded: dict[str, tuple[str, int]] = {}
        trained: dict[str, tuple[str, int]] = {}
        for noted in notes:
            for library, line in noted.note.draws.items():
                drawn.setdefault(library, (noted.path, line))
            for library, line in noted.note.trained.items():
                trained.setdefault(library, (noted.path, line))
            for library, line in noted.note.seeds.items():
                seeded.setdefault(library, (noted.path, line))
        only_trained = trained.keys() - drawn.keys()
        drawn = trained | drawn
        if not drawn or not repo.ml.training:
            return
        # What a notebook seeds, it seeds for itself.
        own = {(n.path, library) for n in notes for library in n.note.seeds}
        apart = {
            library
            for n in notes
            for library in n.note.chance
            if all(path.endswith(".ipynb") for path, seeds in own if seeds == library) and (n.path, library) not in own
        }
        good = [library for library in drawn if library in seeded and library not in apart]
        bad = [library for library in drawn if library not in seeded]
        partly = [library for library in drawn if library in seeded and library in apart]
        asked = purpose(repo) == "application"
        numbers: dict[str, Any] = {"drawn_from": len(drawn), "seeded": len(good)}
        if partly and asked:
            bare = next(n for n in notes if partly[0] in n.note.chance and (n.path, partly[0]) not in own)
            yield self.unknown(
                f"Some notebooks set a seed for {partly[0]}, and other files that draw from it set none.",
                repo.at(bare.path, bare.note.chance[partly[0]]),
            )
        if good:
            yield self.found(
                f"A seed is set for {listed(good)}" + (f", none for {listed(bad)}." if bad and asked else "."),
                *(repo.at(*seeded[library]) for library in first(good, 3)),
                strength=fraction(len(good), len(drawn)) ** 2,
                **numbers,
            )
        if bad and asked:
            yield self.against(
                f"The code {_draws(bad, only_trained)}, and nothing sets a seed for that.",
                *(repo.at(*drawn[library]) for library in first(bad, 3)),
                strength=fraction(len(bad), len(drawn)) * (0.6 if good else 1.0),
                severity="low" if good else None,
                **numbers,
            )


def _draws(libraries: list[str], only_trained: Set[str]) -> str:
    """What the code does by chance: where no draw is seen, networks are trained, whose starting weights are drawn."""
    drawn = [library for library in libraries if library not in only_trained]
    trained = [library for library in libraries if library in only_trained]
    weights = " or starting weights" if {"PyTorch", "TensorFlow"} & set(drawn) else ""
    said = [f"draws random numbers{weights} from {listed(drawn)}"] if drawn else []
    said += [f"trains networks of {listed(trained)}, whose starting weights are random"] if trained else []
    return " and ".join(said)


_ONE = re.compile(r"^(random|numpy\.random)\.(randint|randrange|choice|choices|sample)$")
_SHOWS = frozenset({"imshow", "show", "matshow", "subplot", "subplots", "imsave"})


_WAITS = re.compile(
    r"sleep|delay|pause|jitter|backoff|wait|interval|timeout|retry|port|user_?agent|latency", re.IGNORECASE
)


def _waits(module: Module, call: ast.Call) -> bool:
    """Whether what is drawn is how long to wait or whom to ask: no result hangs on it."""
    for around in module.parents(call):
        if isinstance(around, ast.Call) and _WAITS.search(called_name(around)):
            return True
        if isinstance(around, ast.Assign | ast.AnnAssign):
            targets = around.targets if isinstance(around, ast.Assign) else [around.target]
            return any(_WAITS.search(ast.unparse(target)) for target in targets)
        if isinstance(around, ast.stmt):
            return False
    return False


def _names(module: Module, call: ast.Call) -> bool:
    """Whether what is drawn is put into a text."""
    around = module.parent(call)
    pasted = isinstance(around, ast.BinOp) and isinstance(around.op, ast.Mod) and isinstance(around.left, ast.Constant)
    return pasted or isinstance(around, ast.FormattedValue) or (isinstance(around, ast.Call) and _is_str(around))


def _is_str(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "str"


def _own_method(call: ast.Call) -> bool:
    """Whether it is `self.name(...)`: a method of the class itself, whatever its name says elsewhere."""
    called = call.func
    return isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "self"


def _shuffles(call: ast.Call, name: str) -> bool:
    return name == "torch.utils.data.DataLoader" and is_on(call, "shuffle")


def _given(call: ast.Call) -> bool:
    """Whether the call has an argument that is not None."""
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    return any(not (isinstance(value, ast.Constant) and value.value is None) for value in values)


def is_on(call: ast.Call, name: str) -> bool:
    """Whether an option is given and is not written down as off."""
    return any(k.arg == name and not (isinstance(k.value, ast.Constant) and not k.value.value) for k in call.keywords)


_ALWAYS = re.compile(
    r"sklearn\.(model_selection|cross_validation)\.(train_test_split|ShuffleSplit|StratifiedShuffleSplit|GroupShuffleSplit"
    r"|RandomizedSearchCV)"
    r"|sklearn\.ensemble\.(RandomForest\w+|ExtraTrees\w+|GradientBoosting\w+|AdaBoost\w+|Bagging\w+|IsolationForest)"
    r"|sklearn\.tree\.(DecisionTree\w+|ExtraTree\w+)|sklearn\.neural_network\.MLP\w+"
    r"|sklearn\.cluster\.(KMeans|MiniBatchKMeans)|sklearn\.manifold\.TSNE|sklearn\.utils\.(shuffle|resample)"
    r"|sklearn\.linear_model\.SGD\w+|imblearn\.over_sampling\.\w+|imblearn\.under_sampling\.Random\w+"
)
_WHEN_SHUFFLED = re.compile(r"sklearn\.(model_selection|cross_validation)\.(Stratified|StratifiedGroup)?KFold")


class RandomState(Check):
    """Splits and estimators get a random state

    What: The share of scikit-learn splits and randomised estimators with `random_state`, or in a file that seeds
    NumPy's global generator, which they use otherwise.

    Why: A test set that changes at each run makes two scores incomparable.

    Example: `train_test_split(x, y, test_size=.2)` four times without `random_state` speaks against.

    Limits: Calls with `**settings` and tests are left out.
    """

    code = "REP202"
    moves: ClassVar = {"reproducibility": Move(up=0.15, down=0.15)}
    ml_only = True
    why = "A split that changes at each run makes two scores incomparable."
    mend = "Give `random_state` to splits and estimators, from one setting."
    ask = "How do you make sure that two models are compared on the same test rows?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note for each such call whether it has a state, with its line."""
        if "sklearn" not in module.text and "imblearn" not in module.text:
            return
        global_seed = any(name == "numpy.random.seed" and _given(call) for call, name in module.calls)
        for call, name in module.calls:
            shuffled = is_on(call, "shuffle")
            unsaid = not any(k.arg == "shuffle" for k in call.keywords)
            if (_ALWAYS.fullmatch(name) and (shuffled or unsaid)) or (_WHEN_SHUFFLED.fullmatch(name) and shuffled):
                if any(k.arg is None for k in call.keywords):
                    continue  # what is passed on may hold one
                yield call.lineno, global_seed or any(k.arg == "random_state" for k in call.keywords)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """The share over the repository."""
        calls = [(noted.path, *noted.note) for noted in repo.notes(self)]
        if len(calls) < 2:
            return
        without = [(path, line) for path, line, stated in calls if not stated]
        share = 1 - fraction(len(without), len(calls))
        given = len(calls) - len(without)
        seed = "a random state, or a seed of NumPy in the same file"
        told = (
            f"{len(without)} {'was' if len(without) == 1 else 'were'} seen without"
            if without
            else "none was seen without"
        )
        good = f"At least {given} calls that split or make randomised estimators have {seed}; {told}."
        bad = f"At least {len(without)} calls that split or make randomised estimators have no random state"
        bad += (
            f", {given} {'has' if given == 1 else 'have'} {seed}."
            if given
            else ", nor a seed of NumPy in the same file."
        )
        numbers: dict[str, Any] = {"calls": len(calls), "with_state": len(calls) - len(without)}
        if share >= 0.7:
            places = [(path, line) for path, line, stated in calls if stated]
            yield self.found(good, *(repo.at(*p) for p in first(places, 2)), strength=ramp(share, 0.5, 1.0), **numbers)
        elif share < 0.4 and len(without) > 2 and purpose(repo) == "application":
            yield self.against(
                bad, *(repo.at(*p) for p in first(without, 3)), strength=ramp(share, 0.5, 0.0), **numbers
            )


CHECKS: tuple[Check, ...] = (Seeds(), RandomState())
