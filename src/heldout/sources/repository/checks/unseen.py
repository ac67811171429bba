"""Robustness: what was not in the training data: new categories, drift, hard cases."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first
from heldout.sources.repository.checks.practice import Practice, plural
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import argument, called_name, constant, names_in, target_names
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import does_something, walk


class Encoders(Check):
    """Categories that the model has not seen

    What: Encoders that say what happens to a new category. Against: codes that are made anew for the test data, so that
    the same category gets another code or column there.

    Why: New categories arrive in production every week, and a category with another code is another category.

    Example: `OneHotEncoder(handle_unknown="ignore")` speaks for; `le.fit_transform(test[c])` after
    `le.fit_transform(train[c])`, or `get_dummies` on each part without aligning the columns, speaks against.

    Limits: Parts are known by their names (`train`, `test`); alignment elsewhere in the file is believed.
    """

    code = "ROB103"
    ml_only = True
    severity = "high"
    moves: ClassVar = {"robustness": Move(up=0.2, down=0.35), "frameworks": Move(down=0.15)}
    why = "A category has to mean the same in training and in use."
    mend = "Fit the encoder on the training data alone, apply it to the rest, and say what an unknown category becomes."
    ask = "What happens in your code when a category shows up that was not in the training data?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Look at encoders and at codes made twice."""
        for call in module.keyworded.get("handle_unknown", ()):
            if constant(argument(call, "handle_unknown")) not in (None, "error"):
                yield call.lineno
        yield from self._fitted_again(module)
        yield from self._dummies_apart(module)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Encoders that are told what to do."""
        places = [(noted.path, noted.note) for noted in repo.notes(self)]
        if places:
            yield self.found(
                f"Encoders say what becomes of an unknown category (at least {plural(len(places), 'place')}).",
                *(repo.at(path, line) for path, line in first(places, 2)),
            )

    def _fitted_again(self, module: Module) -> Iterator[Finding]:
        if "Encoder" not in module.text:
            return
        encoders = {
            target.id
            for node in module.nodes(ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
            and isinstance(node.value, ast.Call)
            and re.search(r"\.(LabelEncoder|OrdinalEncoder|OneHotEncoder)$", module.resolve(node.value.func) or "")
        }
        if not encoders:
            return
        fitted: dict[tuple[str, str], ast.Call] = {}
        for name in ("fit_transform", "fit"):
            for call in module.called.get(name, ()):
                owner = call.func.value if isinstance(call.func, ast.Attribute) else None
                if isinstance(owner, ast.Name) and owner.id in encoders and call.args and name == "fit_transform":
                    part = _part(call.args[0])
                    if part:
                        fitted.setdefault((part, _column(call.args[0])), call)
        for (part, column), call in fitted.items():
            other = fitted.get(("train", column))
            if part == "test" and other is not None:
                yield self.against(
                    "An encoder is fitted on the training data and fitted again on the test data: codes may differ.",
                    module.location(other),
                    module.location(call),
                )
                return

    def _dummies_apart(self, module: Module) -> Iterator[Finding]:
        if "get_dummies" not in module.called or re.search(
            r"align\(|reindex|\.columns|get_missing|handle_unknown", module.text
        ):
            return
        made: dict[str, ast.Call] = {}
        for call in module.called.get("get_dummies", ()):
            given = argument(call, "data", 0)
            if isinstance(given, ast.Name) and not _LABELS.search(given.id):
                made.setdefault(_part(given), call)
        if "train" in made and "test" in made:
            yield self.against(
                "`get_dummies` is applied to the training and the test data apart, and nothing aligns their columns.",
                module.location(made["train"]),
                module.location(made["test"]),
            )


_LABELS = re.compile(r"(^|_)(y|ys)(?=_|train|test|$)|label|target|class", re.IGNORECASE)
"""Names of answers: their classes are known, and a split by classes keeps them all."""


def _part(node: ast.expr) -> str:
    """Whether an expression is about training or test data, by the name at its root."""
    names = sorted(names_in(node))
    for name in names:
        low = name.lower()
        words = re.split(r"_|(?<=x)(?=t)", low)
        if "train" in words:
            return "train"
        if "test" in words:
            return "test"
    return ""


def _column(node: ast.expr) -> str:
    """The column asked for, as text; the same for train[c] and test[c]."""
    if isinstance(node, ast.Subscript):
        return ast.unparse(node.slice)
    if isinstance(node, ast.Attribute):
        return node.attr if node.attr not in ("values", "astype") else _column(node.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _column(node.func.value)
    return ""


class DriftWatched(Practice):
    """Drift is looked for

    What: Live data or scores compared with those of training, by a library or by a test of one's own.

    Why: The world moves on and the model does not; without a comparison the first to notice is the client.

    Example: an Evidently report, `alibi_detect` detectors, `ADWIN`, or a function `psi(expected, actual)` speak for.

    Limits: A platform's own monitoring outside the repository is not seen. What raises the alarm is the matter of the
    MLOps checks.
    """

    code = "ROB104"
    ml_only = True
    moves: ClassVar = {"robustness": Move(up=0.4)}
    why = "Drift that is looked for is found before it costs."
    sentence = "Drift is looked for"
    counted = False
    full = 1
    kinds: ClassVar = {
        "by detectors or reports": (
            "evidently:Report|Dashboard|DataDriftPreset|DataDriftTab|ColumnMapping|DataDriftProfileSection",
            "alibi_detect:KSDrift|MMDDrift|TabularDrift|ChiSquareDrift|ClassifierDrift|LSDDDrift|OutlierVAE|IForest",
            "river:ADWIN|DDM|EDDM|PageHinkley|KSWIN",
            "skmultiflow:ADWIN|DDM|EDDM|PageHinkley",
            "nannyml:CBPE|UnivariateDriftCalculator|DataReconstructionDriftCalculator",
            "whylogs:log",
            "deepchecks:TrainTestFeatureDrift|FeatureDrift|train_test_validation",
            "tensorflow_data_validation:validate_statistics",
            "frouros:MMD|KSTest",
        ),
        "by functions of its own": (),
    }

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Functions for drift that compute something."""
        for node, facts in module.functions:
            low = facts.name.lower()
            named = re.search(
                r"(data|concept|feature|covariate|detect|check|compute|calculate|monitor)\w*_drift|drift_(score|test|report|detect)",
                low,
            )
            stability = re.search(r"(^|_)psi(_|$)|population_stability", low)
            if (named or stability) and facts.lines >= 4 and _computes(node):
                yield "by functions of its own", facts.line


