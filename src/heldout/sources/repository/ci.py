"""What continuous integration runs: the commands of every workflow, with what they call in turn.

A workflow file shows nothing by being there: a bot that greets newcomers is one too. So each file is read
down to its commands, and `make test`, `tox`, `nox`, `just check` or `./test.sh` are followed into the repository.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import yaml

from heldout.material.yaml_files import UnreadableYamlError, compose
from heldout.sources.repository.ci_conditions import is_condition, seldom_jobs
from heldout.sources.repository.ci_purposes import INSTALLS, PURPOSES, Purpose
from heldout.sources.repository.syntax import walk

if TYPE_CHECKING:
    from heldout.sources.repository.repository import Repository

_YAML_BYTES = 200_000
_NODES = 20_000
_FOLLOW = 3
"""How many calls deep a command is followed: workflow, make, tox, script."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A continuous-integration service: where its files are, and under which keys its commands stand."""

    name: str
    path: re.Pattern[str]
    keys: frozenset[str]


def _provider(name: str, path: str, keys: str) -> Provider:
    return Provider(name, re.compile(path, re.IGNORECASE), frozenset(keys.split()))


PROVIDERS = (
    _provider("GitHub Actions", r"^\.github/workflows/[^/]+\.ya?ml$", "run uses"),
    _provider("GitLab CI", r"^\.gitlab-ci\.ya?ml$|^\.gitlab/.*\.ya?ml$", "script before_script after_script"),
    _provider("Travis CI", r"^\.travis\.ya?ml$", "script before_script install before_install after_success deploy"),
    _provider("CircleCI", r"^\.circleci/[^/]+\.ya?ml$|^circle\.ya?ml$", "run command override post pre"),
    _provider(
        "Azure Pipelines",
        r"(^|/)\.?azure-?pipelines[^/]*\.ya?ml$|^\.?(azure|ado)[^/]*/.*\.ya?ml$",
        "script bash pwsh powershell",
    ),
    _provider("AppVeyor", r"^\.?appveyor\.ya?ml$", "test_script build_script install before_build after_test"),
    _provider("Bitbucket Pipelines", r"^bitbucket-pipelines\.ya?ml$", "script"),
    _provider("Drone", r"^\.(drone|woodpecker)(/[^/]+)?\.ya?ml$", "commands"),
    _provider("Buildkite", r"^\.buildkite/.*\.ya?ml$", "command commands"),
    _provider("Cirrus CI", r"^\.cirrus\.ya?ml$", "script test_script install_script check_script lint_script"),
)

_TARGET = re.compile(r"^([A-Za-z][\w./ -]*?)\s*:(?!=)([^#=]*)")
_SHELL_WORDS = re.compile(r"^((if|then|else|elif|do|while|time|sudo|!)\s+)+")
_SHRUGGED = re.compile(r"\|\|\s*(true|:|echo|printf|exit 0)(?=[\s;]|$)[^;&|]*")
_SHRUG = " \0"
"""Stands for what a line does so that a failure before it does not count."""
_HERE = re.compile(r"(?<!<)<<-?\s*['\"]?([A-Za-z_]\w*)")
_SHELL_SPLIT = re.compile(r"&&|\|\||;|(?<!\|)\|(?!\|)")


@dataclass(frozen=True, slots=True)
class Command:
    """One simple shell command, or `uses: NAME` for a ready-made action, and where it stands.

    `ignored` is True where its failure changes nothing: `pytest || true`, or a step that may fail. `seldom` is True in
    a job or step that runs only when it is asked for, at a release or on a timer, whatever starts its file.
    """

    text: str
    path: str
    line: int
    ignored: bool = False
    seldom: bool = False

    @property
    def purposes(self) -> frozenset[Purpose]:
        """What the command is for; empty when it is none of the purposes known."""
        if self.text.startswith(("echo ", "printf ", "- ")):
            return frozenset()
        installs = bool(INSTALLS.search(self.text))
        return frozenset(
            purpose
            for purpose, pattern in PURPOSES.items()
            if pattern.search(self.text) and (not installs or purpose == "build")
        )


@dataclass(frozen=True, slots=True)
class CiFile:
    """One workflow file with its own commands and those that they call inside the repository.

    `triggers` are GitHub's event names (`push`, `pull_request`, `schedule` ...), empty for other providers, which
    run at each change.
    """

    path: str
    provider: str
    commands: tuple[Command, ...]
    triggers: frozenset[str] = frozenset()

    @property
    def on_change(self) -> bool:
        """Whether it runs when code changes, not only on a timer, an issue or a release."""
        return not self.triggers or bool(
            self.triggers & {"push", "pull_request", "pull_request_target", "merge_group", "workflow_call"}
        )


@dataclass(frozen=True)
class Ci:
    """All continuous integration of a repository."""

    files: tuple[CiFile, ...] = ()

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """Every command of every file."""
        return tuple(command for file in self.files for command in file.commands)

    def doing(self, *purposes: Purpose, on_change: bool = False) -> tuple[Command, ...]:
        """The commands with one of these purposes whose failure counts, only those of files that run at each change if
        so asked.
        """
        return tuple(
            command
            for file in self.files
            if file.on_change or not on_change
            for command in file.commands
            if command.purposes & set(purposes) and not command.ignored and not (on_change and command.seldom)
        )

    def matching(self, pattern: str) -> tuple[Command, ...]:
        """The commands in which the regular expression is found."""
        wanted = re.compile(pattern)
        return tuple(command for command in self.commands if wanted.search(command.text))


