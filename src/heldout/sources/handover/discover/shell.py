"""Shell lines as people write them down: prompts, `cd`, activations and wrappers taken off, and what kind each is."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["install", "run", "other"]

_LINE = 4_000
_LINES = 3_000
_QUOTED = 60
"""Lines that one quote goes over."""
_PROMPT = re.compile(
    r"^\s*(?:\([\w.-]{1,40}\)\s*)?(?:PS [A-Z]:[^>]{0,80}>|[\w.-]{1,40}@[\w.-]{1,40}:?\S{0,80}[$#]|[$%!>]|>>)\s+"
)
_MAGIC = re.compile(r"^\s*[!%](?=[A-Za-z./])")
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w{1,30})\1")
_ASSIGNED = re.compile(r"([A-Za-z_]\w{0,60})=(.*)", re.DOTALL)
_NAME = re.compile(r"[a-z0-9_./~$<][\w./~$<>{}+-]{0,200}|Rscript|REM|Get-\w+|New-\w+|Set-\w+")
"""What a program's name looks like, and prose does not."""
_WINDOWS = re.compile(r"(?<=[\w.])\\(?=[\w.])")
_OPERATORS = frozenset({"&&", "||", ";", "|", "&", ";;", "|&"})
_REDIRECT = re.compile(r"\d?(>{1,2}|<|&>|>&)")
_PLAIN = re.compile(r"[\w@%+=:,./\[\]{}*?~<>$-]+")

