"""Targets of a Makefile: each recipe as one command, variables filled in; one that only gathers is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from heldout.evidence.types import Location
from heldout.sources.handover.discover.candidate import Candidate
from heldout.sources.handover.discover.shell import Command, read_commands
from heldout.sources.handover.discover.view import View, joined, parent

_TARGETS = 80
_ASSIGNMENT = re.compile(r"^(?:export\s+)?([A-Za-z_][\w.-]{0,60})\s*(\?=|:=|::=|\+=|=)\s*(.*)$")
_RULE = re.compile(r"^([^\s:=#][^:=#]{0,2000}?)\s*::?(?!=)\s*([^=]*)$")
_REFERENCE = re.compile(r"\$[({]([\w.-]{1,60})[)}]")
_OPTION = re.compile(r"\s+#\s.*$")


@dataclass
class Rule:
    """A target with what it needs, its recipe, and the line of its first command."""

    targets: list[str]
    needs: list[str]
    line: int
    recipe: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class Makefile:
    """The variables and rules of one file."""

    variables: dict[str, str]
    rules: list[Rule]
    phony: set[str]


def read_makefile(text: str) -> Makefile:
    """Read variables and rules; conditionals are read as if all their branches stood there."""
    made = Makefile({}, [], set())
    current: Rule | None = None
    for number, line in _logical(text):
        if line.startswith("\t") and current is not None:
            current.recipe.append((number, line.strip()))
        elif assigned := _ASSIGNMENT.match(line):
            _assign(made, assigned[1], assigned[2], _OPTION.sub("", assigned[3]).strip())
            current = None
        elif (rule := _RULE.match(line)) and len(made.rules) < _TARGETS * 4:
            current = _rule(made, rule[1], rule[2], number)
    return made


def _logical(text: str) -> Iterator[tuple[int, str]]:
    waiting, begun = "", 0
    for number, line in enumerate(text.split("\n")[:4_000], start=1):
        begun = begun or number
        if line.endswith("\\") and len(waiting) < 8_000:
            waiting += line[:-1] + " "
            continue
        whole = (waiting + line)[:10_000]
        if whole.strip() and not whole.lstrip().startswith("#"):
            yield begun, whole
        waiting, begun = "", 0


def _assign(made: Makefile, name: str, operator: str, value: str) -> None:
    if operator == "?=" and name in made.variables:
        return
    if operator == "+=":
        value = f"{made.variables.get(name, '')} {value}".strip()
    made.variables[name] = value[:2_000]


def _rule(made: Makefile, targets: str, needs: str, number: int) -> Rule | None:
    names = expanded(targets, made.variables).split()
    wanted = [word for word in expanded(needs.partition(";")[0], made.variables).split() if word != "|"]
    if names and names[0] == ".PHONY":
        made.phony.update(wanted)
        return None
    if not names or names[0].startswith(".") or "%" in names[0]:
        return None
    rule = Rule(names, wanted, number)
    made.rules.append(rule)
    return rule


def expanded(text: str, variables: dict[str, str]) -> str:
    """The text with `$(NAME)` filled in; what make works out itself (functions, the shell) is left as it stands."""
    for _ in range(6):
        new = _REFERENCE.sub(lambda found: variables.get(found[1], found[0]), text)[:10_000]
        if new == text:
            break
        text = new
    return text


def makefile_steps(view: View) -> Iterator[Candidate]:
    """One candidate for each target whose recipe runs something."""
    for entry in view.named("makefile", "gnumakefile"):
        made = read_makefile(view.text(entry.path))
        here = parent(entry.path)
        made.variables.setdefault("CURDIR", ".")
        made.variables = {
            k: "." if re.fullmatch(r"\$\(shell pwd\)|\$\(PWD\)", v) else v for k, v in made.variables.items()
        }
        makers = {target: rule.targets[0] for rule in made.rules for target in rule.targets}
        for rule in made.rules[:_TARGETS]:
            found = _step(entry.path, here, made, rule, makers)
            if found is not None:
                yield found


def _step(path: str, here: str, made: Makefile, rule: Rule, makers: dict[str, str]) -> Candidate | None:
    commands: list[Command] = []
    for number, raw in rule.recipe:
        line = expanded(raw.lstrip("@-+ "), made.variables)
        line = (
            line.replace("$@", rule.targets[0])
            .replace("$<", rule.needs[0] if rule.needs else "")
            .replace("$^", " ".join(rule.needs))
            .replace("$$", "$")
        )
        commands.extend(read_commands(line, first_line=number, folder=here))
    runs = [command for command in commands if command.kind == "run"]
    if not runs or all(command.words[0] == "make" for command in runs):
        return None
    files = [t for t in rule.targets if t not in made.phony and ("/" in t or "." in t)]
    return Candidate(
        command=" && ".join(_in_folder(command, here) for command in runs),
        words=runs[0].words,
        trust=20,
        origin="declared",
        location=Location(path=path, line=runs[0].line),
        folder=here,
        name=rule.targets[0],
        inputs=tuple(p for need in rule.needs if _is_input(need) if (p := joined(here, need))),
        outputs=tuple(p for target in files if (p := joined(here, target))),
        after=tuple(dict.fromkeys(makers[n] for n in rule.needs if n in makers and makers[n] != rule.targets[0])),
        variables=runs[0].variables,
    )


def _is_input(need: str) -> bool:
    """Whether a prerequisite is a file that is read: pictures only order the rules."""
    return ("/" in need or "." in need) and not need.endswith((".png", ".jpg", ".svg", ".pdf", ".html"))


def _in_folder(command: Command, here: str) -> str:
    """The command with the `cd` before it, in a shell of its own."""
    if command.folder == here:
        return command.text
    inner = command.folder if here == "." else command.folder.removeprefix(f"{here}/")
    return f"(cd {inner} && {command.text})"
