"""Reproducibility: paths that only one machine has, and settings apart from code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from heldout.evidence import Finding, Location
from heldout.material.own_machine import fixed_path
from heldout.sources.repository.checks.base import Check, Move, Text, first, ramp
from heldout.sources.repository.module import Module
from heldout.sources.repository.needs import purpose
from heldout.sources.repository.repository import Repository


@dataclass(frozen=True, slots=True)
class FixedPath:
    """A path written into the code: its text, where, and which kind (home, machine or platform)."""

    kind: str
    text: str
    place: Location
    replaceable: bool


_PROGRAM_FILES = re.compile(r"[a-z]:[\\/]+(program files|windows|programdata)", re.IGNORECASE)
"""Where every machine of the kind keeps its programs."""


class AbsolutePaths(Check):
    """Paths that exist only on the author's machine

    What: Strings that are absolute paths into a home folder, a drive letter or a machine's data disk, in code, settings
    and shell scripts.

    Why: The program stops at the first such path on every other machine.

    Example: `pd.read_csv("C:\\\\Users\\\\ann\\\\Desktop\\\\train.csv")` speaks against. `/kaggle/input/...` and mounted
    Colab drives are their platform's convention and are only noted.

    Limits: System paths (/tmp, /usr, /dev ...) are fine, and so are placeholders such as /home/user. A default of a
    command-line option can be replaced and counts half. Reports show no user names.
    """

    code = "REP301"
    moves: ClassVar = {"reproducibility": Move(down=0.25)}
    severity = "medium"
    why = "A path into somebody's own machine stops the program everywhere else."
    mend = "Take paths from an option, a settings file or the environment, relative to the project."
    ask = "What would have to be changed to run this on another machine?"
    suffixes: ClassVar = (".yaml", ".yml", ".toml", ".json", ".sh", ".cfg", ".ini", ".gin")

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note strings that are such paths as a whole."""
        if not re.search(
            r"/home/|/Users/|[A-Za-z]:[\\/]|/(?:mnt|media|scratch|data|nfs|root|content|kaggle)", module.text
        ):
            return
        for node in module.nodes(ast.Constant):
            if not isinstance(node.value, str) or not 5 < len(node.value) < 300 or "\n" in node.value:
                continue
            kind = None if _PROGRAM_FILES.match(node.value) else fixed_path(node.value)
            around = module.parent(node)
            if kind is None or isinstance(around, ast.Expr | ast.Compare) or _continues(node, around):
                continue
            if kind == "machine" and _route(node, module):
                continue
            yield FixedPath(kind, node.value, module.location(node), _replaceable(node, module))

    def on_text(self, text: Text) -> Iterable[Finding | object]:
        """Note values in settings and scripts that begin with a home folder."""
        if (
            _AUTOMATION.match(text.path)
            or text.path.lower().endswith("desktop.ini")
            or _OF_EDITORS.search(text.path)
            or RECORDED.search(text.path)
            or (text.path.endswith(".json") and not SETTINGS_JSON.search(text.path))
            or not re.search(r"/home/|/Users/|:\\", text.text)
        ):
            return
        for number, line in enumerate(text.lines, start=1):
            if len(line) > 1_000 or line.lstrip().startswith(_NO_SETTING):
                continue
            # In a Compose file, the second part of a volume is a place inside the container.
            written = re.sub(r":/[^\s\"',:]*", "", line) if "compose" in text.path.lower() else line
            for value in re.findall(
                r"(?:^|[\s\"'=:,(\[])((?:/home/|/Users/|[A-Za-z]:\\)[^\s\"',;)\]]{2,200})", written
            ):
                if fixed_path(value) == "home":
                    yield FixedPath("home", value, text.location(number), replaceable=True)
                    break

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Sum up: home folders and drives first, then a machine's disks, then platforms."""
        notes = [noted.note for noted in repo.notes(self) if repo.part(noted.path) == "code"]
        inside = _of_containers(repo) if notes else ()
        own = [
            n for kind in ("home", "machine") for n in notes if n.kind == kind and not f"{n.text}/".startswith(inside)
        ]
        platform = [n for n in notes if n.kind == "platform" and not n.replaceable]
        if own:
            files = sorted({n.place.path for n in own})
            weight = sum((0.5 if n.kind == "home" else 0.25) * (0.5 if n.replaceable else 1.0) for n in own)
            share = len(files) / max(len(repo.code), 1)
            yield self.against(
                f"{_count(len(files), 'file')} outside of tests name{'s' if len(files) == 1 else ''} a path"
                f" that only one machine"
                f" has, such as `{_shorten(own[0].text)}`.",
                *(n.place for n in first(own, 3)),
                strength=min(weight, 0.3 + 2 * share),
                severity=None if own[0].kind == "home" and not own[0].replaceable else "low",
                paths=len(own),
                files=len(files),
            )
        if platform:
            yield Finding(
                code=self.code,
                polarity="unknown",
                message=f"Paths of a hosted platform are written out (`{_shorten(platform[0].text)}`): its convention;"
                " whether the code runs elsewhere is open.",
                locations=tuple(n.place for n in first(platform, 2)),
                measured={"paths": len(platform)},
                strength=0.0,
                why=self.why,
            )


