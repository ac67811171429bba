"""O3, monitoring: does a job watch inputs or quality, and did it run? O4, rollback: when to retrain, how to go back?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice

import yaml

from heldout.evidence import Location
from heldout.material.git import GitError
from heldout.sources.handover.own.delivered import Delivered, Text, in_comment, matches
from heldout.sources.handover.plan import Plan
from heldout.sources.handover.record import Ran
from heldout.sources.handover.result import Check

UNTRIED = 0.5
"""Credit for a job that is there and of which nobody saw a run."""

_WATCH_NAME = re.compile(r"monitor|drift|data_quality|model_quality", re.IGNORECASE)
_TOLD = re.compile(
    r"\b(?:monitor(?:ing|ed|s)?|drift)\b[^.\n]{0,80}\b(?:model|data|quality|performance|predictions?|inputs?)\b"
    r"|\b(?:model|data|concept|prediction)[ -]drift\b",
    re.IGNORECASE,
)


@cache
def _signs() -> dict[str, dict[str, re.Pattern[str]]]:
    text = (files("heldout.sources.handover.own") / "watching.yaml").read_text(encoding="utf-8")
    return {
        kind: {name: re.compile(pattern, re.MULTILINE) for name, pattern in patterns.items()}
        for kind, patterns in yaml.safe_load(text).items()
    }


@dataclass(frozen=True)
class Watch:
    """A place that shows watching, and by what."""

    tool: str
    place: Location


def watching(delivered: Delivered, kind: str) -> tuple[Watch, ...]:
    """The places that watch: kind `quality` (inputs or quality) or `service` (requests and errors)."""
    found = []
    for name, pattern in _signs()[kind].items():
        for text, match in matches((*delivered.code, *delivered.settings), pattern):
            if not in_comment(text, match) and not _once_only(text, name):
                found.append(Watch(name, text.place(match)))
                break
    return tuple(found)


def _once_only(text: Text, name: str) -> bool:
    """A test of two samples in a notebook or a script of analysis is a look at the data, and no watch."""
    return name == "a test of distributions" and not _WATCH_NAME.search(text.path)


def monitoring_check(delivered: Delivered, plan: Plan, runs: Sequence[Ran]) -> Check:
    """Whether a job that watches inputs or quality is delivered, and what became of it when it ran."""
    quality = watching(delivered, "quality")
    service = watching(delivered, "service")
    steps = {step.id for step in plan.steps if _WATCH_NAME.search(f"{step.id} {step.command} {step.notebook or ''}")}
    ran = [run for run in runs if run.step in steps]
    common = {
        "id": "O3",
        "area": "own",
        "why": "Models become worse silently; only somebody who watches sees it.",
        "measured": {"watched_by": ", ".join(w.tool for w in (*quality, *service)) or None, "runs": len(ran)},
    }
    if not quality and not steps:
        return Check(
            **common,
            state="fail",
            message=_not_watched(service, delivered),
            severity="medium",
            locations=(*(w.place for w in service), *_told(delivered))[:4],
            mend="Ask for a job that compares new inputs, and quality where answers come in, with the training's.",
        )
    places = tuple(w.place for w in quality)[:4]
    what = f"with {quality[0].tool}" if quality else "by a step of its own"
    worked = [run for run in ran if run.worked]
    if ran and not worked:
        cause = ran[-1].cause
        told = f": {cause.message}" if cause else "."
        return Check(
            **common,
            state="fail",
            message=f"A job that watches inputs or quality is delivered ({what}), and it does not run{told}",
            severity="medium",
            command=ran[-1].command,
            locations=places,
            log=ran[-1].log,
            mend="Have it mended and shown running on the client's side.",
        )
    if worked:
        return Check(
            **common,
            state="pass",
            message=f"A job that watches inputs or quality is delivered ({what}), and it ran here.",
            command=worked[-1].command,
            locations=places,
            log=worked[-1].log,
        )
    return Check(
        **common,
        state="pass",
        credit=UNTRIED,
        message=f"Inputs or quality are watched ({what}); it was not run here, so whether it works is open.",
        locations=places,
    )


def _not_watched(service: Sequence[Watch], delivered: Delivered) -> str:
    if service:
        return f"The service counts its requests ({service[0].tool}), but nothing watches inputs or quality."
    if next(iter(_told(delivered)), None) is not None:
        return "Monitoring is only spoken of: no job that watches inputs or quality is delivered."
    return "No job that watches inputs or quality is delivered."


def _told(delivered: Delivered) -> Iterator[Location]:
    yield from (text.place(match) for text, match in islice(matches(delivered.pages, _TOLD), 2))


_BACK = re.compile(
    r"\broll(?:ing|ed)?[ -]?back\b|\brevert(?:ing)? to (?:the |a |an )?(?:previous|older|earlier|last)\b"
    r"|\b(?:previous|older|last good) (?:model|version|release)\b[^.\n]{0,60}"
    r"\b(?:restor|deploy|load|switch|go back|kept|keep)"
    r"|\b(?:restore|redeploy|switch back to) (?:the |a )?(?:previous|older|last)\b|volver a la versión|回滚|откат",
    re.IGNORECASE,
)
_WORD_AGAIN = r"(?:re-?train\w*|re-?entren\w*|retrein\w*|réentraîn\w*|nachtrainier\w*|重新训练|переобуч\w*)"
_WORD_WHEN = (
    r"(?:when|if|every|each|once|daily|weekly|monthly|quarterly|annually|yearly|schedul\w*|trigger\w*|threshold|drift\w*"
    r"|after|periodic\w*|cron|cuando|cada|mensual\w*|semanal\w*|quando|chaque|lorsque|jede\w?|wenn|每|когда|кажд\w+)"
)
_AGAIN = re.compile(
    rf"\b{_WORD_AGAIN}\b[^.\n]{{0,80}}\b{_WORD_WHEN}\b|\b{_WORD_WHEN}\b[^.\n]{{0,60}}\b{_WORD_AGAIN}", re.IGNORECASE
)
_CRON = re.compile(
    r"\bcron\b[\"']?\s*[:=]|schedule_interval\s*=|\bschedule\s*=\s*[\"']|CronSchedule|CronTrigger|@(?:daily|weekly|monthly)\b"
)
_TRAINS = re.compile(r"\btrain|dvc repro|kedro run|mlflow run|\bfit\b", re.IGNORECASE)
_REGISTRY = re.compile(
    r"\b(?:register_model|create_model_version|registered_model_name|transition_model_version_stage|set_registered_model_alias"
    r"|create_model_package|bentoml\.\w+\.save_model)\b"
)
_VERSIONED = re.compile(r"^(?P<stem>.*?)[-_.]?(?:v?\d+(?:[._-]\d+)*|\d{4}-?\d\d-?\d\d\S*)$", re.IGNORECASE)


def rollback_check(delivered: Delivered, plan: Plan) -> Check:
    """Whether it is told when to retrain and how to go back, and whether there is an older model to go back to."""
    back = [text.place(match) for text, match in islice(matches(delivered.pages, _BACK), 2)]
    back += [delivered.file(path).at(1) for path in delivered.named(r"(^|/)rollback[^/]*\.(sh|py|ya?ml|md)$")][:1]
    again = [text.place(match) for text, match in matches(delivered.pages, _AGAIN)][:2] + list(_scheduled(delivered))[
        :1
    ]
    older = _older_models(delivered, plan)
    told = {"when to retrain": bool(again), "how to go back": bool(back)}
    kept = older is not None
    have = sum(told.values()) + kept
    passed = have >= 2
    return Check(
        id="O4",
        area="own",
        state="pass" if passed else "fail",
        message=_told_of_rollback(told, older),
        credit=have / (len(told) + 1) if passed else 1.0,
        severity="info" if passed else "medium",
        locations=(*back, *again)[:5],
        measured={words.replace(" ", "_"): there for words, there in told.items()} | {"older_model_kept": kept},
        why="A model that turned worse has to be replaced or taken back on the day on which it is seen.",
        mend="" if passed else "Ask for a page that says when to retrain and how to go back, and for the model before.",
    )


def _told_of_rollback(told: Mapping[str, bool], older: str | None) -> str:
    said = [words for words, there in told.items() if there]
    unsaid = [words for words, there in told.items() if not there]
    parts = [f"it says {' and '.join(said)}"] if said else []
    parts += [f"an older model is kept ({older})"] if older else []
    parts += [f"it does not say {' or '.join(unsaid)}"] if unsaid else []
    parts += [] if older else ["no older model is kept"]
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def _scheduled(delivered: Delivered) -> Iterator[Location]:
    """Schedules whose file also trains."""
    for text in (*delivered.workflows, *delivered.settings, *delivered.code):
        match = _CRON.search(text.text)
        if match and _TRAINS.search(text.text) and not in_comment(text, match):
            yield text.place(match)


def _older_models(delivered: Delivered, plan: Plan) -> str | None:
    """What there is to go back to, in words: versions side by side, a registry, or older states in the history."""
    present = [model.path for model in plan.models if model.present]
    if pair := _versions(present):
        return f"{pair[0]} beside {pair[1]}"
    if next(matches((*delivered.code, *delivered.settings), _REGISTRY), None):
        return "in a registry"
    history = delivered.material.history
    if history is None or not present:
        return None
    for path in present[:5]:
        try:
            found = history.git.run("log", "--format=%h", "--max-count=5", history.head, "--", path, seconds=20)
        except GitError:
            continue
        states = len(found.split())
        if states > 1:
            return f"{'at least 5' if states == 5 else states} states of {path} in the history"
    return None


def _versions(paths: Iterable[str]) -> tuple[str, str] | None:
    seen: dict[tuple[str, str], str] = {}
    for path in paths:
        stem, _, suffix = path.rpartition(".")
        match = _VERSIONED.match(stem)
        folder = re.match(r"^(.*?)/(?:v?\d+|\d{4}-\d\d-\d\d[^/]*)/([^/]+)$", path)
        key = (match["stem"], suffix) if match else (f"{folder[1]}//{folder[2]}", suffix) if folder else None
        if key is None:
            continue
        if key in seen:
            return seen[key], path
        seen[key] = path
    return None
