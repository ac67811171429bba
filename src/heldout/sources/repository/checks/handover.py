"""Handover: the commands and guides by which somebody else runs and retrains this without its author."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from textwrap import shorten
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, ramp
from heldout.sources.repository.documents import CITED, FENCE, ShellLine, documents, sections, shell_lines
from heldout.sources.repository.needs import purpose
from heldout.sources.repository.repository import Repository

_TRAIN = re.compile(
    r"\b(train|retrain|fine-?tune|finetune|pretrain|fit|dvc repro|kedro run|snakemake)(\b|_|\.py)|_train(\.py"
    r"|\b)|main_\w*train",
    re.IGNORECASE,
)
_PREDICT = re.compile(
    r"\b(predict|infer|inference|detect|score|separate|demo|serve|transcribe|classify|translate"
    r"|test_image|segment)(\b|_|\.py)"
    r"|_(predict|infer|inference|demo|detect)(\.py|\b)|/predict\b",
    re.IGNORECASE,
)
_RUNS = re.compile(
    r"^(CUDA_VISIBLE_DEVICES=\S+ )?(python[\d.]*|make|just|bash|sh|\./|dvc|snakemake|docker|torchrun"
    r"|accelerate|curl|http|uv run|poetry run"
    r"|kedro|mlflow|deepspeed|nextflow"
    r"|[a-z][\w-]+ (train|predict|fit|infer|separate|detect|serve)(\s+[-$<{\[./\w]*[-./=<$\[{_]|\s*$))"
)
_NO_RUN = re.compile(
    r"^(def|class|import|from|return|for|if|with|async|while|then|to|you|we|and|or|can|will|first|please) |[.:]$"
    r"|\b(pip3?|conda|apt|apt-get|brew|git clone|docker (pull|build)|pytest|wget)\b|(^|\s)-m (pytest|unittest"
    r"|pip)|test_\w+\.py"
)
_OWN_PROGRAM = re.compile(r"^[a-z]\w*(-\w+)*-(train|finetune|predict|infer|detect|serve)(-\w+)*\s+[^\s=]")
"""A project's own program whose name says what it does: `birds-train`."""


_AHEAD = re.compile(r"^\.github/|(^|/)(plans?|prompts?|specs?|proposals?)/", re.IGNORECASE)
"""Texts on what is to be done."""
_NO_MODEL = re.compile(
    r"^(\S*/)?(\w+ run )?(mkdocs|jekyll|hugo|npm|yarn|pnpm|npx|vuepress|sphinx\S*|quarto|jupyter|mlflow (ui"
    r"|server)|tensorboard|ng|php)\b"
    r"|^(make|just)\s+\S*demo|\s(-h|--help)(\s|$)|latency|benchmark|curl\s+-I\b"
)
"""Servers of pages and boards, and commands that only print what they could do."""


_DATA = re.compile(r"\.(json|ya?ml|csv|tsv|txt|pth?|h5|ckpt|jpe?g|png|wav|mp3|mp4)$|^[<$]", re.IGNORECASE)
_SWITCH = re.compile(
    r"^(--(mode|task|phase|action|cmd)=|-{1,2}(do_)?|[A-Z]*_?)(train|predict|infer|inference|finetune)(=\S*)?$",
    re.IGNORECASE,
)


def _commands(repo: Repository, wanted: re.Pattern[str]) -> list[ShellLine]:
    """The commands in READMEs and guides that do what is wanted, nearest to the root first; those of a script that is
    not there do nothing.
    """
    known = {entry.name for entry in repo.tree.files}
    return [
        line
        for text in documents(repo)[:40]
        if not _AHEAD.search(text.path)
        for line in shell_lines(text)
        if (_RUNS.match(line.command) or _OWN_PROGRAM.match(line.command))
        and not _NO_RUN.search(line.command)
        and not _NO_MODEL.search(line.command)
        and wanted.search(_acting(line.command))
        and not ((script := _SCRIPT.match(line.command)) and _missing(script[1], known))
    ]


def _acting(command: str) -> str:
    """The words of a command that say what it does: program, script, subcommand, and switches such as `--do_train`.

    Folders, data files and the values of options are left out: `eval.py --data train/` does not train.
    """
    words = [word for word in re.sub(r"\s#.*", "", command).split()[:40] if word not in ("-m", "-u")]
    plain = list(takewhile(lambda word: not word.startswith("-"), words[:5]))
    heads = [word.rpartition("/")[2] for word in plain if not _DATA.search(word)]
    switches = [word for word in words if _SWITCH.match(word)]
    routes = [word for word in words if "/predict" in word]
    return " ".join([*heads, *switches, *routes])