def _of_containers(repo: Repository) -> tuple[str, ...]:
    """The folders that the repository's own containers make or mount: whoever builds them has these."""
    texts = (repo.text(path).text for path in first(repo.glob("*dockerfile*", "*.sh", "*compose*.y*ml"), 60))
    found = {folder.rstrip("/") for text in texts for folder in _MADE.findall(text)}
    return tuple(f"{folder}/" for folder in found if folder)


_MADE = re.compile(
    r"(?:^\s*WORKDIR\s+|\s-v\s+[^\s:]+:|^[ \t]*-[ \t]+[^\n#]{0,300}:(?=/[^\n:]*(?::r[ow])?[\"']?[ \t]*$)"
    r"|^[ \t]*target:[ \t]*[\"']?)(/[\w./-]+)",
    re.MULTILINE | re.IGNORECASE,
)
"""A folder that an image works in, a command mounts, or a Compose file gives a volume."""

_AUTOMATION = re.compile(r"\.|(build_tools|ci|continuous_integration)/|\w*appveyor|azure-pipelines|bitbucket-")
"""Files that run on machines made for them, where paths are what they are."""

_OF_EDITORS = re.compile(r"(^|/)\.(vscode|idea|spyproject|devcontainer)/")
"""Settings of editors, at which no program stops."""

RECORDED = re.compile(
    r"(^|/)(wandb\w*|run-\d{8}_\d{6}[^/]*|mlruns|mlartifacts|lightning_logs|runs|outputs?|multirun|catboost_info|AutoML_\d+|\.neptune|logs?)/",
    re.IGNORECASE,
)
"""Folders in which tools record runs: what stands there was not written by hand."""

SETTINGS_JSON = re.compile(
    r"(conf|setting|param|option|path|launch|env)\w*[^/]*\.json$|(^|/)(conf|config|setting)s?/", re.IGNORECASE
)
"""Files of JSON that are read by a program; most others were written by one."""

_NO_SETTING = ("#", "//", ";", "prefix:")
"""How comments begin, and the line that conda writes into exported environments and does not read."""


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _replaceable(node: ast.AST, module: Module) -> bool:
    """Whether the string is only a default, or one of several: of an option, of the environment, of a setting."""
    around = module.parent(node)
    while isinstance(around, ast.IfExp | ast.BoolOp):
        node, around = around, module.parent(around)
    if isinstance(around, ast.keyword):
        return around.arg == "default"
    called = around.func if isinstance(around, ast.Call) and node in around.args[1:] else None
    return (isinstance(called, ast.Attribute) and called.attr in ("get", "getenv")) or (
        isinstance(called, ast.Name) and called.id == "getenv"
    )


