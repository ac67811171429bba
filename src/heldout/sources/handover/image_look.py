"""What a Dockerfile says of itself beside the delivery, without building it: files, start, port, Python.

Only what no base image can change counts as a fault: a COPY of files that are not delivered fails everywhere. The rest
is told as seen. What rests on an argument or is made by a RUN is not judged.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from heldout.material.tree import Tree
from heldout.sandbox.dockerfiles import base_images, instructions, words_of
from heldout.sources.handover.plan import Plan
from heldout.sources.handover.standing import Standing

_PYTHON = re.compile(r"(?:^|/)python:(\d+\.\d+)")
_MODULE_RUNNERS = ("uvicorn", "gunicorn", "hypercorn", "daphne", "waitress-serve", "flask")
_SHELLS = ("sh", "bash", "/bin/sh", "/bin/bash")
_PORT = re.compile(r"(?:--port[= ]|-p |--bind[= ]\S*:|-b \S*:|--server\.port[= ])(\d{2,5})\b")
_MOST = 5


class Seen(NamedTuple):
    """One thing that was seen. `breaks` tells that the build cannot succeed for it."""

    text: str
    breaks: bool = False


def look_at(path: str, tree: Tree, plan: Plan, standing: Mapping[str, Standing]) -> tuple[Seen, ...]:
    """Everything that can be said of the Dockerfile at `path`, faults first."""
    text = tree.read_text(path)
    steps = [(name, rest) for name, rest in instructions(text) if name]
    runs = " ".join(rest for name, rest in steps if name == "RUN")
    seen = [
        *_copies(steps, path, tree),
        *_starts(steps, tree, runs),
        *_ports(steps, plan),
        *_python(base_images(text), standing),
    ]
    return tuple(sorted(seen, key=lambda one: not one.breaks))


def _copies(steps: Sequence[tuple[str, str]], path: str, tree: Tree) -> Iterator[Seen]:
    contexts = dict.fromkeys((".", posixpath.dirname(path) or "."))
    count, lost = 0, []
    for name, rest in steps:
        for source in _sources(rest) if name in ("COPY", "ADD") else ():
            count += 1
            if not any(_there(tree, posixpath.normpath(posixpath.join(folder, source))) for folder in contexts):
                lost.append(source)
    for source in lost[:_MOST]:
        yield Seen(f"It copies {source}, which is not part of the delivery.", breaks=True)
    if count and not lost:
        yield Seen(f"Everything that it copies ({count} in all) is delivered.")


def _sources(rest: str) -> list[str]:
    """What a COPY takes from the delivery; nothing of other stages, addresses, arguments and texts within the file."""
    words = words_of(rest)
    options = [word for word in words if word.startswith("--")]
    if any(word.startswith("--from=") for word in options) or "<<" in rest:
        return []
    paths = [word for word in words if not word.startswith("--")][:-1]
    return [path.lstrip("/") or "." for path in paths if "$" not in path and "://" not in path and "@" not in path]


def _there(tree: Tree, path: str) -> bool:
    """Whether a file, a folder or something that fits a pattern is delivered; `..` cannot be looked at."""
    if path in (".", "") or path.startswith(".."):
        return True
    if any(mark in path for mark in "*?["):
        return any(
            fnmatch.fnmatchcase(entry.path, path) or fnmatch.fnmatchcase(entry.path, f"{path}/*") for entry in tree
        )
    return path in tree or any(entry.path.startswith(f"{path}/") for entry in tree)


def _starts(steps: Sequence[tuple[str, str]], tree: Tree, runs: str) -> Iterator[Seen]:
    """The program that the image starts, as far as it is code of the delivery."""
    entry = next((rest for name, rest in reversed(steps) if name == "ENTRYPOINT"), "")
    command = next((rest for name, rest in reversed(steps) if name == "CMD"), "")
    words = [*words_of(entry), *words_of(command)]
    if len(words) > 2 and words[0] in _SHELLS and words[1] == "-c":
        words = words_of(words[2])
    code = _code(words)
    if not code or any("$" in part for part in code):
        return
    if any(other.path == part or other.path.endswith(f"/{part}") for other in tree for part in code):
        yield Seen(f"It starts {code[0]}, which is delivered.")
    elif posixpath.basename(code[0]) not in runs:
        yield Seen(f"It starts {code[0]}, which is not part of the delivery: the image would not come up.")


def _code(words: Sequence[str]) -> tuple[str, ...]:
    """Paths of which one has to be there for a command to start; none when it is no code of the delivery."""
    words = [word for word in words if word != "exec"]
    script = next((word for word in words if word.endswith((".py", ".sh")) and not word.startswith("-")), "")
    if script:
        return (posixpath.normpath(script).split("/")[-1],) if script.startswith("/") else (posixpath.normpath(script),)
    module = ""
    if words and posixpath.basename(words[0]) in _MODULE_RUNNERS:
        module = next(
            (word.partition(":")[0] for word in words[1:] if re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.()]*", word)),
            "",
        )
    if not module:
        return ()
    path = module.replace(".", "/")
    return f"{path}.py", f"{path}/__init__.py"


def _ports(steps: Sequence[tuple[str, str]], plan: Plan) -> Iterator[Seen]:
    exposed = [int(p) for name, rest in steps if name == "EXPOSE" for p in re.findall(r"\b(\d{2,5})(?:/tcp)?\b", rest)]
    if not exposed:
        return
    started = next((" ".join(words_of(rest)) for name, rest in reversed(steps) if name in ("CMD", "ENTRYPOINT")), "")
    told = [int(port) for port in _PORT.findall(started)]
    known = told or [step.port for step in plan.of("serve") if step.port]
    ports = ", ".join(map(str, exposed))
    if known and not set(known) & set(exposed):
        yield Seen(f"It opens port {ports}, and its service listens on {known[0]}: nobody would reach it.")
    elif known:
        yield Seen(f"It opens port {ports}, where its service listens.")


def _python(bases: Sequence[str], standing: Mapping[str, Standing]) -> Iterator[Seen]:
    version = next((found[1] for base in bases if (found := _PYTHON.search(base))), "")
    if not version:
        return
    attempts = [attempt for one in standing.values() for attempt in one.attempts]
    same = [attempt for attempt in attempts if attempt.recipe.partition(" on Python ")[2].partition(",")[0] == version]
    if any(attempt.worked for attempt in same):
        yield Seen(f"Its packages install on Python {version}, which its base image has.")
    elif same and same[0].cause:
        why = same[0].cause.message
        yield Seen(f"On Python {version}, which its base image has, its packages could not be installed here. {why}")
    else:
        built = next((attempt.recipe.partition(" on Python ")[2] for attempt in attempts if attempt.worked), "")
        if built:
            yield Seen(f"Its base image has Python {version}; here it was built on {built.partition(',')[0]}.")
