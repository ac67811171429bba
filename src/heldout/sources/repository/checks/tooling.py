"""Craft: types, lint and format, and what continuous integration runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from heldout.evidence import Finding, Location
from heldout.sources.repository.checks.base import Check, Move, about, fraction, ramp, sentence, some
from heldout.sources.repository.repository import Repository


class Types(Check):
    """Type hints that a checker reads

    What: The share of public functions with arguments whose arguments all carry type hints, and whether a type
    checker is configured or run by continuous integration.

    Why: Hints say what a function takes; a checker keeps them true, and finds the None that nobody expected.

    Example: `def load(path: Path) -> pd.DataFrame:` throughout, with `[tool.mypy]` and mypy in the workflow, counts in
    full; hints alone count for less; no hints count for nothing, and not against.

    Limits: Hints may be wrong where no checker runs; `Any` counts as a hint. `*args` and `**kwargs` need none. Nested
    functions, tests, documentation folders, examples and notebooks are left out.
    """

    code = "CRF303"
    moves: ClassVar = {"python": Move(up=0.4), "craft": Move(up=0.15)}
    why = "Hints that are checked are documentation that cannot go stale."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Count the annotated functions and look for a checker."""
        functions = [
            (m.path, f) for m in repo.scripts for f in m.functions if f.public and f.arguments and m.part == "code"
        ]
        hinted = [(path, f) for path, f in functions if f.annotated >= f.arguments]
        share = fraction(len(hinted), len(functions))
        if len(functions) < 5 or share < 0.5:
            return
        runs = repo.ci.doing("types")
        places = [repo.at(runs[0].path, runs[0].line)] if runs else list(_settings(repo, _TYPE_SETTINGS))
        told = ", and a type checker is configured" if places else ""
        told = ", and continuous integration runs a type checker" if runs else told
        yield self.found(
            sentence(
                f"{about(len(hinted), len(functions))} of {some(len(functions), 'public function')} with arguments"
                " carry a type hint on each of them (nested ones, tests, documentation, examples and notebooks"
                f" apart; star arguments are not counted){told}."
            ),
            *(places[:1] or [repo.at(path, f.line) for path, f in hinted[:2]]),
            strength=ramp(share, 0.25, 0.9) * (1.0 if runs else 0.85 if places else 0.65),
            functions=len(functions),
            hinted=len(hinted),
            checked=bool(places),
        )


class LintAndFormat(Check):
    """Lint and format set up for everyone

    What: A linter or formatter (any one of the usual) with settings in the repository, as a commit hook, or run by
    continuous integration. One is enough; more count for nothing.

    Why: One style by machine ends the discussion, and a linter sees what a tired reviewer does not.

    Example: `[tool.ruff]` in pyproject.toml and `ruff check` in the workflow count in full; a `.flake8` that nothing
    runs counts for a half.

    Limits: Whether the code passes is not tried. A private habit of running a linter leaves no trace.
    """

    code = "CRF304"
    needs_whole = True
    moves: ClassVar = {"craft": Move(up=0.2)}
    why = "Style kept by machine leaves reviewers free for what matters."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for settings, hooks and commands."""
        runs = [command for command in repo.ci.doing("lint") if not _hooks_alone(command.text, repo)]
        if runs:
            yield self.found(
                f"Continuous integration checks style or lint: `{_shown(runs[0].text)}`.",
                repo.at(runs[0].path, runs[0].line),
                strength=1.0,
            )
            return
        hooks = next(_settings(repo, _HOOKS), None)
        if hooks is not None:
            yield self.found("A commit hook checks style or lint.", hooks, strength=0.8)
            return
        settings = next(_settings(repo, _LINT_SETTINGS), None)
        if settings is not None:
            yield self.found(
                "A linter or formatter is set up to be run by hand; no hook or continuous integration was seen to run"
                " it.",
                settings,
                strength=0.5,
            )


class ContinuousIntegration(Check):
    """Continuous integration that runs tests

    What: What the workflows run, by their commands: tests, lint or types, a build; followed through make, tox, nox
    and scripts. A bot that greets, labels, closes stale issues or only publishes is not counted, nor is a command
    that may fail (`pytest || true`).

    Why: Tests that run at every change are run; the others are run when somebody remembers.

    Example: `.github/workflows/ci.yml` with `pytest` on `pull_request` speaks for; a stale bot alone is nothing; a
    workflow that only builds or only lints counts for a part.

    Limits: Whether the runs pass cannot be seen in the files, nor whether each change takes that way: a workflow may
    look at some branches or paths only. A job that waits for a word in a commit's message, a label, a tag or a hand is
    not counted as one that runs at a change; installing the project is no build. Services set up outside the
    repository leave no trace.
    """

    code = "CRF305"
    needs_whole = True
    moves: ClassVar = {"craft": Move(up=0.35)}
    why = "What runs at each change cannot be forgotten."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Judge the commands by what they are for."""
        tests = [c for c in repo.ci.doing("test", "notebooks", on_change=True) if not _nowhere(c.text, repo)]
        tests.sort(key=lambda c: _aside(c.text))
        others = repo.ci.doing("lint", "types", "build", "docs", on_change=True)
        if tests:
            gated = {purpose for command in others for purpose in command.purposes} & {"lint", "types", "build"}
            provider = next(f.provider for f in repo.ci.files if tests[0] in f.commands)
            also = f", and also {' and '.join(sorted(_NAMES[p] for p in gated))}" if gated else ""
            yield self.found(
                f"{provider} runs tests when code is pushed or proposed (`{_shown(tests[0].text)}`){also}.",
                repo.at(tests[0].path, tests[0].line),
                strength=0.8 + 0.1 * min(len(gated), 2),
                commands=len(tests),
            )
        elif others:
            yield self.found(
                f"A workflow runs when code is pushed or proposed (`{_shown(others[0].text)}`); no tests were seen in"
                " it.",
                repo.at(others[0].path, others[0].line),
                strength=0.35,
            )
        elif seldom := repo.ci.doing("test", "notebooks", "lint", "types", "build"):
            path = seldom[0].path
            yield self.unknown(
                f"A workflow tests or builds the code (`{_shown(seldom[0].text)}`), but only by hand, by the clock or"
                " at a release, not when code is pushed or proposed.",
                repo.at(path, seldom[0].line),
                ask="What runs by itself when somebody proposes a change?",
            )
        elif repo.ci.files:
            yield self.unknown(
                f"{repo.ci.files[0].path} is there, but nothing in it was recognised that tests or builds the code"
                " when it is pushed or proposed.",
                repo.at(repo.ci.files[0].path),
                ask="What runs by itself when somebody proposes a change?",
            )