def _route(node: ast.Constant, module: Module) -> bool:
    """Whether the string is the route of a web service, or is asked of one."""
    around = module.parent(node)
    if isinstance(around, ast.keyword):
        around = module.parent(around)
    asks = ("get", "post", "put", "delete", "patch", "route", "api_route", "websocket", "mount", "add_url_rule")
    return isinstance(around, ast.Call) and isinstance(around.func, ast.Attribute) and around.func.attr in asks


def _continues(node: ast.Constant, around: ast.AST | None) -> bool:
    """Whether something stands before the string, so that it is only the rest of a path."""
    if isinstance(around, ast.JoinedStr):
        return around.values[0] is not node
    return isinstance(around, ast.BinOp) and around.right is node


_SETTINGS = re.compile(
    r"argparse\.ArgumentParser|click\.(command|group|option)|typer\.(Typer|run|Option)|hydra\.main|omegaconf\.OmegaConf\.\w+"
    r"|yaml\.(safe_load|load|full_load)|ruamel\.yaml\.YAML|toml(lib)?\.loads?|configparser\.\w+|ConfigParser\.\w+|fire\.Fire"
    r"|absl\.flags\.DEFINE_\w+|tensorflow\.(compat\.v1\.)?(app\.)?flags\.DEFINE_\w+|gin\.(configurable|parse_config\w*)"
    r"|sacred\.Experiment|transformers\.HfArgumentParser|jsonargparse\.\w+|docopt\.docopt|configargparse\.\w+|tap\.Tap"
    r"|pytorch_lightning\.cli\.\w+|lightning\.pytorch\.cli\.\w+|yacs\.config\.\w+|ml_collections\.\w+|decouple\.config"
    r"|dynaconf\.Dynaconf|simple_parsing\.\w+|optparse\.OptionParser|environs\.Env|plac\.call|pyhocon\.\w+|tyro\.cli|draccus\.\w+"
    r"|mmcv\.Config\.fromfile|mmengine\.config\.\w+|dotenv\.load_dotenv|allennlp\.\w[\w.]*Params\.from_file"
)
_HYPER_NAMES = """
lr learning_rate batch_size epochs num_epochs n_epochs max_epochs n_estimators max_depth dropout weight_decay momentum
hidden_size nb_epoch steps_per_epoch num_layers
"""
_HYPER = frozenset(_HYPER_NAMES.split())


@dataclass(frozen=True, slots=True)
class Settings:
    """What a module says of settings: lines of a real mechanism; line and name of those written into training calls as
    numbers; how many such calls take by a name; whether it takes words of the command line or reads a table or file of
    settings.
    """

    mechanism: tuple[tuple[int, str], ...]
    fixed: tuple[tuple[int, str], ...]
    passed: int
    outside: bool


