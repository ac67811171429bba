"""Frameworks: what is built with them beyond the first tutorial, and how it is tried out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move
from heldout.sources.repository.checks.practice import Practice
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import argument, called_name, constant, names_in, target_names
from heldout.sources.repository.syntax import does_something, walk

_FRAMEWORKS = (
    "torch",
    "tensorflow",
    "keras",
    "sklearn",
    "jax",
    "flax",
    "mxnet",
    "paddle",
    "chainer",
    "xgboost",
    "lightgbm",
)


class OwnExtensions(Practice):
    """The framework is extended by its own rules

    What: Own layers, losses, data sets, estimators, callbacks and gradients that implement what the framework asks
    of them.

    Why: Real problems need a part that the framework does not have; writing it by its rules shows that they are
    understood.

    Example: a `torch.utils.data.Dataset` with `__len__` and `__getitem__`, a Keras layer with `build`, `call` and
    `get_config`, an estimator with `fit` and `transform` speak for. An empty subclass does not count.

    Limits: Whether the part computes the right thing is not seen.
    """

    code = "FRW104"
    ml_only = True
    moves: ClassVar = {"frameworks": Move(up=0.5)}
    why = "Own parts that keep the framework's rules show that it is understood."
    sentence = "The framework is extended by its own rules"
    counted = False
    full = 3

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Subclasses that implement the methods of their base."""
        for node in module.nodes(ast.ClassDef):
            methods = {s.name for s in node.body if isinstance(s, ast.FunctionDef) and does_something(s)}
            for base in node.bases:
                dotted = module.resolve(base) or ""
                for pattern, needed, kind in _EXTENSIONS:
                    if needed <= methods and pattern.search(dotted):
                        yield kind, node.lineno


_EXTENSIONS = tuple(
    (re.compile(pattern), frozenset(needed.split()), kind)
    for pattern, needed, kind in (
        (r"^torch\..*\bModule$", "__init__ forward", "models or layers"),
        (r"^(tensorflow\.|keras\.).*\b(Layer|Model)$", "call", "models or layers"),
        (r"^(flax|haiku)\..*\bModule$", "__call__", "models or layers"),
        (r"^torch\..*\bDataset$", "__getitem__ __len__", "data sets"),
        (r"^torch\..*\bIterableDataset$", "__iter__", "data sets"),
        (r"^(tensorflow\.|keras\.).*\bSequence$", "__getitem__ __len__", "data sets"),
        (r"^torch\..*\bFunction$", "forward backward", "gradients of one's own"),
        (r"^torch\..*\bOptimizer$", "step", "optimisers"),
        (r"^torch\..*\b_?LRScheduler$", "get_lr", "learning-rate schedules"),
        (r"^torch\..*\bSampler$", "__iter__", "samplers"),
        (r"^(tensorflow\.|keras\.).*\bLoss$", "call", "losses"),
        (r"^(tensorflow\.|keras\.).*\bMetric$", "update_state result", "metrics"),
        (r"^(tensorflow\.|keras\.).*\bCallback$", "", "callbacks"),
        (r"^sklearn\..*\bTransformerMixin$", "fit transform", "estimators"),
        (r"^sklearn\..*\b(ClassifierMixin|RegressorMixin|ClusterMixin)$", "fit", "estimators"),
        (r"^(pytorch_lightning|lightning)\..*\bLightningModule$", "training_step", "models or layers"),
        (r"^(pytorch_lightning|lightning|transformers|fastai)\..*\b(Callback|TrainerCallback)$", "", "callbacks"),
    )
)