_RUNNERS = re.compile(
    r"python[\d.]*|py|ipython|streamlit|uvicorn|gunicorn|hypercorn|flask|fastapi|gradio|mlflow|bentoml|pytest|py\.test|tox|nox|"
    r"make|snakemake|dvc|kedro|jupyter|jupyter-nbconvert|papermill|bash|sh|torchrun|accelerate|deepspeed|Rscript|rasa|"
    r"waitress-serve|django-admin|\./\S+\.(?:sh|py)|just|invoke|doit"
)
_INSTALLERS = frozenset(
    {
        *("pip", "pip3", "pip2", "conda", "mamba", "micromamba", "pipenv", "poetry", "pdm", "uv", "virtualenv", "apt"),
        *("apt-get", "brew", "yum", "dnf", "apk", "npm", "yarn", "pnpm", "pyenv", "choco", "winget", "pre-commit"),
        *("easy_install", "rye", "pixi", "nvm", "nltk.downloader", "pipx", "hatch", "venv", "deactivate"),
    }
)
_WRAPPERS = {
    ("poetry", "run"): 2,
    ("pipenv", "run"): 2,
    ("pdm", "run"): 2,
    ("uv", "run"): 2,
    ("rye", "run"): 2,
    ("hatch", "run"): 2,
    ("pixi", "run"): 2,
    ("dotenv", "run"): 2,
    ("sudo",): 1,
    ("time",): 1,
    ("nohup",): 1,
    ("exec",): 1,
    ("winpty",): 1,
    ("xvfb-run",): 1,
    ("env",): 1,
    ("call",): 1,
    ("start",): 1,
}
_OTHER_MODULES = re.compile(
    r"(-\S+ )*-m (webbrowser|twine|http\.server|json\.tool|sphinx|mkdocs|pdoc|black|flake8|isort|ruff|mypy|pylint|"
    r"bandit|tensorboard|timeit|pyflakes|compileall|zipfile|this)\b"
)
"""Modules that are started by Python and have nothing to do with the delivery's own code."""
_WRAPPER_VALUES = frozenset({"--with", "--python", "-p", "--extra", "--group", "-n", "--name", "--env-file"})
_SHELLS = frozenset({"sh", "bash", "/bin/sh", "/bin/bash", "zsh"})
_CONDITIONS = frozenset(
    {"if", "then", "else", "elif", "fi", "for", "do", "done", "while", "case", "esac", "function", "{", "}"}
)
_TASKS_NOT_OURS = {
    "dvc": frozenset(
        {
            "pull",
            "push",
            "init",
            "add",
            "remote",
            "fetch",
            "get",
            "import",
            "import-url",
            "dag",
            "status",
            "metrics",
            "plots",
            "params",
            "exp",
            "config",
            "checkout",
            "commit",
            "doctor",
            "version",
            "run",
            "stage",
        }
    ),
    "bentoml": frozenset(
        {"build", "containerize", "list", "models", "get", "push", "pull", "delete", "export", "import", "deploy"}
    ),
    "mlflow": frozenset({"ui", "server", "doctor", "experiments", "artifacts", "db"}),
    "jupyter": frozenset({"lab", "kernelspec", "labextension", "nbextension", "contrib", "--version"}),
    "kedro": frozenset({"viz", "new", "info", "ipython", "jupyter", "docs", "--version"}),
    "make": frozenset(
        {
            "clean",
            "install",
            "requirements",
            "setup",
            "venv",
            "format",
            "lint",
            "help",
            "init",
            "create_environment",
            "env",
            "docker-build",
            "docker-run",
            "docker",
            "build",
            "deploy",
            "push",
        }
    ),
}


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command of a shell text.

    `words` are without wrappers and redirections, `text` is what a POSIX shell runs of it, `written` what stands there.
    """

    words: tuple[str, ...]
    text: str
    written: str
    line: int
    folder: str = "."
    variables: tuple[tuple[str, str], ...] = ()
    kind: Kind = "other"
    heredoc: bool = False


def read_commands(text: str, *, first_line: int = 1, folder: str = ".", prompted: bool = False) -> Iterator[Command]:
    """The simple commands of a shell text in order, each with its line and the folder that a `cd` before it led to.

    With `prompted`, lines without a prompt are output and are left out, when at least one line has a prompt.
    """
    state = _Shell(folder)
    for line, raw, heredoc in _logical_lines(text, prompted=prompted):
        yield from state.commands(raw, first_line + line - 1, heredoc=heredoc)


def _logical_lines(text: str, *, prompted: bool) -> Iterator[tuple[int, str, bool]]:
    """Lines with their continuations and here-documents: number of the first, text, whether a here-document."""
    lines = [line[:_LINE] for line in text.split("\n")[:_LINES]]
    only_prompted = prompted and any(_PROMPT.match(line) for line in lines)
    at = 0
    while at < len(lines):
        start, raw = at, lines[at]
        at += 1
        if only_prompted and not _PROMPT.match(raw):
            continue
        line = _MAGIC.sub("", _PROMPT.sub("", raw)).strip()
        if not line or line.startswith(("#", "//", "REM ", "rem ", "::", "@echo")):
            continue
        while line.endswith(("\\", "^")) and at < len(lines) and len(line) < _LINE:
            line = f"{line[:-1].rstrip()} {lines[at].strip()}"
            at += 1
        found = _HEREDOC.search(line)
        if found is None:
            line, at = _with_open_quote(line, lines, at)
            yield start + 1, line, False
            continue
        end = next((n for n in range(at, len(lines)) if lines[n].strip() == found[2]), None)
        if end is not None:
            line = "\n".join([line, *lines[at:end], found[2]])
            at = end + 1
        yield start + 1, line, True


def _with_open_quote(line: str, lines: list[str], at: int) -> tuple[str, int]:
    """A line with those that a quote in it goes on into, and the next line; alone when the quote never ends."""
    quote = _open_quote(line, "")
    whole, end = [line], at
    while quote and end < min(len(lines), at + _QUOTED):
        whole.append(lines[end])
        quote = _open_quote(lines[end], quote)
        end += 1
    return (line, at) if quote else ("\n".join(whole), end)


def _open_quote(text: str, quote: str) -> str:
    """The quote that is open after a text, when `quote` was before."""
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\" and quote != "'":
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "#" and (at == 0 or text[at - 1].isspace()):
            break
        at += 1
    return quote


@dataclass
class _Shell:
    """What a shell remembers between lines: where it is, and what was exported."""

    folder: str
    exported: tuple[tuple[str, str], ...] = ()

    def commands(self, line: str, number: int, *, heredoc: bool) -> Iterator[Command]:
        if heredoc:
            head = line.partition("\n")[0]
            words = _split(head)
            yield Command(tuple(words), line, line, number, self.folder, self.exported, kind_of(words), heredoc=True)
            return
        for words in _simple(_tokens(line)):
            if len(words) > 2 and words[0] in _SHELLS and words[1] in ("-c", "-lc", "-ec"):
                yield from self.commands(words[2], number, heredoc=False)
                continue
            command = self._one(words, line, number)
            if command is not None:
                yield command

    def _one(self, words: list[str], line: str, number: int) -> Command | None:
        variables: list[tuple[str, str]] = []
        while words and (words[0] in _CONDITIONS or words[0] == "export" or _ASSIGNED.fullmatch(words[0])):
            first = words.pop(0)
            if first in ("if", "elif", "for", "while", "case", "function"):
                return None
            found = _ASSIGNED.fullmatch(first)
            if found:
                variables.append((found[1], found[2]))
        if words and not _NAME.fullmatch(words[0]):
            return None
        if not words:
            self.exported = (*self.exported, *variables)[-20:]
            return None
        if words[0] in ("cd", "pushd"):
            self._go(words[1] if len(words) > 1 else "")
            return None
        if words[0] == "." and len(words) < 2:
            return None
        if words[0] in ("source", ".") or words[:2] in (
            ["conda", "activate"],
            ["pyenv", "activate"],
            ["mamba", "activate"],
        ):
            return Command(tuple(words), _join(words), line, number, self.folder, kind="install")
        kind = kind_of(words)
        bare = unwrapped(words)
        return Command(tuple(bare), _join(bare), line, number, self.folder, (*self.exported, *variables), kind)

    def _go(self, target: str) -> None:
        if target.startswith(("/", "~", "$", "<")) or not target:
            self.folder = "."
            return
        self.folder = posixpath.normpath(posixpath.join(self.folder, target.replace("\\", "/")))
        if self.folder.startswith(".."):
            self.folder = "."


def unwrapped(words: list[str]) -> list[str]:
    """The words without what only chooses an environment: `poetry run`, `conda run -n x`, `sudo`, `time`."""
    for _ in range(4):
        if words[1:2] == ["-m"] and words[2:3] in (["uvicorn"], ["streamlit"]):
            return words[2:]
        if words[:2] == ["conda", "run"]:
            words = _past_options(words[2:])
            continue
        size = next((n for head, n in _WRAPPERS.items() if tuple(words[: len(head)]) == head), 0)
        if not size or len(words) <= size:
            return words
        words = _past_options(words[size:]) if size == 2 else words[size:]
        while words and _ASSIGNED.fullmatch(words[0]):
            words = words[1:]
    return words


def _past_options(words: list[str]) -> list[str]:
    at = 0
    while at < len(words) and words[at].startswith("-") and words[at] != "--":
        at += 2 if words[at] in _WRAPPER_VALUES else 1
    return words[at:]


def kind_of(words: list[str]) -> Kind:
    """Whether a command sets up an environment, runs something that an audit runs, or is all else."""
    if not words:
        return "other"
    bare = unwrapped(list(words))
    name = posixpath.basename(bare[0]) if not bare[0].startswith("./") else bare[0]
    if _installs(name, bare):
        return "install"
    runs = _RUNNERS.fullmatch(name) and "<" not in name and not _runs_nothing(name, bare)
    return "run" if runs else "other"


def _installs(name: str, words: list[str]) -> bool:
    second = words[1] if len(words) > 1 else ""
    if name in ("npm", "yarn", "pnpm"):
        return second in ("install", "i", "ci", "add", "")
    if name == "make":
        return second in ("install", "requirements", "setup", "venv", "env", "create_environment")
    return name in _INSTALLERS or _installs_by_python(name, words)


def _runs_nothing(name: str, words: list[str]) -> bool:
    """Whether a runner is asked for something that runs nothing of the delivery: `dvc pull`, `mlflow models list`."""
    second = words[1] if len(words) > 1 else ""
    if "--help" in words:
        return True
    if name.startswith("python"):
        return second in ("", "--version", "-V") or bool(_OTHER_MODULES.match(" ".join(words[1:4])))
    if name == "flask":
        return "run" not in words
    if name == "mlflow" and second == "models":
        return words[2:3] not in (["serve"], ["predict"])
    return second in _TASKS_NOT_OURS.get(name, ())


_LOOKS = re.compile(r"\s*import [\w., ]+(?:;\s*print\([^;]*\))?\s*;?\s*")
"""`import x; print(x.__version__)`: a look whether an installation went well, and none of the delivery's programs."""


