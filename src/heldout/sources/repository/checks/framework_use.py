"""Frameworks: what is done with them beyond the first tutorial."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move
from heldout.sources.repository.checks.practice import Practice
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import argument, constant, says_something
from heldout.sources.repository.syntax import walk

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
    full = 3

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Subclasses that implement the methods of their base."""
        for node in module.nodes(ast.ClassDef):
            methods = {s.name for s in node.body if isinstance(s, ast.FunctionDef)}
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
        (r"^torch\..*\b_?LRScheduler$", "get_lr", "optimisers"),
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


class StateSaved(Practice):
    """Training can be resumed and its result reloaded

    What: Weights saved as state, the optimiser's state saved beside them, the best state kept by validation, models
    kept together with their preprocessing, and saved state that is loaded again.

    Why: A run that breaks after three days has to go on from there, and a model without its preprocessing is useless.

    Example: `torch.save({"model": net.state_dict(), "optimizer": opt.state_dict(), "epoch": e}, path)` and
    `ModelCheckpoint(save_best_only=True)` speak for.

    Limits: Whether a run was ever resumed is not seen.
    """

    code = "FRW105"
    ml_only = True
    moves: ClassVar = {"frameworks": Move(up=0.35)}
    why = "State that is saved whole lets training resume and results be used."
    sentence = "State is saved"
    full = 3
    kinds: ClassVar = {
        "as weights, and loaded again": (
            ".load_state_dict",
            ".load_weights",
            "tensorflow:load_model",
            "keras:load_model",
        ),
        "with the optimiser's state": (),
        "when validation is best": (
            "keras:ModelCheckpoint?save_best_only",
            "tensorflow:ModelCheckpoint?save_best_only",
            "pytorch_lightning:ModelCheckpoint?monitor",
            "lightning:ModelCheckpoint?monitor",
            "?load_best_model_at_end",
        ),
        "by the framework's checkpoints": (
            "tensorflow:CheckpointManager|Saver|train.Checkpoint",
            "keras:ModelCheckpoint",
            "orbax:CheckpointManager",
            ".save_pretrained",
        ),
    }

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """Weights that are put together on the spot were not saved before."""
        return not (call.args and isinstance(call.args[0], ast.Dict))

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Dictionaries of state that hold an optimiser's."""
        if "state_dict" not in module.text:
            return
        for node in module.nodes(ast.Dict):
            for value in node.values:
                if (
                    isinstance(value, ast.Call)
                    and isinstance(value.func, ast.Attribute)
                    and value.func.attr == "state_dict"
                ):
                    owner = value.func.value
                    named = (
                        owner.id
                        if isinstance(owner, ast.Name)
                        else owner.attr
                        if isinstance(owner, ast.Attribute)
                        else ""
                    )
                    if "opt" in named.lower():
                        yield "with the optimiser's state", node.lineno


class TrainingGuided(Practice):
    """Training is guided and tuned

    What: Early stopping on validation data, schedules of the learning rate, clipped gradients, search over settings.

    Why: Training that runs a fixed number of steps at a fixed rate stops too early or too late, and nobody knows which.

    Example: `EarlyStopping(monitor="val_loss")`, `ReduceLROnPlateau`, `clip_grad_norm_`, an Optuna study speak for.

    Limits: Whether validation data are separate from test data is the matter of other checks.
    """

    code = "FRW106"
    ml_only = True
    moves: ClassVar = {"frameworks": Move(up=0.45)}
    why = "Guided training ends when validation says so, and its settings are found, not guessed."
    sentence = "Training is guided by"
    full = 3
    kinds: ClassVar = {
        "early stopping": (
            "keras:EarlyStopping",
            "tensorflow:EarlyStopping",
            "pytorch_lightning:EarlyStopping",
            "lightning:EarlyStopping",
            "ignite:EarlyStopping",
            "transformers:EarlyStoppingCallback",
            "lightgbm:early_stopping",
            "?early_stopping_rounds",
            "sklearn:MLPClassifier|SGDClassifier|HistGradientBoostingClassifier?early_stopping",
        ),
        "a schedule of the learning rate": (
            "torch:StepLR|MultiStepLR|ExponentialLR|CosineAnnealingLR|LambdaLR|ReduceLROnPlateau|OneCycleLR|CyclicLR",
            "torch:CosineAnnealingWarmRestarts",
            "keras:ReduceLROnPlateau|LearningRateScheduler",
            "tensorflow:ReduceLROnPlateau|LearningRateScheduler|ExponentialDecay|CosineDecay|exponential_decay|polynomial_decay",
            "transformers:get_linear_schedule_with_warmup|get_cosine_schedule_with_warmup|WarmupLinearSchedule",
            "optax:warmup_cosine_decay_schedule|exponential_decay",
        ),
        "clipped gradients": (
            "torch:clip_grad_norm_|clip_grad_norm|clip_grad_value_",
            "tensorflow:clip_by_global_norm|clip_by_norm",
            "?clipnorm",
            "?clipvalue",
            "?max_grad_norm",
            "?gradient_clip_val",
            "optax:clip_by_global_norm",
        ),
        "a search over settings": (
            "sklearn:GridSearchCV|RandomizedSearchCV|HalvingGridSearchCV|ParameterGrid|ParameterSampler",
            "optuna:create_study",
            "hyperopt:fmin",
            "ray:tune.run|Tuner",
            "kerastuner:RandomSearch|Hyperband",
            "keras_tuner:RandomSearch|Hyperband|BayesianOptimization",
            "skopt:gp_minimize|BayesSearchCV",
            "wandb:sweep",
        ),
    }


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
    sentence = "Preprocessing and model are composed"
    kinds: ClassVar = {
        "in a pipeline": ("sklearn:Pipeline|make_pipeline", "imblearn:Pipeline|make_pipeline", "pyspark:Pipeline"),
        "by columns": (
            "sklearn:ColumnTransformer|make_column_transformer|FeatureUnion|make_union",
            "sklearn_pandas:DataFrameMapper",
        ),
        "with own steps": ("sklearn:FunctionTransformer",),
    }

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


