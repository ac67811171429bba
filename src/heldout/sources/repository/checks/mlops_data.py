"""MLOps: versions and rules for data and settings, monitoring, drift, and what is written about a model."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, ramp
from heldout.sources.repository.checks.data_origin import lfs_pointer
from heldout.sources.repository.checks.practice import plural
from heldout.sources.repository.documents import Section, documents, sections
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import argument, called_name, constant, says_something
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.tools import names, places, tools_used

_FETCHES = re.compile(r"download|retrieve|fetch|get_file|url")


class DataVersions(Check):
    """Data with a version

    What: Data or model files kept by hash or version: DVC, lakeFS, Pooch, Delta Lake, Git LFS, or downloads
    that check a hash (`file_hash`, `known_hash`, `md5`, `sha256`) or name a revision.

    Why: Code without its data cannot give the same model again, and a data set that changed in silence looks
    like a bug in the code.

    Example: `data/train.csv.dvc` with an md5, or `get_file(..., file_hash="...")` speak for; a bare URL does not.

    Limits: Versions kept by a database or warehouse are not seen. Git LFS stores versions but names none, so it
    counts half.
    """

    code = "MLO111"
    moves: ClassVar = {"mlops": Move(up=0.25), "reproducibility": Move(up=0.15)}
    ml_only = True
    why = "Data with a version let a model be traced to what it was trained on."

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note downloads that check a hash or name a revision."""
        for keyword in (
            "file_hash",
            "known_hash",
            "md5_hash",
            "check_hash",
            "expected_sha256",
            "md5",
            "sha256",
            "checksum",
        ):
            for call in module.keyworded.get(keyword, ()):
                fetches = keyword == "known_hash" or _FETCHES.search(called_name(call).lower())
                if fetches and says_something(argument(call, keyword)):
                    yield call.lineno
                    return
        for call in module.keyworded.get("revision", ()):
            if _fixed(argument(call, "revision")) and (module.resolve(call.func) or "").endswith(
                ("load_dataset", "from_pretrained", "hf_hub_download", "snapshot_download")
            ):
                yield call.lineno
                return

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Report the tools in use and the checked downloads."""
        pointer = lfs_pointer(repo)
        used = [use for use in tools_used(repo, "data-versioning") if use.tool.id != "git-lfs" or pointer]
        strong = [use for use in used if use.tool.id != "git-lfs"]
        hashed = repo.notes(self)
        if not used and not hashed:
            return
        words = [names(used)] if used else []
        if hashed:
            words += [f"{plural(len(hashed), 'file')} with downloads that check a hash or name a revision"]
        yield self.found(
            f"Data or model files have a version or a checksum: {'; '.join(words)}.",
            *places(repo, used, 2),
            *(repo.at(n.path, n.note) for n in first(hashed, 2)),
            strength=1.0 if strong else 0.6 if hashed else 0.4,
            files=len(hashed),
        )


def _fixed(revision: ast.expr | None) -> bool:
    """Whether a revision is written down and is not that of a branch which moves on."""
    return isinstance(said := constant(revision), str) and said not in ("main", "master", "")


class DataRules(Check):
    """Data checked by declared rules

    What: Rules for data that are declared and run: Great Expectations, Pandera, TensorFlow Data Validation,
    Soda, JSON Schema.

    Why: What a column may hold is known to somebody; written as a rule it stops bad data before they reach the model.

    Example: `pa.DataFrameSchema({"age": pa.Column(int, pa.Check.in_range(0, 120))})` speaks for.

    Limits: Hand-written assertions on data are looked at by the checks of data wrangling.
    """

    code = "MLO112"
    moves: ClassVar = {"mlops": Move(up=0.1), "robustness": Move(up=0.3), "wrangling": Move(up=0.15)}
    ml_only = True
    why = "A rule for data that is run stops the bad batch, not the model that was trained on it."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Report the rules in use."""
        used = tools_used(repo, "validation")
        if used:
            count = sum(len(use.places) for use in used)
            yield self.found(
                f"Data are checked by rules declared with {names(used)} in at least"
                f" {count} place{'s' if count > 1 else ''}.",
                *places(repo, used),
                strength=ramp(count, 0, 3),
                ask="Which of these rules has ever stopped a batch, and what happened then?",
                places=count,
            )