def read_ci(repo: Repository) -> Ci:
    """Read every workflow; a file that is not valid YAML counts as one without commands."""
    follow = _Follower(repo)
    files = []
    for path in repo.paths:
        provider = next((p for p in PROVIDERS if p.path.search(path)), None)
        if provider is not None:
            root = _compose(repo.text(path).text)
            commands = [c for own in _commands(root, provider.keys, path) for c in follow(own)]
            triggers = _triggers(root) if provider.name == "GitHub Actions" else frozenset()
            files.append(CiFile(path, provider.name, tuple(dict.fromkeys(commands)), triggers))
        elif path.rpartition("/")[2] == "Jenkinsfile":
            commands = [c for own in _jenkins(repo.text(path).text, path) for c in follow(own)]
            files.append(CiFile(path, "Jenkins", tuple(dict.fromkeys(commands))))
    return Ci(tuple(files))


def shell_commands(script: str, path: str, line: int) -> Iterator[Command]:
    """The simple commands of a piece of shell whose first line is `line`."""
    joined = ""
    begun = line
    document = ""
    for number, raw in enumerate(script.split("\n"), start=line):
        if document:  # what stands in a here-document is a text, not a command
            document = "" if raw.strip() == document else document
            continue
        if not joined:
            begun = number
        joined += raw.strip()
        if joined.endswith("\\"):
            joined = joined[:-1].rstrip() + " "
            continue
        if opened := _HERE.search(joined):
            document = opened[1]
        if joined and not joined.startswith("#"):
            for part in _SHELL_SPLIT.split(_SHRUGGED.sub(_SHRUG, joined[:2000])):
                bare = _SHELL_WORDS.sub("", part.strip().lstrip("@-").strip())
                if bare:
                    may_fail = bare.endswith(_SHRUG) or "--exit-zero" in bare
                    yield Command(bare.removesuffix(_SHRUG).rstrip(), path, begun, may_fail)
        joined = ""


def _compose(text: str) -> yaml.Node | None:
    if len(text) > _YAML_BYTES:
        return None
    try:
        return compose(text)
    except UnreadableYamlError:
        return None


def _commands(root: yaml.Node | None, keys: frozenset[str], path: str) -> Iterator[Command]:
    """The scalars under the keys anywhere in the document; an aliased node is looked at once, a deep one not at all."""
    stack = [(root, False)] if root is not None else []
    aside = seldom_jobs(root)
    seen: set[int] = set()
    while stack and len(seen) < _NODES:
        node, seldom = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            may_fail = any(_is_true(key, value) for key, value in node.value)
            seldom = seldom or is_condition(node)
            for key, value in node.value:
                named = key.value if isinstance(key, yaml.ScalarNode) else ""
                stack.append((value, seldom or named in aside))
                if named in keys:
                    for command in _under(named, value, path):
                        yield replace(command, ignored=command.ignored or may_fail, seldom=seldom)
        elif isinstance(node, yaml.SequenceNode):
            stack.extend((item, seldom) for item in reversed(node.value))


def _under(key: str, value: yaml.Node, path: str) -> Iterator[Command]:
    """The commands that stand under one key."""
    for scalar in _scalars(value):
        if key == "uses":
            yield Command(f"uses: {scalar.value}", path, scalar.start_mark.line + 1)
        else:
            yield from shell_commands(
                scalar.value, path, scalar.start_mark.line + (2 if scalar.style in ("|", ">") else 1)
            )


def _is_true(key: yaml.Node, value: yaml.Node) -> bool:
    """Whether this is `continue-on-error: true`, or what GitLab calls it."""
    return (
        isinstance(key, yaml.ScalarNode)
        and key.value in ("continue-on-error", "continueOnError", "allow_failure")
        and isinstance(value, yaml.ScalarNode)
        and value.value.lower() == "true"
    )


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """A scalar, or those of a list (of lists); AppVeyor's `- cmd: ...` too."""
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            if isinstance(item, yaml.ScalarNode):
                yield item
            elif isinstance(item, yaml.SequenceNode):
                yield from (inner for inner in item.value if isinstance(inner, yaml.ScalarNode))
            elif isinstance(item, yaml.MappingNode):
                for key, value in item.value:
                    if isinstance(value, yaml.ScalarNode) and getattr(key, "value", "") in ("cmd", "ps", "sh"):
                        yield value


def _triggers(root: yaml.Node | None) -> frozenset[str]:
    if not isinstance(root, yaml.MappingNode):
        return frozenset()
    for key, value in root.value:
        if isinstance(key, yaml.ScalarNode) and key.value in ("on", "true"):
            if isinstance(value, yaml.ScalarNode):
                return frozenset([value.value])
            if isinstance(value, yaml.MappingNode):
                named = [(k, "release" if _tags_only(v) else "") for k, v in value.value]
            else:
                named = [(item, "") for item in value.value]
            return frozenset(told or k.value for k, told in named if isinstance(k, yaml.ScalarNode))
    return frozenset()


