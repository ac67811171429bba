"""Rules of a Snakefile: shell commands and scripts, with what each needs and makes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from heldout.evidence.types import Location
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.shell import read_commands
from heldout.sources.handover.discover.view import View, joined, parent

_RULES = 80
_RULE = re.compile(r"^\s{0,4}(?:rule|checkpoint)\s+(\w{1,60})\s*:")
_KEY = re.compile(r"^\s+(input|output|shell|script|notebook|params|run)\s*:\s*(.*)$")
_TEXT = re.compile(r"\"\"\"(.*?)\"\"\"|'''(.*?)'''|\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'", re.DOTALL)
_NAMED = re.compile(r"(\w+)\s*=\s*$")


@dataclass
class Rule:
    """One rule: its texts by key, those with a name too."""

    name: str
    line: int
    texts: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def snakemake_steps(view: View) -> Iterator[Candidate]:
    """One candidate for each rule without wildcards that runs a command or a script."""
    for entry in view.files:
        if not entry.readable or not (entry.name.lower() == "snakefile" or entry.suffix == ".smk"):
            continue
        rules = list(_rules(view.text(entry.path)))[:_RULES]
        here = parent(entry.path)
        here = parent(here) if here.rpartition("/")[2] == "workflow" else here
        makers = {path: rule.name for rule in rules for path in rule.texts.get("output", ())}
        for rule in rules:
            found = _step(entry.path, here, rule, makers)
            if found is not None:
                yield found


def _rules(text: str) -> Iterator[Rule]:
    lines = text.split("\n")[:4_000]
    starts = [(n, found[1]) for n, line in enumerate(lines) if (found := _RULE.match(line[:500]))]
    for at, (start, name) in enumerate(starts):
        end = starts[at + 1][0] if at + 1 < len(starts) else min(len(lines), start + 200)
        rule = Rule(name, start + 1)
        key, body = "", list[str]()
        for line in [*lines[start + 1 : end], "x:"]:
            found = _KEY.match(line[:2_000])
            if found or (line[:1].strip() and key):
                _take(rule, key, "\n".join(body)[:20_000])
                key, body = (found[1], [found[2]]) if found else ("", [])
            else:
                body.append(line)
        yield rule


def _take(rule: Rule, key: str, body: str) -> None:
    if not key:
        return
    before = 0
    for found in _TEXT.finditer(body):
        text = next((group for group in found.groups() if group is not None), "")
        rule.texts.setdefault(key, []).append(text)
        named = _NAMED.search(body[before : found.start()])
        if named:
            rule.names[f"{key}.{named[1]}"] = text
        before = found.end()


def _step(path: str, here: str, rule: Rule, makers: dict[str, str]) -> Candidate | None:
    outputs, inputs = rule.texts.get("output", []), rule.texts.get("input", [])
    if any("{" in text for text in outputs):
        return None  # for each of many: the whole is run by snakemake
    folder = here
    if rule.texts.get("shell"):
        command = _filled(" ".join("".join(rule.texts["shell"]).split()), rule)
    elif rule.texts.get("script") and rule.texts["script"][0].endswith(".py"):
        command = f"snakemake --cores 1 --forcerun {rule.name} {rule.name}"
    else:
        return None
    if "{" in command:
        command = f"snakemake --cores 1 --forcerun {rule.name} {rule.name}"
    first = next((c for c in read_commands(command, folder=folder) if c.kind == "run"), None)
    if first is None:
        return None
    return Candidate(
        command=command,
        words=first.words,
        trust=12,
        origin="declared",
        location=Location(path=path, line=rule.line),
        folder=folder,
        name=rule.name,
        inputs=tuple(p for text in inputs if "{" not in text and (p := joined(folder, text))),
        outputs=tuple(p for text in outputs if (p := joined(folder, text))),
        after=tuple(dict.fromkeys(makers[text] for text in inputs if text in makers and makers[text] != rule.name)),
    )


def _filled(command: str, rule: Rule) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name in ("input", "output"):
            return " ".join(shlex.quote(text) for text in rule.texts.get(name, ()))
        return shlex.quote(rule.names[name]) if name in rule.names else found[0]

    return re.sub(r"\{(\w+(?:\.\w+)?)\}", value, command)
