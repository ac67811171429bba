"""Frameworks: training that is guided, saved and fed as they mean it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move
from heldout.sources.repository.checks.practice import Practice
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import (
    argument,
    assignments,
    called_name,
    left_lying,
    loop_of,
    names_in,
    says_something,
    target_names,
)
from heldout.sources.repository.repository import Repository


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
    counted = False
    full = 3
    kinds: ClassVar = {
        "as weights or a whole model, and loaded again": (  # both have to be seen
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

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """What is saved and how, and whether anything is written to a file at all."""
        yield from super().on_module(module)
        torch = any(
            (module.resolve(call.func) or "").startswith("torch.") and _OF_MODELS.search(ast.unparse(call))
            for call in module.called.get("save", ())
        )
        of_keras = any(
            module.resolve(call.func) is None and "model" in ast.unparse(call.func).lower() and call.args
            for call in module.called.get("save", ())
        )
        if torch or of_keras or any(module.called.get(name) for name in _WRITES):
            yield "writes"

    def seen(self, repo: Repository) -> dict[str, list[tuple[str, int, int]]]:
        """What is seen; what is loaded where nothing is saved came from somebody else, or from memory."""
        found = super().seen(repo)
        if not any(noted.note == "writes" for noted in repo.notes(self)):
            found.pop("as weights or a whole model, and loaded again", None)
        return found

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """Weights that are put together or kept in memory, or fetched from somebody else, were not saved before."""
        given = call.args[0] if call.args else None
        fetched = isinstance(given, ast.Call) and "url" in ast.unparse(given.func).lower()
        if isinstance(given, ast.Name) and _kept_in_memory(module, given.id):
            return False
        return not (isinstance(given, ast.Dict) or fetched)

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


def _kept_in_memory(module: Module, name: str) -> bool:
    """Whether a name only ever holds the state that a model had a few steps ago."""
    bound = [v for t, v, _ in assignments(module) if isinstance(t, ast.Name) and t.id == name]
    held = [v for v in bound if not isinstance(v, ast.Constant)]
    return bool(held) and all("state_dict()" in ast.unparse(value) for value in held)


_OF_MODELS = re.compile(
    r"state|model|net|check|ckpt|weight|param|coder|generator|discriminator|critic|actor|policy|head|layer|best|dict\(|_dict"
    r"|optim|epoch|\.pth|self",
    re.IGNORECASE,
)
"""Words of saving a model; `torch.save` writes any tensor."""

_WRITES = ("save_weights", "save_model", "save_checkpoint", "ModelCheckpoint", "save_state_dict", "save_pretrained")


class TrainingGuided(Practice):
    """Training is guided and tuned

    What: Early stopping on validation data, schedules of the learning rate, clipped gradients, search over settings.

    Why: Training that runs a fixed number of steps at a fixed rate stops too early or too late, and nobody knows which.

    Example: `EarlyStopping(monitor="val_loss")`, `ReduceLROnPlateau`, `clip_grad_norm_`, an Optuna study speak for.

    Limits: Whether validation data are separate from test data is the matter of other checks. What stands in a branch
    that a constant of the file switches off, or in a name that nothing reads, is not counted.
    """

    code = "FRW106"
    ml_only = True
    moves: ClassVar = {"frameworks": Move(up=0.45)}
    why = "Guided training ends when validation says so, and its settings are found, not guessed."
    sentence = "Training is guided by"
    counted = False
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

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """Not what nothing takes up, nor gradients that are clipped before they are there."""
        return not left_lying(module, call) and not (kind == "clipped gradients" and _clipped_too_soon(module, call))


def _clipped_too_soon(module: Module, clip: ast.Call) -> bool:
    """Whether the gradients are cleared or worked out next, before any step takes what was clipped."""
    around = loop_of(module, clip) or module.function_of(clip)
    after = [
        call
        for name in ("backward", "zero_grad", "step")
        for call in module.called.get(name, ())
        if call.lineno > clip.lineno and (around is None or around in module.parents(call))
    ]
    following = min(after, key=lambda call: call.lineno, default=None)
    steps = any(called_name(call) == "step" for call in after)
    return steps and following is not None and called_name(following) != "step"


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
    counted = False
    kinds: ClassVar = {
        "data sets and loaders": (
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
        "fetched ahead (prefetch, parallel maps, pinned memory)": (".prefetch", "?num_parallel_calls", "?pin_memory"),
        "matrices of the boosting library": ("xgboost:DMatrix", "lightgbm:Dataset", "catboost:Pool"),
    }

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """Not a sampler of equal weights, and not a rule of collation that is a library's own."""
        return not _draws_alike(module, call)

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Samplers that are given, except for those that only shuffle or keep the order."""
        loaders = (call for call in module.keyworded.get("sampler", ()) if "oader" in ast.unparse(call.func))
        given = [(call, argument(call, "sampler")) for call in loaders]
        if not given:
            return
        plain = {
            target.id
            for node in module.nodes(ast.Assign)
            if _plain_sampler(node.value) or _draws_alike(module, node.value)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call, sampler in given:
            by_name = isinstance(sampler, ast.Name) and sampler.id in plain
            own = says_something(sampler) and not by_name and not _plain_sampler(sampler)
            if own and not (sampler is not None and _draws_alike(module, sampler)):
                yield "own rules of collation or sampling", call.lineno


def _draws_alike(module: Module, made: ast.expr) -> bool:
    """Whether it makes a weighted sampler in which all weights are the same."""
    if not (isinstance(made, ast.Call) and _last_name(made.func) == "WeightedRandomSampler"):
        return False
    weights = argument(made, "weights", 0)
    return weights is not None and _equal(module, weights)


def _equal(module: Module, weights: ast.expr) -> bool:
    """Whether all weights are the same: `[1 / n for i in range(n)]`, `torch.ones(n)`."""
    if isinstance(weights, ast.Name):
        values = [v for t, v, _ in assignments(module) if isinstance(t, ast.Name) and t.id == weights.id]
        return len(values) == 1 and not isinstance(values[0], ast.Name) and _equal(module, values[0])
    if isinstance(weights, ast.ListComp):
        return not names_in(weights.elt) & target_names(weights.generators[0].target)
    return isinstance(weights, ast.Call) and _last_name(weights.func) == "ones"


def _plain_sampler(node: ast.expr | None) -> bool:
    """Whether it makes one of the samplers that stand for `shuffle=True` and `shuffle=False`."""
    return isinstance(node, ast.Call) and _last_name(node.func) in ("RandomSampler", "SequentialSampler")


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


CHECKS: tuple[Check, ...] = (StateSaved(), TrainingGuided(), FrameworkData())