_BEFORE_TRAINING = re.compile(
    r"^\S+(\s+-\w+)*\s+\S*(pre_?proc|prepare|download|split|convert|extract|featur|export|visual|plot|eda|clean)\w*(\.py)?(\s|$)",
    re.IGNORECASE,
)
"""Programs that make the data for a training, whatever their options say."""


class TrainCommand(Check):
    """A documented command that trains

    What: A command in the README or a guide, in a code block or alone on its line, that trains the model, or code shown
    there that does.

    Why: If the model cannot be trained again without its author, it is a black box for rent.

    Example: A block with `python train.py --config configs/base.yaml` or `make train` speaks for.

    Limits: Whether the command works is not tried. Steps told in words only are not seen.
    """

    code = "HND101"
    moves: ClassVar = {"handover": Move(up=0.4)}
    ml_only = True
    why = "Whoever takes a model over has to be able to train it again."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for commands, then for calls shown in the texts."""
        found = [line for line in _commands(repo, _TRAIN) if not _BEFORE_TRAINING.search(line.command)]
        found.sort(key=lambda line: "train" not in line.command.lower() and " fit" not in line.command)
        if found:
            where = found[0]
            options = any(" --" in line.command or " -" in line.command for line in found)
            yield self.found(
                f"The texts give a command that by its words trains: `{_cut(where.command)}`.",
                *(repo.at(line.path, line.line) for line in first(found, 3)),
                strength=1.0 if options else 0.8,
                ask="What has a stranger to prepare before this command works, and how long does it run?",
                commands=len(found),
            )
            return
        shown = list(first(_shown_calls(repo, _FITS), 1))
        if shown:
            path, line = shown[0]
            yield self.found("The texts show in code a call that trains or fits.", repo.at(path, line), strength=0.6)


class PredictCommand(Check):
    """A documented command that predicts

    What: A command or request in the README or a guide, in a code block or alone on its line, that applies the model
    to new data, or code shown there that does.

    Why: A model that only its author can ask is of use to nobody else.

    Example: `python predict.py --input new.csv`, `curl -X POST .../predict -d ...` or `model.predict(x)` after
    a load, shown in the README, speak for.

    Limits: Whether it works is not tried. Screenshots are not read.
    """

    code = "HND102"
    moves: ClassVar = {"handover": Move(up=0.4), "deployment": Move(up=0.1)}
    ml_only = True
    why = "Whoever takes a model over first wants one answer from it."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for commands, then for calls shown in the texts."""
        found = _commands(repo, _PREDICT)
        if found:
            yield self.found(
                f"The texts give a command that by its words applies or serves the model: `{_cut(found[0].command)}`.",
                *(repo.at(line.path, line.line) for line in first(found, 3)),
                strength=1.0,
                commands=len(found),
            )
            return
        shown = list(first(_shown_calls(repo, _ASKS_MODEL), 1))
        if shown:
            path, line = shown[0]
            yield self.found("The texts show in code a call that asks the model.", repo.at(path, line), strength=0.7)


def _cut(command: str) -> str:
    """A command in one line; one that is too long is cut at a blank, with a mark."""
    return shorten(command, 90, placeholder=" …")


_A_MODEL = (
    r"(?:\b(?!(?i:mlb|le|lb|ohe|sc|\w*(?:encoder|scaler|binarizer|vectorizer|tokenizer|tokenizerfast|imputer|config))\.)\w+"
    r"|[)\]])"
)
"""What a call is made on, unless it prepares what a model is given."""
_ASKS_MODEL = re.compile(_A_MODEL + r"\.(predict|predict_proba|generate|analyze)\(")
_FITS = re.compile(
    r"(?!\w*(?:model|net)\.train\((?:True|False)?\))" + _A_MODEL + r"\.(fit|train|learn|fit_generator)\("
)
"""Calls that train; `model.train()` changes a mode."""


def _shown_calls(repo: Repository, wanted: re.Pattern[str]) -> Iterator[tuple[str, int]]:
    """(path, line) of calls inside the README's code blocks, and those of the guides to a library, whose calls are
    how it is used: the guides of an application show what is inside."""
    guides = documents(repo)[:40] if purpose(repo) == "library" else ()
    own = [t for t in guides if not _AHEAD.search(t.path) and not _NO_GUIDE.search(t.path)]
    for text in (*([repo.readme] if repo.readme else ()), *own):
        fenced = False
        for number, line in enumerate(text.lines[:4000], start=1):
            if FENCE.match(line[:200]):
                fenced = not fenced
            elif (fenced or line.startswith("    ")) and wanted.search(line[:500]) and "self." not in line:
                yield text.path, number


_SCRIPT = re.compile(r"^python[\d.]*\s+(?:-u\s+)?([\w./-]+\.py)\b")