def _computes(function: ast.AST) -> bool:
    return any(
        isinstance(n, ast.Call)
        and re.search(r"ks_2samp|hist|log|wasserstein|entropy|quantile|percentile|chi2|mean", called_name(n))
        for n in walk(function)
    )


class Augmented(Practice):
    """Training data are varied

    What: Augmentation of images, text, audio or rows in training.

    Why: Users' pictures are darker, cropped and turned; a model that never saw that fails on the first day.

    Example: `RandomResizedCrop`, an albumentations `Compose`, `ImageDataGenerator(rotation_range=15)`, `SpecAugment`
    speak for.

    Limits: Whether the variation fits the use is not seen. Tables need none.
    """

    code = "ROB105"
    ml_only = True
    moves: ClassVar = {"robustness": Move(up=0.05)}
    why = "Varied training data prepare for inputs that differ."
    sentence = "Training data are varied"
    counted = False
    kinds: ClassVar = {
        "in place (cropped, turned, flipped)": (
            "torchvision:RandomCrop|RandomResizedCrop|RandomRotation|RandomHorizontalFlip|RandomAffine|RandomErasing",
            "tensorflow:random_flip_left_right|random_crop|RandomFlip|RandomRotation",
            "keras:ImageDataGenerator?rotation_range",
            "keras:ImageDataGenerator?horizontal_flip",
            "tensorflow:ImageDataGenerator?rotation_range",
            "tensorflow:ImageDataGenerator?horizontal_flip",
            "albumentations:HorizontalFlip|VerticalFlip|Flip|Transpose|RandomCrop|RandomResizedCrop|ShiftScaleRotate",
            "albumentations:Rotate|RandomRotate90|Affine|RandomScale|CoarseDropout|ElasticTransform|GridDistortion",
            "imgaug:Fliplr|Flipud|Affine|Crop|Rotate",
        ),
        "in tone (light, colour, blur, noise)": (
            "torchvision:ColorJitter|GaussianBlur|RandomGrayscale",
            "tensorflow:random_brightness|random_contrast|random_hue|random_saturation",
            "albumentations:RandomBrightnessContrast|GaussNoise|Blur|CLAHE|HueSaturationValue",
            "imgaug:GaussianBlur|AdditiveGaussianNoise|Multiply",
            "audiomentations:AddGaussianNoise",
            "torchaudio:FrequencyMasking|TimeMasking",
        ),
        "in words": (
            "nlpaug:SynonymAug|ContextualWordEmbsAug|KeyboardAug|RandomWordAug",
            "textattack:EasyDataAugmenter",
        ),
    }

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """Whether what varies is not only drawn: a picture of it is no training on it."""
        return not _only_drawn(module, call)


