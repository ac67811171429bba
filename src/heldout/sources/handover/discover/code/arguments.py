"""What a program's arguments come to: argparse, click, typer, fire, docopt, absl, with the defaults that code gives."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from heldout.sources.handover.discover.code.values import UNKNOWN

_MOST = 120
_DOC_DEFAULT = re.compile(r"(--[\w-]{1,40})[=\s<].{0,200}?\[default:\s*([^\]]{1,200})\]")


@dataclass
class Option:
    """One argument: its spellings (none for a positional one), where its value goes, and the default."""

    spellings: tuple[str, ...]
    dest: str
    default: Any = None
    flag: bool = False
    flag_value: Any = True
    many: bool = False
    required: bool = False

    @property
    def shown(self) -> str:
        """How a person writes it."""
        return max(self.spellings, key=len, default=self.dest)


@dataclass
class Parser:
    """A parser of arguments as far as code shows it."""

    options: list[Option] = field(default_factory=list)
    commands: str = ""
    """Where the name of the sub-command goes, when there are any."""
    has_commands: bool = False
    absent: list[str] = field(default_factory=list)
    """Required arguments that were not given when the arguments were last parsed."""

    def add(self, names: list[Any], given: dict[str, Any]) -> None:
        """What `add_argument` (or an option's decorator) does."""
        spelled = [name for name in names if isinstance(name, str)]
        if not spelled or len(self.options) >= _MOST:
            return
        flags = tuple(part for name in spelled for part in name.split("/") if part.startswith("-"))
        bare = next((name for name in spelled if not name.startswith("-")), "")
        long = next((name for name in flags if name.startswith("--")), flags[0] if flags else "")
        dest = given.get("dest")
        if not isinstance(dest, str):
            dest = bare or long.lstrip("-").replace("-", "_")
        action = given.get("action")
        flag = action in ("store_true", "store_false", "store_const", "count") or given.get("is_flag") is True
        default = given.get("default", (action == "store_false") if flag else None)
        nargs = given.get("nargs")
        many = nargs in ("*", "+") or isinstance(nargs, int)
        needed = given.get("required") is True or (not flags and default is None and nargs not in ("?", "*"))
        option = Option(flags, dest, default, flag, action != "store_false", many, needed)
        self.options.append(option)

    def parse(self, argv: list[Any]) -> dict[str, Any]:
        """The values of all arguments: those given, else the defaults."""
        values = {option.dest: option.default for option in self.options}
        by_name = {name: option for option in self.options for name in option.spellings}
        positional = [option for option in self.options if not option.spellings]
        words = [word for word in argv if isinstance(word, str)]
        if self.has_commands and words and not words[0].startswith("-"):
            values[self.commands] = words.pop(0)
        while words:
            word = words.pop(0)
            name, equals, value = word.partition("=")
            option = by_name.get(name) if word.startswith("-") else None
            if option is not None and option.flag:
                values[option.dest] = option.flag_value
            elif option is not None and (equals or words):
                values[option.dest] = value if equals else words.pop(0)
                while option.many and words and not words[0].startswith("-"):
                    words.pop(0)
            elif not word.startswith("-") and positional:
                values[positional.pop(0).dest] = word
        self.absent = []
        for option in self.options:
            if option.required and values.get(option.dest) is None:
                values[option.dest] = UNKNOWN
                self.absent.append(option.shown)
        return values


def of_docopt(text: Any, argv: list[Any]) -> dict[str, Any]:
    """The arguments of a docopt usage: those given, the defaults of the text, else nothing."""
    words = [word for word in argv if isinstance(word, str)]
    values: dict[str, Any] = {}
    if isinstance(text, str):
        values.update(dict.fromkeys(re.findall(r"--[\w-]{1,40}", text[:8_000])))
        values.update({found[1]: found[2] for found in _DOC_DEFAULT.finditer(text[:8_000])})
        values.update(dict.fromkeys(re.findall(r"<[\w-]{1,40}>", text[:8_000]), UNKNOWN))
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        if word.startswith("--"):
            following = words[at + 1] if at + 1 < len(words) else ""
            values[name] = value if equals else (following if following and not following.startswith("-") else True)
    return values


def with_overrides(config: dict[str, Any], argv: list[Any]) -> dict[str, Any]:
    """A configuration with what the command line sets in it: `model.depth=3`."""
    for word in argv:
        if not isinstance(word, str) or "=" not in word or word.startswith("-"):
            continue
        name, _, value = word.partition("=")
        at: Any = config
        *above, last = name.lstrip("+~").split(".")
        for part in above:
            at = at.get(part) if isinstance(at, dict) else None
        if isinstance(at, dict):
            at[last] = value
    return config