class Composed(Practice):
    """Preprocessing and model are one object

    What: scikit-learn's pipelines and column transformers. Against: own transformers whose `fit` does not return self,
    which no pipeline can use.

    Why: What is one object is fitted, saved, validated and served as one; steps apart drift apart.

    Example: `make_pipeline(ColumnTransformer(...), model)` speaks for; `def fit(self, X, y=None): self.mean_ =
    X.mean()` in a `TransformerMixin` speaks against.

    Limits: Deep-learning code has its own ways and is not asked for this.
    """

    code = "FRW107"
    ml_only = True
    severity = "medium"
    moves: ClassVar = {"frameworks": Move(up=0.25, down=0.2), "deployment": Move(up=0.1)}
    why = "One object for preprocessing and model cannot be applied by halves."
    mend = "Return `self` from `fit`, and chain the steps in a pipeline."
    ask = "How does a new row get from the raw table to a prediction in your code?"
    sentence = "Steps are composed"
    counted = False
    kinds: ClassVar = {
        "preprocessing and model in one pipeline": (
            "sklearn:Pipeline|make_pipeline",
            "imblearn:Pipeline|make_pipeline",
            "pyspark:Pipeline",
        ),
        "columns prepared by one transformer": (
            "sklearn:ColumnTransformer|make_column_transformer",
            "sklearn_pandas:DataFrameMapper",
        ),
        "features of several transformers joined": ("sklearn:FeatureUnion|make_union",),
        "own steps": ("sklearn:FunctionTransformer",),
    }

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """Whether a chain is seen to end in a model, by its class or by its name, with a step before it; an own step
        has a function.
        """
        if kind == "own steps":
            given = argument(call, "func", 0)
            return given is not None and not isinstance(given, ast.Constant)
        if kind != "preprocessing and model in one pipeline":
            return True
        last = _last_step(call)
        return _MODEL.search(last) is not None and not _PREPARES.search(last) and not _alone(call)

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Compositions, and transformers that break the rule of `fit`."""
        yield from super().on_module(module)
        if "TransformerMixin" not in module.text:
            return
        for node in module.nodes(ast.ClassDef):
            if not any((module.resolve(b) or "").endswith("sklearn.base.TransformerMixin") for b in node.bases):
                continue
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.name == "fit" and _returns_nothing(method):
                    yield self.against(
                        f"`{node.name}.fit` does not return self.", module.location(method, method.lineno)
                    )


_PREPARES = re.compile(
    r"(scaler|encod(er|ing)|imputer|discreti[sz]er|binarizer|normali[sz]er|vectori[sz]er|transformer|preprocess\w*|selector"
    r"|selectkbest|pca|truncatedsvd|features|onehot|scaling|imputation)(_?[a-z]{1,4})?\d*$",
    re.IGNORECASE,
)


_MODEL = re.compile(
    r"model|classif|regress|estimator|predict|(^|_)(clf|reg|cls|svm|svc|svr|nb|knn|lr|rf|mlp|gbm|xgb|lgbm|algo|learner)(_|$)"
    r"|SV[CR]$|NB$|Ridge|Lasso|ElasticNet|KMeans|DBSCAN|IsolationForest|Bayes|Booster|Perceptron|GaussianMixture|CatBoost"
    r"|LinearDiscriminant|QuadraticDiscriminant|RandomForest|LogisticRegression|Forest|Boost|Net$",
    re.IGNORECASE,
)
"""Names and classes of what learns to say something."""


def _alone(call: ast.Call) -> bool:
    """Whether the only step is written out: nothing is prepared in front of the model."""
    steps: list[ast.expr] = call.args
    if called_name(call) != "make_pipeline":
        listed = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "steps"), None)
        steps = listed.elts if isinstance(listed, ast.List | ast.Tuple) else []
    return len(steps) == 1 and not isinstance(steps[0], ast.Starred)


def _last_step(call: ast.Call) -> str:
    """The last step of `Pipeline([(name, step), ...])` or `make_pipeline(step, ...)`: its class, else its name."""
    steps = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "steps"), None)
    if called_name(call) == "make_pipeline":
        last: ast.expr | None = call.args[-1] if call.args else None
        return called_name(last) if isinstance(last, ast.Call) else last.id if isinstance(last, ast.Name) else ""
    last = steps.elts[-1] if isinstance(steps, ast.List | ast.Tuple) and steps.elts else None
    if not isinstance(last, ast.Tuple | ast.List) or len(last.elts) != 2:
        return ""
    name, step = last.elts
    if isinstance(step, ast.Call) and (made := called_name(step))[:1].isupper():
        return made
    return str(name.value) if isinstance(name, ast.Constant) else ""


def _returns_nothing(method: ast.FunctionDef) -> bool:
    if method.decorator_list or all(isinstance(s, ast.Expr | ast.Pass | ast.Raise) for s in method.body):
        return False  # abstract
    return not any(
        (isinstance(n, ast.Return) and n.value is not None) or isinstance(n, ast.Raise | ast.Yield)
        for n in walk(method)
    )


class ModelTests(Practice):
    """Model code is tested as model code

    What: Tests that look at shapes, at one step of training, at gradients, at saving and loading, or compare with a
    reference.

    Why: Wrong model code runs without an error and just learns less; only such tests see it.

    Example: `assert net(x).shape == (4, 10)`, a test that the loss falls in ten steps, `gradcheck` and
    `assert_allclose(ours(x), reference(x))` speak for.

    Limits: Tests in notebooks or by hand are not seen. An archive without its tests gets nothing against.
    """

    code = "FRW110"
    ml_only = True
    parts = ("test",)
    moves: ClassVar = {"frameworks": Move(up=0.4)}
    why = "Errors in model code are silent; tests make them speak."
    sentence = "Tests that import a framework look at"
    counted = False
    full = 3
    kinds: ClassVar = {
        "shapes": (),
        "fitting": (),
        "gradients": ("torch:gradcheck|gradgradcheck", "tensorflow:compute_gradient|test.compute_gradient_error"),
        "saving and loading": (),
        "values close to what is expected": (),
    }

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Only tests that import a framework are looked at; a script that is called test.py is none."""
        tests = any(facts.name.startswith("test") for _, facts in module.functions)
        if not tests or not any(name.partition(".")[0] in _FRAMEWORKS for name in module.imports):
            return
        yield from _called_in_tests(module)
        for node in module.nodes(ast.Compare):
            if isinstance(module.parent(node), ast.Assert | ast.BoolOp | ast.Call | ast.UnaryOp) and (
                _of_shapes([node.left, *node.comparators])
                and any(isinstance(around, ast.Assert) for around in module.parents(node))
            ):
                yield "shapes", node.lineno
        for name in ("assertEqual", "assertTupleEqual", "assert_equal", "assertAllEqual", "assertSequenceEqual"):
            for call in module.called.get(name, ()):
                if _of_shapes(call.args[:2]):
                    yield "shapes", call.lineno


