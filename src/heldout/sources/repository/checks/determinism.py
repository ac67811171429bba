"""Reproducibility: randomness under control."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Any, ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, fraction, sentence
from heldout.sources.repository.module import Module
from heldout.sources.repository.needs import purpose
from heldout.sources.repository.reading import called_name, defaults_of
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import walk
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
        r"|random_shuffle)|((tensorflow\.)?(python\.)?keras|tensorflow\.(compat\.v1\.)?)\.?layers\.([a-z_\d]+\.)*"
        r"(Dense|\w*Conv\w*|LSTM|GRU|SimpleRNN|Embedding|Dropout|SpatialDropout\w+|GaussianNoise|Random\w+"
        r"|MultiHeadAttention|dense|\w*conv\w*|dropout)"
    ),
}
"""Library -> dotted names of its calls that draw from its global generator."""

_SEEDS = {
    "Python's random": re.compile(r"random\.seed"),
    "NumPy": re.compile(r"numpy\.random\.(seed|set_state)"),
    "PyTorch": re.compile(r"torch\.(cuda\.|random\.|mps\.)?(manual_seed(_all)?)|torch\.random\.manual_seed"),
    "TensorFlow": re.compile(
        r"tensorflow\.(compat\.v1\.)?(set_random_seed|random\.set_seed|random\.set_random_seed|keras\.utils\.set_random_seed)"
        r"|keras\.utils\.set_random_seed"
    ),
}
"""Library -> dotted names of the calls that seed its global generator."""

_APART = {
    "Python's random": re.compile(r"random\.Random"),
    "NumPy": re.compile(
        r"numpy\.random\.(RandomState|default_rng|SeedSequence|Generator|PCG64|MT19937)|sklearn\.utils\.check_random_state"
    ),
    "TensorFlow": re.compile(r"tensorflow\.random\.Generator\.\w+"),
}
"""Library -> generators of their own, which leave the global one as it is."""
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
class Seed:
    """A call that seeds: `offered` when it only passes on what a caller may give, and None stands for nothing.

    `helper` is the function around it, named for it, where nothing in its own file calls that.
    """

    line: int
    offered: bool = False
    helper: str = ""


@dataclass(frozen=True, slots=True)
class Randomness:
    """What one module draws and seeds: library -> first line (over the joined cells of a notebook)."""

    draws: dict[str, int]
    seeds: dict[str, Seed]
    trained: dict[str, int]
    """The first step of a training, with weights whose start is drawn somewhere else."""
    apart: frozenset[str] = frozenset()
    """Libraries of which a generator of its own is made."""

    @property
    def chance(self) -> dict[str, int]:
        """What depends on chance here: draws, and trainings."""
        return self.trained | self.draws


class Seeds(Check):
    """Randomness is seeded

    What: For each library from whose global generator the code draws (random, NumPy, PyTorch, TensorFlow), whether the
    repository seeds that generator.

    Why: Unseeded, a difference between two runs may be the change or may be luck.

    Example: A training script that shuffles with `np.random.permutation` and calls `torch.manual_seed(args.seed)` only:
    NumPy is reported. A helper that seeds all three, and is called, speaks for.

    Limits: Libraries are not asked to seed: that is for who runs them; a seed that a caller may give is told as that.
    `seed(None)` is no seed. Where the only seeds are those of generators apart from the global one, or stand in a
    function that nothing was seen to call, nothing is said for or against. JAX has no global generator and is left
    out. Whether the seed comes early enough is not told.
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
        draws, seeds, apart = _of_libraries(module)
        tops = {imported.partition(".")[0] for imported in module.imports}
        if not tops & _NUMERIC or _SHOWN.search(module.path):
            draws.pop("Python's random", None)  # a greeting or a port that is chosen by chance changes no result
        trained: dict[str, int] = {}
        uses_torch = any(imported.partition(".")[0] == "torch" for imported in module.imports)
        for call, name in module.method_calls:
            if name == "manual_seed" and given(call):
                apart.add("PyTorch")
            elif name == "backward" and uses_torch and not _own_method(call):
                trained.setdefault("PyTorch", call.lineno)
        if any(name == "torch.Generator" for _, name in module.calls):
            apart.add("PyTorch")
        if draws or seeds or trained or apart:
            yield Randomness(draws, seeds, trained, frozenset(apart))

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare what is drawn with what is seeded."""
        # Where something is trained is the place to look; a model file's trial run draws as well.
        training = set(repo.ml.training)
        notes = sorted(repo.notes(self), key=lambda noted: noted.path not in training)
        drawn: dict[str, tuple[str, int]] = {}
        seeded: dict[str, tuple[str, Seed]] = {}
        trained: dict[str, tuple[str, int]] = {}
        unsure: set[str] = set()
        for noted in notes:
            for library, line in noted.note.draws.items():
                drawn.setdefault(library, (noted.path, line))
            for library, line in noted.note.trained.items():
                trained.setdefault(library, (noted.path, line))
            unsure |= noted.note.apart
            for library, seed in noted.note.seeds.items():
                if seed.helper and not _is_called(repo, noted.path, seed.helper):
                    unsure.add(library)
                elif library not in seeded or (seeded[library][1].offered and not seed.offered):
                    seeded[library] = (noted.path, seed)
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
        bad = [library for library in drawn if library not in seeded and library not in unsure]
        half = [library for library in drawn if library not in seeded and library in unsure]
        partly = [library for library in drawn if library in seeded and library in apart]
        asked = purpose(repo) == "application"
        numbers: dict[str, Any] = {"drawn_from": len(drawn), "seeded": len(good)}
        if partly and asked:
            bare = next(n for n in notes if partly[0] in n.note.chance and (n.path, partly[0]) not in own)
            yield self.unknown(
                f"Some notebooks set a seed for {partly[0]}, and other files that draw from it set none.",
                repo.at(bare.path, bare.note.chance[partly[0]]),
            )
        if half and asked:
            yield self.unknown(
                f"For {listed(half)} the only seeds seen are those of generators of their own, or stand in functions"
                " that nothing was seen to call: whether all that is drawn is seeded cannot be told.",
                *(repo.at(*drawn[library]) for library in first(half, 3)),
            )
        if good:
            told = _seeded({library: seeded[library][1].offered for library in good})
            yield self.found(
                told + (f", none for {listed(bad)}." if bad and asked else "."),
                *(repo.at(seeded[library][0], seeded[library][1].line) for library in first(good, 3)),
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


def _of_libraries(module: Module) -> tuple[dict[str, int], dict[str, Seed], set[str]]:
    """What is drawn from libraries, what seeds them, and of which a generator of its own is made."""
    draws: dict[str, int] = {}
    seeds: dict[str, Seed] = {}
    apart: set[str] = set()
    shows = {module.scope_of(call) for call, name in module.method_calls if name in _SHOWS}
    shows |= {module.scope_of(call) for call, name in module.calls if name.rpartition(".")[2] in _SHOWS}
    for call, name in module.calls:
        if _waits(module, call) or (_ONE.search(name) and (module.scope_of(call) in shows or _names(module, call))):
            continue  # how long to wait, or one that is drawn to be looked at, or to name a thing
        for library, pattern in _DRAWS.items():
            if (pattern.fullmatch(name) and not _seeded_itself(call)) or (
                library == "PyTorch" and _shuffles(call, name)
            ):
                draws.setdefault(library, call.lineno)
            if _SEEDS_ALL.fullmatch(name) or (_SEEDS[library].fullmatch(name) and given(call)):
                _keep_surest(seeds, library, _seed(module, call))
            if library in _APART and _APART[library].fullmatch(name) and given(call):
                apart.add(library)
    return draws, seeds, apart


def _seeded(offered: dict[str, bool]) -> str:
    """What is seeded, and for what a caller may give a seed."""
    surely = [library for library, open_ in offered.items() if not open_]
    maybe = [library for library, open_ in offered.items() if open_]
    said = [f"a seed is set for {listed(surely)}"] if surely else []
    said += [f"{'one' if surely else 'a seed'} can be given for {listed(maybe)}"] if maybe else []
    return sentence("; ".join(said))


def _keep_surest(seeds: dict[str, Seed], library: str, seed: Seed) -> None:
    """Keep of the seeds of a library the first that is surely set."""
    known = seeds.get(library)
    if known is None or (bool(known.helper), known.offered) > (bool(seed.helper), seed.offered):
        seeds[library] = seed


_HELPER = re.compile(r"seed|determin|reproduc|random", re.IGNORECASE)
"""Names of functions that are there to seed."""


def _seed(module: Module, call: ast.Call) -> Seed:
    """A call that seeds, with what is known of where its number comes from and of who calls it."""
    function = module.function_of(call)
    helper = ""
    if function is not None and isinstance(module.parent(function), ast.Module) and _HELPER.search(function.name):
        used = any(name.id == function.name for name in module.nodes(ast.Name))
        helper = "" if used or function.decorator_list else function.name
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    parts = [part for part in walk(values[0]) if isinstance(part, ast.Name | ast.Attribute)] if values else []
    return Seed(call.lineno, any(_may_be_none(module, call, part) for part in parts), helper)


def _may_be_none(module: Module, call: ast.Call, value: ast.expr) -> bool:
    """Whether a number is a parameter, or an attribute set from one, whose default is None."""
    function = module.function_of(call)
    name = value.id if isinstance(value, ast.Name) else ""
    if isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name) and value.value.id == "self":
        around = next((node for node in module.parents(call) if isinstance(node, ast.ClassDef)), None)
        body = around.body if around is not None else []
        function = next((n for n in body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)
        name = value.attr
    if function is None or not name:
        return False
    default = defaults_of(function).get(name)
    return isinstance(default, ast.Constant) and default.value is None


def _is_called(repo: Repository, path: str, helper: str) -> bool:
    """Whether another file imports or calls a function, or imports the module whole, or by a star."""
    stem = path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
    for module in repo.modules:
        if module.path != path and any(
            name.rpartition(".")[2] in (helper, stem) for name in (*module.imports, *module.calls, *module.methods)
        ):
            return True
    return False


def _seeded_itself(call: ast.Call) -> bool:
    """Whether a layer or a draw is given a seed of its own."""
    return any(
        k.arg == "seed" and not (isinstance(k.value, ast.Constant) and k.value.value is None) for k in call.keywords
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


def given(call: ast.Call) -> bool:
    """Whether the call has an argument that is not None."""
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    return any(not (isinstance(value, ast.Constant) and value.value is None) for value in values)


def is_on(call: ast.Call, name: str) -> bool:
    """Whether an option is given and is not written down as off."""
    return any(k.arg == name and not (isinstance(k.value, ast.Constant) and not k.value.value) for k in call.keywords)


CHECKS: tuple[Check, ...] = (Seeds(),)
