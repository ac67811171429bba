"""What machine learning a repository does: by what its code calls, not by what it imports or says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from heldout.sources.repository.facts import ModuleFacts

FRAMEWORKS: dict[str, tuple[str, ...]] = {
    "scikit-learn": ("sklearn", "imblearn"),
    "PyTorch": (
        "torch",
        "torchvision",
        "pytorch_lightning",
        "lightning",
        "torchaudio",
        "fastai",
        "torch_geometric",
    ),
    "TensorFlow": ("tensorflow", "keras", "tf_keras", "tensorflow_addons", "tensorlayer", "tflearn"),
    "JAX": ("jax", "flax", "haiku", "optax", "equinox"),
    "XGBoost": ("xgboost",),
    "LightGBM": ("lightgbm",),
    "CatBoost": ("catboost",),
    "Transformers": ("transformers", "sentence_transformers", "peft", "trl", "accelerate", "diffusers"),
    "spaCy": ("spacy",),
    "gensim": ("gensim",),
    "statsmodels": ("statsmodels",),
    "PaddlePaddle": ("paddle",),
    "MXNet": ("mxnet", "gluonnlp", "gluoncv"),
    "Chainer": ("chainer", "cupy"),
    "Theano": ("theano", "lasagne"),
    "probabilistic": ("pymc", "pymc3", "pyro", "numpyro", "edward", "stan", "pystan"),
    "reinforcement learning": ("stable_baselines3", "stable_baselines", "ray.rllib", "gym", "gymnasium"),
    "AutoML": ("autogluon", "pycaret", "h2o", "optuna", "hyperopt", "flaml"),
    "ONNX": ("onnx", "onnxruntime"),
    "Spark ML": ("pyspark.ml", "pyspark.mllib"),
}
"""Framework -> packages that belong to it."""

_TRAINS = frozenset(
    {"fit", "fit_transform", "partial_fit", "backward", "train_on_batch", "fit_generator", "fit_one_cycle"}
)
_EVALUATES = frozenset({"evaluate", "score", "evaluate_generator", "test_on_batch"})
_PREDICTS = frozenset({"predict", "predict_proba", "predict_generator", "decision_function", "predict_on_batch"})


_ARRAYS = frozenset({"numpy", "scipy", "cupy", "numba", "pandas", "polars"})


@dataclass(frozen=True)
class MlUse:
    """Machine-learning use of a repository.

    `frameworks` maps a framework to the number of the project's modules that import it; `training`,
    `evaluation` and `prediction` are the paths of modules that do each. `modules` is the number of the project's
    modules (tests apart) that import a framework, `share` their part of the modules.
    """

    frameworks: dict[str, int]
    training: tuple[str, ...]
    evaluation: tuple[str, ...]
    prediction: tuple[str, ...]
    modules: int
    share: float
    own: tuple[str, ...] = ()
    """Modules whose own classes fit and predict, worked out on arrays: methods of learning that are made here."""

    @property
    def present(self) -> bool:
        """Whether this is machine-learning work: frameworks are used to define, train or apply models.

        An import alone, or one in a corner of a large package, is not enough. Methods of learning of one's own are.
        """
        if self.own:
            return True
        return self.modules > 0 and (bool(self.training) or self.share >= 0.1 or self.modules >= 5)


def frameworks_of(module: ModuleFacts) -> frozenset[str]:
    """The frameworks that a module imports."""
    return frozenset(
        framework
        for framework, packages in FRAMEWORKS.items()
        if any(name == p or name.startswith(p + ".") for name in module.imports for p in packages)
    )


def ml_use(modules: Iterable[ModuleFacts]) -> MlUse:
    """Sum up the modules of a repository; tests, docs and vendored files apart."""
    own = [m for m in modules if m.part in ("code", "example")]
    counts: dict[str, int] = {}
    using: list[ModuleFacts] = []
    for module in own:
        found = frameworks_of(module)
        if found:
            using.append(module)
        for framework in found:
            counts[framework] = counts.get(framework, 0) + 1
    return MlUse(
        frameworks=dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
        training=tuple(m.path for m in using if _TRAINS & m.methods.keys()),
        evaluation=tuple(
            m.path
            for m in using
            if _EVALUATES & m.methods.keys() or any(name.startswith("sklearn.metrics.") for name in m.calls)
        ),
        prediction=tuple(m.path for m in using if _PREDICTS & m.methods.keys()),
        own=tuple(m.path for m in own if m.models and m.part == "code" and _ARRAYS & m.packages()),
        modules=len(using),
        share=len(using) / len(own) if own else 0.0,
    )