class DeadCommands(Check):
    """Commands in the README that lead nowhere

    What: Commands in the README of the form `python SCRIPT.py` whose script is nowhere in the repository.

    Why: The first thing a stranger does is to copy the command; when its script was renamed or never published,
    the handover ends there.

    Example: `python train_model.py` in the README when there is only `src/train.py` speaks against.

    Limits: A script of the same name in any folder counts as there. Scripts of other projects (after a `git
    clone` or `cd`, in a section about something else) and placeholders are left out; so is everything when
    files were not given.
    """

    code = "HND103"
    moves: ClassVar = {"handover": Move(down=0.45), "communication": Move(down=0.15)}
    severity = "medium"
    why = "A command that does not exist stops whoever follows the text."
    mend = "Run the commands of the README from a fresh copy and mend those that fail."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare the commands with the files."""
        text = repo.readme
        if text is None or not repo.complete or text.path.count("/"):
            return
        known = {entry.name for entry in repo.tree.files}
        lines = list(shell_lines(text))
        foreign = any(re.search(r"\bgit clone\b|\bwget\b|\bcurl\b|submodule", line.command) for line in lines) and any(
            re.match(r"cd\s", line.command) for line in lines
        )
        called = [(line, m[1]) for line in lines if (m := _SCRIPT.match(line.command))]
        dead = [(line, s) for line, s in called if _missing(s, known)]
        alive = len(called) - len(dead)
        if dead and not (foreign and not alive):
            names = list(dict.fromkeys(script for _, script in dead))
            yield self.against(
                "The README tells to run scripts that are not in the repository: "
                f"{', '.join(f'`{n}`' for n in names[:3])}.",
                *(repo.at(line.path, line.line) for line, _ in first(dead, 3)),
                strength=ramp(len(names), 0, 3) * (0.5 if foreign else 1.0),
                ask=f"What happened to `{names[0]}`, and what would a stranger run instead?",
                missing=len(names),
                commands=len(called),
            )


def _missing(script: str, known: set[str]) -> bool:
    name = script.rpartition("/")[2]
    placeholder = re.search(
        r"your|my_|example|script|foo|xxx|path|file|<|setup\.py|manage\.py|main\.py|ez_setup", script, re.IGNORECASE
    )
    return (
        name not in known and not placeholder and not script.startswith(("/", "../")) and "site-packages" not in script
    )


_OWN_DATA = re.compile(
    r"\b(own|custom|new) (data\b|data ?sets?\b|corpus\b)|\bfine-?tun(e|ing)\b|\bre-?train(ing)?\b"
    r"|\btrain\w* (on )?your (own )?\w+|\bdata ?(set)? (format|preparation|structure)\b"
    r"|\b(prepar|us|add|bring)\w+ (the |your )(own )?data"
    r"|\badding a (new )?(data|dataset)\b|\binput format|\bdata schema",
    re.IGNORECASE,
)
_PREPARES = re.compile(r"[\W\d]*(step )?[\W\d]*(prepar|us|add|load|creat)\w+ (the |some )?data\W*", re.IGNORECASE)
_OF_TRAINING = re.compile(
    r"\btrain|\bdata\b|data ?sets?\b|\bepochs?\b|\bcheckpoints?\b|\blabel|\bannotat"
    r"|\.(csv|jsonl?|parquet)\b|\bcolumns?\b",
    re.IGNORECASE,
)
"""Words of training and its data: a prompt, or a list of words, can be fine-tuned too."""
_OPERATE = re.compile(
    r"\bdeploy(ing|ment|ments)?\b|\bin production\b"
    r"|\bserv(e|ing) (the |a |your )?(models?|predictions?)|\bmodel serving|\btf serving"
    r"|\brun ?book|\btroubleshoot|\broll(ing)? ?back|\brest api\b|\boperations? (guide|manual)",
    re.IGNORECASE,
)


_TROUBLE = re.compile(r"troubleshoot", re.IGNORECASE)


class OwnData(Check):
    """A guide to one's own data

    What: Sections of the README or guides about the data's format and about training, fine-tuning or using the
    work with one's own data.

    Why: The taker's data are other data: without their format and steps, retraining is guesswork.

    Example: A section "Training on your own data" with the columns or folders that are expected and the command
    speaks for.

    Limits: Sections are recognised by English headings; at least thirty words, or a block of code, have to
    stand under one.
    """

    code = "HND108"
    moves: ClassVar = {"handover": Move(up=0.35)}
    ml_only = True
    why = "Retraining means other data: the guide has to say which form they take."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for the sections."""
        found = list(_guides(repo, _OWN_DATA, of=_OF_TRAINING))
        found = [section for section in found if "output" not in section[1].lower()]
        if purpose(repo) == "library":  # a step of a tutorial prepares its example
            found = [section for section in found if not _PREPARES.fullmatch(section[1].strip())]
        if found:
            yield self.found(
                f"{_sections(found)} on the form or preparation of the data, on own data or on training anew:"
                f" {_quoted(found)}.",
                *(repo.at(path, line) for path, _, line in first(found, 3)),
                strength=ramp(len(found), 0, 2),
                sections=len(found),
            )