def _returns_nothing(method: ast.FunctionDef) -> bool:
    if method.decorator_list or all(isinstance(s, ast.Expr | ast.Pass | ast.Raise) for s in method.body):
        return False  # abstract
    return not any(
        (isinstance(n, ast.Return) and n.value is not None) or isinstance(n, ast.Raise | ast.Yield)
        for n in walk(method)
    )


class FrameworkData(Practice):
    """Data come through the framework's own loaders

    What: Data sets with loaders, `tf.data` pipelines that are batched, matrices of the boosting libraries, mapped
    data sets.

    Why: The framework's loaders shuffle, batch, share work and keep memory bounded; loops over lists do none of it.

    Example: `DataLoader(dataset, batch_size=64, shuffle=True)` and `ds.map(f).batch(32).prefetch(1)` speak for.

    Limits: Small tables need no loader; nothing speaks against.
    """

    code = "FRW109"
    ml_only = True
    moves: ClassVar = {"frameworks": Move(up=0.3)}
    why = "Loaders keep data handling apart from the model and let it grow."
    sentence = "Data come through the framework's own means"
    kinds: ClassVar = {
        "loaders with batches": (
            "torch:DataLoader?batch_size",
            "torch:DataLoader?batch_sampler",
            "torch_geometric:DataLoader",
            "tensorflow:Dataset.from_tensor_slices|from_tensor_slices|TFRecordDataset|Dataset.from_generator",
            "keras:ImageDataGenerator",
            "tensorflow:ImageDataGenerator",
            "datasets:load_dataset",
        ),
        "own rules of collation or sampling": (
            "?collate_fn",
            "torch:WeightedRandomSampler|DistributedSampler|SubsetRandomSampler",
            ".padded_batch",
        ),
        "mapped and prefetched pipelines": (".prefetch", "?num_parallel_calls", "?pin_memory"),
        "matrices of the boosting library": ("xgboost:DMatrix", "lightgbm:Dataset", "catboost:Pool"),
    }

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Samplers that are given, except for those that only shuffle or keep the order."""
        loaders = (call for call in module.keyworded.get("sampler", ()) if "oader" in ast.unparse(call.func))
        given = [(call, argument(call, "sampler")) for call in loaders]
        if not given:
            return
        plain = {
            target.id
            for node in module.nodes(ast.Assign)
            if _plain_sampler(node.value)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call, sampler in given:
            by_name = isinstance(sampler, ast.Name) and sampler.id in plain
            if says_something(sampler) and not by_name and not _plain_sampler(sampler):
                yield "own rules of collation or sampling", call.lineno


def _plain_sampler(node: ast.expr | None) -> bool:
    """Whether it makes one of the samplers that stand for `shuffle=True` and `shuffle=False`."""
    return isinstance(node, ast.Call) and _last_name(node.func) in ("RandomSampler", "SequentialSampler")


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


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
    sentence = "Tests of model code look at"
    full = 3
    kinds: ClassVar = {
        "shapes": (),
        "a step of training": (),
        "gradients": ("torch:gradcheck|gradgradcheck", "tensorflow:compute_gradient|test.compute_gradient_error"),
        "saving and loading": (),
        "equality with a reference": (),
    }

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Only tests that import a framework are looked at; a script that is called test.py is none."""
        tests = any(facts.name.startswith("test") for _, facts in module.functions)
        if not tests or not any(name.partition(".")[0] in _FRAMEWORKS for name in module.imports):
            return
        yield from _called_in_tests(module)
        for node in module.nodes(ast.Assert):
            if any(isinstance(part, ast.Attribute) and part.attr in ("shape", "size") for part in walk(node.test)):
                yield "shapes", node.lineno
        for name in ("assertEqual", "assertTupleEqual", "assert_equal", "assertAllEqual", "assertSequenceEqual"):
            for call in module.called.get(name, ()):
                if any(
                    isinstance(part, ast.Attribute) and part.attr in ("shape", "size")
                    for a in call.args
                    for part in walk(a)
                ):
                    yield "shapes", call.lineno


def _called_in_tests(module: Module) -> Iterator[tuple[str, int]]:
    for kind, names in _TEST_CALLS.items():
        for name in names:
            for call in module.called.get(name, ()):
                if name != "fit" or constant(argument(call, "epochs")) is not None or len(call.args) >= 2:
                    yield kind, call.lineno


_TEST_CALLS = {
    "a step of training": ("backward", "train_on_batch", "fit", "train_step", "training_step"),
    "saving and loading": ("load_state_dict", "load_model", "load_weights", "save_pretrained", "save_model"),
    "equality with a reference": (
        "assert_allclose",
        "allclose",
        "assert_close",
        "assertAllClose",
        "assert_array_almost_equal",
    ),
}


CHECKS: tuple[Check, ...] = (
    OwnExtensions(),
    StateSaved(),
    TrainingGuided(),
    Composed(),
    FrameworkData(),
    ModelTests(),
)