_OF_A_PART = re.compile(r"\S\.py\b|::|\bdocs?\b|notebook|nbmake|nbval|doctest")


def _aside(command: str) -> int:
    """How far a command is from running the tests as a whole: one that measures speed, then one file or the texts."""
    return 2 if re.search(r"bench|codspeed", command) else 1 if _OF_A_PART.search(command) else 0


def _hooks_alone(command: str, repo: Repository) -> bool:
    """Whether a command runs the commit hooks, of which none checks style or lint."""
    if not re.search(r"\bpre-commit\b|\bprek\b", command) or ".pre-commit-config.yaml" not in repo.tree:
        return False
    hooks = re.sub(r"^\s*#.*$", "", repo.text(".pre-commit-config.yaml").text, flags=re.MULTILINE)
    return not re.search(
        r"flake8|black|ruff|lint|isort|yapf|autopep8|pycodestyle|autoflake|format|prettier|blue|style", hooks
    )


_FOLDER = re.compile(r"\bpytest\s+(?:-\S+\s+)*(?:\./)?(?:(\w[\w-]*)/|(?<!-[km] )(tests?))\s*$")
"""The last word for pytest where it is a folder: with a slash, or named for tests."""


def _nowhere(command: str, repo: Repository) -> bool:
    """Whether the one folder that pytest is told is in no folder of the repository."""
    told = _FOLDER.search(command)
    return told is not None and not any((told[1] or told[2]) in path.split("/")[:-1] for path in repo.paths)


_NAMES = {"lint": "lint", "types": "a type check", "build": "a build"}

_Settings = dict[str, str]
"""File name -> pattern that its text has to hold."""

_TYPE_SETTINGS: _Settings = {
    "mypy.ini": r"^\[mypy",
    ".mypy.ini": r"^\[mypy",
    "setup.cfg": r"^\[mypy",
    "tox.ini": r"^\[mypy|^[ \t]+mypy\b|=\s*mypy\b",
    "pyproject.toml": r"^\[tool\.(mypy|pyright|basedpyright|pytype|pyre|ty|pyrefly)\b",
    "pyrightconfig.json": r"\{",
    ".pre-commit-config.yaml": r"^[^#\n]*\bid:\s*(mypy|pyright)",
    "Makefile": r"^\t.*\b(mypy|pyright)\b",
    "justfile": r"^[ \t]+.*\b(mypy|pyright)\b",
}

_HOOKS: _Settings = {
    ".pre-commit-config.yaml": r"^[^#\n]*\bid:\s*[\"']?(flake8|black|ruff|isort|pylint|yapf|autopep8|pycodestyle"
    r"|autoflake|blue)",
}

_LINT_SETTINGS: _Settings = {
    "pyproject.toml": r"^\[tool\.(ruff|black|isort|pylint|yapf|autopep8|flake8|pylama)\b",
    "setup.cfg": r"^\[(flake8|pycodestyle|pep8|isort|yapf|pylama|tool:isort|pylint)",
    "tox.ini": r"^\[(flake8|pycodestyle|pep8|isort)|^[ \t]+(flake8|pylint|black|ruff)\b"
    r"|=\s*(flake8|pylint|black|ruff)\b",
    ".flake8": r"^\[flake8",
    ".pylintrc": r"^\[",
    "pylintrc": r"^\[",
    "ruff.toml": r"\S",
    ".ruff.toml": r"\S",
    ".style.yapf": r"\S",
    ".isort.cfg": r"^\[",
    "Makefile": r"^\t(?!\s*@?(echo|printf)\b).*\b(flake8|pylint|black|ruff|yapf)\b",
    "justfile": r"^[ \t]++(?!@?(echo|printf)\b).*\b(flake8|pylint|black|ruff)\b",
}


def _settings(repo: Repository, wanted: _Settings) -> Iterator[Location]:
    """The places at the root where one of the settings stands."""
    for name, pattern in wanted.items():
        if name in repo.tree:
            text = repo.text(name).text
            if match := re.search(pattern, text, re.MULTILINE):
                yield repo.at(name, text.count("\n", 0, match.start()) + 1)


def _shown(text: str) -> str:
    text = re.sub(r"^(uses: [\w./-]+)@\S+$", r"\1", text)  # what a version makes of it looks like an address
    return text if len(text) <= 60 else text[:57] + "..."


CHECKS: tuple[Check, ...] = (Types(), LintAndFormat(), ContinuousIntegration())