def _installs_by_python(name: str, words: list[str]) -> bool:
    if not re.fullmatch(r"python[\d.]*|py", name):
        return False
    text = " ".join(words[1:5])
    return bool(
        re.match(
            r"(-\S+ )*-m (pip|venv|virtualenv|ensurepip|spacy download|nltk|ipykernel|pre_commit|poetry|build)\b",
            text,
        )
        or re.match(r"setup\.py\b", text)
        or (words[1:2] == ["-c"] and len(words) > 2 and _LOOKS.fullmatch(words[2]))
    )


def _tokens(line: str) -> list[str]:
    """Words and operators of a line; quotes that never close are taken as letters, `\\` in a path as `/`."""
    if "\\" in line and " -c" not in line:
        line = _WINDOWS.sub("/", line)
    try:
        lexer = shlex.shlex(line, posix=True, punctuation_chars="&|;")
        lexer.whitespace_split = True
        lexer.commenters = "#" if re.search(r"(^|\s)#", line) else ""
        return list(lexer)
    except ValueError:
        return line.split(" #", maxsplit=1)[0].split()


def _split(line: str) -> list[str]:
    return [word for word in _tokens(line) if word not in _OPERATORS]


def _simple(tokens: list[str]) -> Iterator[list[str]]:
    """Simple commands: what stands between operators, redirections taken off; what is piped to is dropped."""
    current: list[str] = []
    piped = False
    skip = False
    for token in [*tokens, ";"]:
        if token in _OPERATORS:
            if current and not piped:
                yield current
            current, piped, skip = [], token in ("|", "|&"), False
        elif skip:
            skip = False
        elif _REDIRECT.fullmatch(token):
            skip = True
        elif not (_REDIRECT.match(token) and current):
            current.append(token)


def _join(words: list[str]) -> str:
    """The words as a POSIX shell reads them; globs and variables keep their meaning.

    Any version of Python is `python`: the environment has one.
    """
    words = ["python", *words[1:]] if words and re.fullmatch(r"python\d[\d.]*|py", words[0]) else words
    return " ".join(word if _PLAIN.fullmatch(word) else shlex.quote(word) for word in words)