class FeatureStore(Check):
    """Features shared by training and serving

    What: A feature store that is really used: feature views defined, features fetched for training or online.

    Why: Features computed twice, once for training and once for serving, drift apart in silence.

    Example: `store.get_historical_features(...)` for training and `get_online_features(...)` in the service
    speak for.

    Limits: Few projects need one: its absence says nothing.
    """

    code = "MLO113"
    moves: ClassVar = {"mlops": Move(up=0.1)}
    ml_only = True
    why = "One definition of a feature for training and serving cannot disagree with itself."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Report feature stores in use."""
        used = tools_used(repo, "feature-store")
        if used:
            yield self.found(f"Features come from a feature store: {names(used)}.", *places(repo, used))


_STABILITY = re.compile(
    r"(^|_)(psi|population_stability\w*|data_drift|detect_drift|drift_\w+|\w+_drift|concept_drift)$"
)
_NO_DRIFT = re.compile(
    r"_(days?|windows?|thresholds?|alerts?|config|limits?|settings)(_|$)|"
    r"drift_(diffusion|velocity|rate|coef\w*|term|net\w*|fn|func\w*)|(gyro|clock|genetic|ocean|sde)_drift"
    r"|^_?(fit|tau|caption|get|load|fetch|read|save|write|plot|show|print|export|list|send|notify|simulate|inject|generate|make|test)_"
)


class Monitoring(Check):
    """Monitoring of a model in use

    What: Drift detectors (Evidently, NannyML, whylogs, Alibi Detect ...) or own functions for drift, and metrics,
    alerts or traces of the running service (Prometheus, OpenTelemetry, Sentry, CloudWatch ...).

    Why: A model decays without an error; only somebody who measures its inputs and outputs in use sees it.

    Example: A Prometheus histogram of predicted scores, an alert rule, or a weekly Evidently report on new data
    speak for.

    Limits: Monitoring by the platform alone is not in the repository. That somebody reads the alerts cannot be seen.
    """

    code = "MLO114"
    moves: ClassVar = {"mlops": Move(up=0.35), "robustness": Move(up=0.2)}
    ml_only = True
    why = "What is measured in use can be mended before users complain."

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note the functions with nothing in them but words."""
        hollow = (ast.Pass, ast.Raise)
        for function, facts in module.functions:
            if all(isinstance(s, hollow) or (isinstance(s, ast.Expr) and _is_text(s.value)) for s in function.body):
                yield facts.line

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Report drift detection and monitoring."""
        hollow = {(noted.path, noted.note) for noted in repo.notes(self)}
        drift = tools_used(repo, "drift")
        watch = tools_used(repo, "monitoring")
        own = [
            (m.path, f.line, f.name)
            for m in repo.scripts
            for f in m.functions
            if _STABILITY.search(f.name) and not _NO_DRIFT.search(f.name) and (m.path, f.line) not in hollow
        ]
        own = own if any(repo.ml.training) and len(own) <= 40 else []
        words = [f"drift is looked for by {names(drift)}"] if drift else []
        words += (
            [
                f"functions of its own are named for drift (`{own[0][2]}`)"
                if len(own) > 1
                else f"`{own[0][2]}` is for drift"
            ]
            if own and not drift
            else []
        )
        words += [f"there are settings or calls of {names(watch)}"] if watch else []
        if words:
            yield self.found(
                f"For watching what is in use, {' and '.join(words)}.",
                *places(repo, (*drift, *watch)),
                *(repo.at(path, line) for path, line, _ in first(own, 2)),
                strength=1.0 if (drift or own) and watch else 0.7 if drift else 0.5,
                ask="When did monitoring show you that a model had gone wrong: by which signal, and who acted?",
            )


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant)


class Settings(Check):
    """Settings apart from code

    What: A configuration system in use in the project (Hydra, OmegaConf, Gin, pydantic settings, YACS ...), or
    training scripts that read a settings file given to them.

    Why: A run whose settings are a file can be repeated, compared and swept; one whose settings were typed into
    code cannot.

    Example: `@hydra.main(config_path="conf")` with files in `conf/`, or `yaml.safe_load(open(args.config))`
    speak for.

    Limits: Arguments of the command line alone are looked at by the checks of reproducibility.
    """

    code = "MLO115"
    moves: ClassVar = {"mlops": Move(up=0.15)}
    ml_only = True
    why = "Settings in files are versioned with the code that reads them."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Report configuration systems, else scripts that train by a settings file."""
        used = tools_used(repo, "configuration")
        if used:
            yield self.found(f"Settings are read or declared with {names(used)}.", *places(repo, used), strength=1.0)
            return
        training = set(repo.ml.training)
        loads = ("yaml.safe_load", "yaml.load", "toml.load", "tomllib.load", "configparser.ConfigParser")
        reading = list(
            {
                m.path: (m.path, lines[0])
                for m in repo.scripts
                for name, lines in m.calls.items()
                if name in loads and (m.path in training or "train" in m.path.rpartition("/")[2])
            }.values()
        )
        if reading and repo.glob("*config*.y*ml", "*param*.y*ml", "*conf*/*.y*ml", "*config*.toml", "*.cfg", "*.ini"):
            yield self.found(
                f"At least {plural(len(reading), 'file')} with training read{'s' if len(reading) == 1 else ''} settings"
                f" from a file.",
                *(repo.at(*place) for place in first(reading, 3)),
                strength=0.7,
                scripts=len(reading),
            )