class SettingsApart(Check):
    """Settings apart from code

    What: Whether programs that train take their settings from a command line, a file or the environment, or have
    learning rates, batch sizes and epochs written into calls.

    Why: When every experiment is an edit, no result can be traced to its settings.

    Example: `argparse`, `click`, Hydra, a YAML file that is loaded, absl flags or a settings class really used speak
    for; `model.fit(x, y, epochs=40, batch_size=32)` in three scripts without any of them speaks against.

    Limits: Libraries and notebooks are not blamed: their users pass the settings, or edit a cell. Constants at the
    top of a script are neither praised nor blamed, nor is anybody whose code looks at `sys.argv` or reads a table of
    settings, or passes as many of these settings by a name as it writes out.
    """

    code = "REP302"
    moves: ClassVar = {"reproducibility": Move(up=0.2, down=0.15)}
    ml_only = True
    why = "Settings outside the code let a run be named, repeated and compared."
    mend = "Take learning rates, sizes and paths from options or a settings file."
    ask = "How do you run the same training with three other learning rates, and how do you tell the runs apart?"

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note mechanisms and fixed numbers."""
        mechanism = tuple(
            (call.lineno, name.partition(".")[0])
            for call, name in module.calls
            if _SETTINGS.fullmatch(name) and (not _ANY_FILE.match(name) or _of_settings(module, call))
        )
        mechanism += tuple(
            (node.lineno, "settings class")
            for node in module.nodes(ast.ClassDef)
            if any((module.resolve(base) or "").endswith(".BaseSettings") for base in node.bases)
        )
        given = [k for call in module.nodes(ast.Call) for k in call.keywords if k.arg in _HYPER]
        fixed = tuple(
            (k.value.lineno, k.arg or "")
            for k in given
            if isinstance(k.value, ast.Constant) and _is_number(k.value.value)
        )
        outside = "sys.argv" in module.text or any(
            _READS_TABLE.fullmatch(name) and _of_settings(module, call) for call, name in module.calls
        )
        if mechanism or given or outside:
            yield Settings(mechanism[:20], fixed[:20], len(given) - len(fixed), outside)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Judge the programs that train, or else praise what there is."""
        said = {noted.path: noted.note for noted in repo.notes(self)}
        training = set(repo.ml.training)
        real = [m for m in repo.code if m.path in said and said[m.path].mechanism and not _OF_BUILDS.search(m.path)]
        if real and training:
            best = sorted(real, key=lambda m: (m.path not in training, m.path.count("/")))
            programs_too = any(m.path in training or m.guarded for m in real)
            names = sorted({name for m in real for _, name in said[m.path].mechanism})
            yield self.found(
                f"At least {_count(len(real), 'file')} take{'s' if len(real) == 1 else ''} options or settings from"
                f" outside ({', '.join(names[:4])}).",
                *(repo.at(m.path, said[m.path].mechanism[0][0]) for m in first(best, 2)),
                strength=1.0 if programs_too else 0.4,
                files=len(real),
            )
        programs = [m for m in repo.scripts if m.part == "code" and m.path in training]
        fixed = [m for m in programs if m.path in said and len(said[m.path].fixed) >= 2]
        count = sum(len(said[m.path].fixed) for m in fixed)
        passed = sum(note.passed for note in said.values())
        outside = real or any(note.outside for note in said.values())
        if fixed and not outside and passed < count and purpose(repo) == "application":
            named = sorted({name for m in fixed for _, name in said[m.path].fixed})
            yield self.against(
                f"At least {count} training settings ({', '.join(f'`{name}`' for name in named[:3])}"
                f"{' ...' if len(named) > 3 else ''}) are written into calls in {_count(len(fixed), 'file')},"
                " and nothing was seen that takes settings from outside.",
                *(repo.at(m.path, said[m.path].fixed[0][0]) for m in first(fixed, 3)),
                strength=ramp(count, 0, 6),
                settings=count,
                programs=len(fixed),
            )


_OF_BUILDS = re.compile(
    r"(^|/)(ci|\.\w[\w-]*|tools?|build_tools|maint_tools|scripts/(ci|build|release)|docs?|packaging|infra|docker|deploy\w*)/"
    r"|(^|/)(setup|conf|noxfile|tasks|fabfile|versioneer|release|bump\w*)\.py$"
)
"""Programs that build, document or publish: their options set no run."""
_ANY_FILE = re.compile(r"(yaml|toml|tomllib|ruamel)\b")
_READS_TABLE = re.compile(
    r"pandas\.read_(csv|excel|json|table)|json\.loads?|csv\.(reader|DictReader)|os\.(getenv|environ\.get)"
)
_SETTINGS_WORD = re.compile(r"conf|cfg|param|setting|\bopt|option|hyp|\bargs\b|record\b", re.IGNORECASE)


def _of_settings(module: Module, call: ast.Call) -> bool:
    """Whether the lines around a call that reads YAML or TOML speak of settings: such files hold anything."""
    return bool(_SETTINGS_WORD.search("\n".join(module.lines[max(call.lineno - 3, 0) : call.lineno + 1])))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shorten(path: str) -> str:
    """A path of at most 80 characters; the dots say that its middle was left out."""
    return path if len(path) <= 80 else f"{path[:39]}…{path[-40:]}"


CHECKS: tuple[Check, ...] = (AbsolutePaths(), SettingsApart())