class OperationGuide(Check):
    """A guide to deployment and operation

    What: Sections of the README or guides on deploying, serving, operating, monitoring, troubleshooting or
    going back.

    Why: Deployment guides and support are what lets a company run a model without the people who made it.

    Example: `docs/deployment.md` with the commands, the memory that is needed and what to do when the service
    does not start speaks for.

    Limits: Sections are recognised by English headings with text or commands under them; their truth is not judged.
    """

    code = "HND109"
    moves: ClassVar = {"handover": Move(up=0.35), "deployment": Move(up=0.15)}
    ml_only = True
    why = "Whoever runs the model tonight needs the steps, not the author's phone number."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for the sections."""
        found = list(_guides(repo, _OPERATE, steps=True))
        # What to do when something fails helps those who operate it, where a text says how to operate it at all.
        if any(not _TROUBLE.search(title) for _, title, _ in found):
            yield self.found(
                f"{_sections(found)} on deploying or operating: {_quoted(found)}.",
                *(repo.at(path, line) for path, _, line in first(found, 3)),
                strength=ramp(len(found), 0, 3),
                sections=len(found),
            )


_NO_GUIDE = re.compile(
    r"(^|[/_-])(memo|papers?|literature|reading|survey|journal|diary)([_/.-]|$)|"
    r"change|history|checklist|future|architect|arsitektur|arquitet|rancangan|frontend|release|news|report|summary|performance|benchmark|scope|roadmap|next_?steps|phase|presenta|apresenta|experiment|analysis|findings|(^|/)features/|handoff|prompt|contribut|code_of_conduct|license|review|decision|(^|/)adr|plan\b|todo|spec(s|ification)?\b"
    r"|keputusan|keterbatasan|decisiones|decisao|entscheid|milestone|(^|/)(design|proposals?|rfcs?|logs?|notes|\.[\w-]+)/|_log\b|interview|claude|agents\.md",
    re.IGNORECASE,
)
"""Texts about the making of the work, whose headings speak of things that are no guide to them."""


_PLANNED = re.compile(
    r"\b(future|phase|planned|todo|fase|futuro|priority|migrations?|no new|not|without|colab|live|links?"
    r"|pages|week|sprint|frontend)\b|~~",
    re.IGNORECASE,
)
"""Headings of what is to come, what is not needed, or what stands somewhere else."""
_STEPS = re.compile(r"```|^\s*(\d{1,2}[.)]|[-*+])\s+\S|^( {4}|\t)\S|^\s*\$ ", re.MULTILINE)


_ONLY_TRAINS = re.compile(
    r"^(?!.*\b(own|your|custom|new|format|schema|structure|prepar\w*)\b).*(tun|train)", re.IGNORECASE
)
_SHOWS_HOW = re.compile(r"```|^( {4}|\t)\S|\bpython[\d.]* \S|\s--?\w", re.MULTILINE)
"""A heading of training alone may stand over a report of it: a guide shows a command or code."""


def _guides(
    repo: Repository, wanted: re.Pattern[str], *, steps: bool = False, of: re.Pattern[str] | None = None
) -> Iterator[tuple[str, str, int]]:
    """(path, title, line) of sections with substance whose heading is about it; `steps` asks for commands or a list,
    `of` for words that have to stand under it.
    """
    for text in documents(repo)[:60]:
        if _NO_GUIDE.search(text.path):
            continue
        for section in sections(text):
            title = re.sub(r"`[^`]*`|\S+\.(?:py|json|ya?ml|sh|csv|md)\b", " ", section.title[:200])
            substance = len(section.body.split()) >= 30 or "```" in section.body
            speaks = of is None or of.search(f"{title} {section.body}")
            if _PLANNED.search(title) or CITED.search(section.title[:500]):
                continue
            if of is not None and _ONLY_TRAINS.search(title) and not _SHOWS_HOW.search(section.body):
                continue
            if wanted.search(title) and substance and speaks and (not steps or _STEPS.search(section.body)):
                yield text.path, section.title[:60], section.line


def _sections(found: list[tuple[str, str, int]]) -> str:
    return "The texts have a section" if len({title for _, title, _ in found}) == 1 else "The texts have sections"


def _quoted(found: list[tuple[str, str, int]]) -> str:
    return ", ".join(f"“{title}”" for title in list(dict.fromkeys(title for _, title, _ in found))[:3])


CHECKS: tuple[Check, ...] = (TrainCommand(), PredictCommand(), DeadCommands(), OwnData(), OperationGuide())