_CARD_PARTS = {
    "what it is for": re.compile(
        r"intended use|use cases?|uses?$|direct use|primary use|model description|what it does", re.IGNORECASE
    ),
    "what it was trained on": re.compile(r"training (data|procedure|details)|data ?sets?|^data$", re.IGNORECASE),
    "how well it does": re.compile(r"evaluation|metrics?|results?|performance|quantitative", re.IGNORECASE),
    "its limits": re.compile(
        r"limitation|caveat|bias|risk|ethic|out[- ]of[- ]scope|known (issues|faults)|failure", re.IGNORECASE
    ),
}


class ModelCard(Check):
    """A model card with substance

    What: A document about the model (MODEL_CARD, or a README that calls itself one) with sections that say what
    it is for, what it was trained on, how well it does, and where its limits are.

    Why: Who takes over a model has to know what it must not be used for.

    Example: `MODEL_CARD.md` with "Intended use", "Training data", "Evaluation" and "Limitations", each with
    text, speaks for.

    Limits: The sections are recognised by their headings in English. What they say is not judged.
    """

    code = "MLO116"
    moves: ClassVar = {"mlops": Move(up=0.1), "handover": Move(up=0.3), "judgement": Move(up=0.2)}
    ml_only = True
    why = "A model card tells the taker what the model can and cannot do."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Count the sections of substance in each card."""
        best: tuple[int, str, dict[str, int]] | None = None
        for text in documents(repo):
            name = text.path.rpartition("/")[2].lower()
            card = (
                "model_card" in name
                or "model-card" in name
                or "modelcard" in name
                or text.path.lower().startswith("model_card")
            )
            headed = re.search(r"^#{1,3} .{0,60}model card", text.text[:40_000], re.MULTILINE | re.IGNORECASE)
            if "template" in name or not (card or headed):
                continue
            # In a text about more, the card begins at its heading.
            begun = 0 if card or headed is None else text.text.count("\n", 0, headed.start()) + 1
            shown = {
                part: section.line
                for section in sections(text)
                for part, pattern in _CARD_PARTS.items()
                if section.line >= begun and pattern.search(section.title) and _filled(section)
            }
            if len(shown) >= 2 and (best is None or len(shown) > best[0]):
                best = (len(shown), text.path, shown)
        if best is not None:
            count, path, shown = best
            yield self.found(
                f"A model card has sections on {', '.join(shown)}.",
                *(repo.at(path, line) for line in first(shown.values(), 3)),
                strength=ramp(count, 1, 4),
                parts=count,
            )


def _filled(section: Section) -> bool:
    """Whether somebody has written what the heading asks for."""
    told = re.sub(r"<!--.*?-->", " ", section.body, flags=re.DOTALL)
    return len(told.split()) >= 15 and not re.search(
        r"\bTODO\b|\[more information needed\]|\bTBD\b", f"{section.title} {told}", re.I
    )


CHECKS: tuple[Check, ...] = (
    DataVersions(),
    DataRules(),
    FeatureStore(),
    Monitoring(),
    Settings(),
    ModelCard(),
)