def _of_shapes(sides: list[ast.expr]) -> bool:
    """Whether what is compared is a shape, and not a number held against a size of the data."""
    if len(sides) != 2:
        return False
    first, second = (_is_shape(side) for side in sides)
    return first or (second and not isinstance(sides[0], ast.Attribute | ast.Call))


def _is_shape(node: ast.expr) -> bool:
    """`x.shape`, `x.shape[0]`, `x.size()`, `tuple(x.shape)`, `x.grad.shape`."""
    if isinstance(node, ast.Call) and called_name(node) in ("tuple", "list") and node.args:
        return _is_shape(node.args[0])
    if isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Call):
        node = node.func
    return isinstance(node, ast.Attribute) and node.attr in ("shape", "size")


_SAVES = frozenset(
    {"save", "save_model", "save_weights", "save_pretrained", "dump", "to_json", "save_checkpoint", "save_params"}
)


def _called_in_tests(module: Module) -> Iterator[tuple[str, int]]:
    for kind, names in _TEST_CALLS.items():
        if kind == "saving and loading" and not _SAVES & module.called.keys():
            continue  # weights that are only loaded are there to test something else
        for name in names:
            for call in module.called.get(name, ()):
                if isinstance(module.parent(call), ast.UnaryOp):
                    continue  # `not allclose(...)`: that they differ
                fits = constant(argument(call, "epochs")) is not None or len(call.args) >= 2
                if name != "fit" or (fits and _asserted_on(module, call)):
                    yield kind, call.lineno


def _asserted_on(module: Module, fit: ast.Call) -> bool:
    """Whether what is fitted, or anything that comes of it, is asserted on afterwards; else it is made ready for
    the test of something else.
    """
    if any(isinstance(node, ast.With) and "raises" in ast.unparse(node.items[0]) for node in module.parents(fit)):
        return True
    test = module.function_of(fit)
    after = [part for part in walk(test or module.tree) if getattr(part, "lineno", 0) >= fit.lineno]
    of_it = set(names_in(fit.func))
    for part in (*after, *after):
        if isinstance(part, ast.Assign) and of_it & names_in(part.value):
            of_it.update(*map(target_names, part.targets))
        elif isinstance(part, ast.For) and of_it & names_in(part.iter):
            of_it |= target_names(part.target)
    return any(
        bool(of_it & names_in(part))
        for part in after
        if isinstance(part, ast.Assert) or (isinstance(part, ast.Call) and "assert" in called_name(part).lower())
    )


_TEST_CALLS = {
    "fitting": ("backward", "train_on_batch", "fit", "train_step", "training_step"),
    "saving and loading": ("load_state_dict", "load_model", "load_weights", "save_pretrained", "save_model"),
    "values close to what is expected": (
        "assert_allclose",
        "allclose",
        "assert_close",
        "assertAllClose",
        "assert_array_almost_equal",
    ),
}


CHECKS: tuple[Check, ...] = (OwnExtensions(), Composed(), ModelTests())