def _only_drawn(module: Module, call: ast.AST, depth: int = 2) -> bool:
    """Whether what a call makes is drawn, at once or by a name that is used for nothing else."""
    for around in module.parents(call):
        if isinstance(around, ast.Call) and called_name(around) in _DRAWING:
            return True
        if isinstance(around, ast.Assign):
            if not all(isinstance(target, ast.Name) for target in around.targets):
                return False
            names = set[str]().union(*map(target_names, around.targets))
            uses = [use for name in names for use in _uses(module, name)]
            shown = [use for use in uses if not _lies(module, use)]
            return bool(depth and shown) and all(_only_drawn(module, use, depth - 1) for use in shown)
        if isinstance(around, ast.stmt):
            return False
    return False


_DRAWING = frozenset({"imshow", "plot_images", "show_images", "show_image", "image", "display", "make_grid", "imsave"})


def _uses(module: Module, name: str) -> Iterator[ast.Name]:
    """Where a name is read, but not in functions that have a parameter of that name."""
    for node in module.nodes(ast.Name):
        if node.id == name and isinstance(node.ctx, ast.Load):
            function = module.function_of(node)
            given = function.args if function is not None else None
            if given is None or name not in {a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)}:
                yield node


def _lies(module: Module, use: ast.Name) -> bool:
    """Whether what a use makes gets a name that nothing reads: `shown = transform(x)`."""
    around = next((a for a in module.parents(use) if isinstance(a, ast.stmt)), None)
    if not isinstance(around, ast.Assign) or not (isinstance(around.value, ast.Call) and around.value.func is use):
        return False
    if not all(isinstance(t, ast.Name) for t in around.targets):
        return False
    return not any(any(_uses(module, t.id)) for t in around.targets if isinstance(t, ast.Name))


class HardCases(Practice):
    """Models are judged on hard cases and slices

    What: Evaluation by slice or segment, under noise, corruption or attack, and explanations of single errors.

    Why: A good average hides the group for which the model fails.

    Example: `MetricFrame(..., sensitive_features=...)`, adversarial attacks from a library, a function
    `evaluate_by_segment`, SHAP values speak for.

    Limits: Slices in a dashboard are not seen; nothing speaks against.
    """

    code = "ROB106"
    ml_only = True
    moves: ClassVar = {"robustness": Move(up=0.3), "statistics": Move(up=0.15)}
    why = "Where a model fails is worth more than how well it does on average."
    sentence = "Models are looked into beyond an average"
    counted = False
    kinds: ClassVar = {
        "under attack": (
            "art:FastGradientMethod|ProjectedGradientDescent",
            "foolbox:PyTorchModel|LinfPGD|FGSM",
            "cleverhans:fast_gradient_method|projected_gradient_descent",
            "textattack:Attacker|AttackArgs",
        ),
        "by segment": (
            "fairlearn:MetricFrame",
            "aif360:ClassificationMetric",
            "slicefinder:SliceFinder",
            "checklist:TestSuite",
        ),
        "by what features contribute": (
            "shap:TreeExplainer|KernelExplainer|DeepExplainer|Explainer",
            "sklearn:permutation_importance",
            "lime:LimeTabularExplainer|LimeImageExplainer|LimeTextExplainer",
        ),
        "by attribution of a network": ("captum:IntegratedGradients|Saliency|LayerGradCam",),
        "by its errors": (),
        "under noise or shift": (),
    }
    _named = re.compile(
        r"(eval|test|score|metrics?|error|accuracy)\w*_(by|per)_(slice|segment|group|class|category|length|region|domain)"
        r"|slice_metrics"
    )
    _shifted = re.compile(
        r"(eval|test|score)\w*_(noise|noisy|corrupt\w*|ood|shift\w*|perturb\w*)|(noise|corruption)_robustness"
        r"|robustness_(test|eval)|evaluate_robust"
    )

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Functions that are named for it and do something."""
        for node, facts in module.functions:
            if facts.lines >= 4 and does_something(node):
                if self._named.search(facts.name.lower()) and _is_called(module, facts.name):
                    yield "by segment", facts.line
                elif re.search(r"error_analysis|analy[sz]e_errors", facts.name.lower()):
                    yield "by its errors", facts.line
                elif self._shifted.search(facts.name.lower()) and _asks_model(module, node):
                    yield "under noise or shift", facts.line


def _is_called(module: Module, name: str) -> bool:
    """Whether a function can be at work: called in its file, a method, a test, or in a file made to be imported."""
    return bool(module.called.get(name)) or not module.facts().guarded


_ASKED = re.compile(r"predict|evaluat|score|accuracy|loss|forward|infer|model|metric", re.IGNORECASE)


def _asks_model(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function calls a model or a score, so that what it changes is looked at with one."""
    return any(isinstance(part, ast.Call) and _ASKED.search(called_name(part)) for part in walk(function))


CHECKS: tuple[Check, ...] = (Encoders(), DriftWatched(), Augmented(), HardCases())