def _tags_only(node: yaml.Node) -> bool:
    """Whether a trigger is given for tags and no branches: it runs at a release."""
    keys = {key.value for key, _ in node.value} if isinstance(node, yaml.MappingNode) else set()
    return "tags" in keys and not keys & {"branches", "branches-ignore", "paths", "paths-ignore"}


def _jenkins(text: str, path: str) -> Iterator[Command]:
    step = re.compile(r"\b(?:sh|bat)\s*\(?\s*(?:script\s*:\s*)?('''|\"\"\"|'|\")")
    for match in step.finditer(text):
        end = text.find(match[1], match.end())
        if end > 0:
            yield from shell_commands(text[match.end() : end], path, text.count("\n", 0, match.end()) + 1)


class _Follower:
    """Follows a command into the files of the repository that it runs."""

    def __init__(self, repo: Repository) -> None:
        self.repo = repo
        self._recipes = {
            "make": _recipes(repo, "Makefile", "makefile", "GNUmakefile"),
            "just": _recipes(repo, "justfile", "Justfile", ".justfile"),
        }

    def __call__(self, command: Command, depth: int = 0) -> Iterator[Command]:
        """The command and what it calls, at most `_FOLLOW` calls deep."""
        yield command
        if depth < _FOLLOW and not INSTALLS.search(command.text):
            for inner in self._called(command.text):
                ignored, seldom = inner.ignored or command.ignored, inner.seldom or command.seldom
                yield from self(replace(inner, ignored=ignored, seldom=seldom), depth + 1)

    def _called(self, text: str) -> Iterator[Command]:
        words = text.split()
        names = [word.rpartition("/")[2] for word in words]
        for tool, recipes in self._recipes.items():
            if tool in names:
                for target in [w for w in words[names.index(tool) + 1 :] if w in recipes] or (
                    [""] if len(words) == 1 else []
                ):
                    yield from _recipe(recipes, target or next(iter(recipes), ""))
        if local := re.match(r"uses: \./([\w./-]+)$", text):
            for name in ("action.yml", "action.yaml"):
                path = f"{local[1].rstrip('/')}/{name}"
                if path in self.repo.tree:
                    yield from _commands(_compose(self.repo.text(path).text), frozenset(["run", "uses"]), path)
        if "tox" in names or "uses: tox" in text:
            yield from self._tox()
        if "nox" in names:
            yield from self._nox()
        for word in words[:4]:
            path = word.strip("\"'").removeprefix("./")
            entry = self.repo.tree.get(path)
            if entry is not None and entry.readable and (path.endswith((".sh", ".bash")) or entry.executable):
                if not path.endswith(".py"):
                    yield from shell_commands(self.repo.text(path).text[:_YAML_BYTES], path, 1)
                break

    def _tox(self) -> Iterator[Command]:
        for path in ("tox.ini", "setup.cfg", "pyproject.toml"):
            text = self.repo.text(path).text if path in self.repo.tree else ""
            inside = False
            for number, line in enumerate(text.split("\n"), start=1):
                if begun := re.match(r"\s*commands\s*=\s*(.*)", line):
                    inside = True
                    yield from shell_commands(begun[1], path, number)
                elif inside and line[:1] in (" ", "\t"):
                    yield from shell_commands(line, path, number)
                else:
                    inside = False

    def _nox(self) -> Iterator[Command]:
        text = self.repo.text("noxfile.py").text if "noxfile.py" in self.repo.tree else ""
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        for node in walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "run":
                words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                if words:
                    yield Command(" ".join(words), "noxfile.py", node.lineno)


_Recipes = dict[str, tuple[tuple[str, ...], tuple[Command, ...]]]


def _recipes(repo: Repository, *names: str) -> _Recipes:
    """Target -> (targets that it needs, its commands), in the order of the file."""
    path = next((name for name in names if name in repo.tree), None)
    found: _Recipes = {}
    if path is None:
        return found
    targets: list[str] = []
    for number, line in enumerate(repo.text(path).text[:_YAML_BYTES].split("\n"), start=1):
        if line[:1] in (" ", "\t"):
            for target in targets:
                needs, commands = found[target]
                found[target] = (needs, (*commands, *shell_commands(line, path, number)))
        elif match := _TARGET.match(line[:500]):
            heads = match[1].split()
            targets = heads[:1] if path.lower().endswith("justfile") else heads
            for target in targets:
                found.setdefault(target, (tuple(match[2].split()), ()))
        elif line.strip() and not line.startswith("#"):
            targets = []
    return found


def _recipe(recipes: _Recipes, target: str) -> Iterator[Command]:
    """The commands of a target and of those that it needs, each once."""
    waiting, seen = [target], set[str]()
    while waiting:
        here = waiting.pop(0)
        if here in recipes and here not in seen:
            seen.add(here)
            needs, commands = recipes[here]
            yield from commands
            waiting.extend(needs)
