"""Which images a Dockerfile builds on: read, never run. Source: the Dockerfile reference of Docker."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping

_ESCAPE = re.compile(r"#\s*escape\s*=\s*(\S)\s*", re.IGNORECASE)
_HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)[\"']?")
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?:(:?[-+])([^}]*))?\}|(\w+))")
_FROM_OPTION = re.compile(r"--from=(\S+)")
_MOUNT_FROM = re.compile(r"--mount=\S*\bfrom=([^,\s]+)")


def base_images(text: str) -> tuple[str, ...]:
    """The images that have to be there before it can be built, in the order of their use, each once.

    Stages of its own and `scratch` are none. A name that rests on an argument without a value keeps its `$`.
    """
    arguments: dict[str, str] = {}
    stages: set[str] = set()
    found: dict[str, None] = {}
    begun = 0
    for instruction, rest in instructions(text):
        if instruction == "ARG" and not begun:
            name, equals, value = rest.partition("=")
            if equals:
                arguments[name.strip()] = _filled(value.strip().strip("\"'"), arguments)
        elif instruction == "FROM":
            words = [word for word in rest.split() if not word.startswith("--")]
            named = _filled(words[0], arguments).strip("\"'") if words else ""
            if named and named.lower() not in stages | {"scratch"}:
                found[named] = None
            if len(words) > 2 and words[1].upper() == "AS":
                stages.add(words[2].lower())
            stages.add(str(begun))
            begun += 1
        elif instruction in ("COPY", "ADD", "RUN"):
            pattern = _MOUNT_FROM if instruction == "RUN" else _FROM_OPTION
            for named in pattern.findall(rest):
                if named.lower() not in stages | {"scratch"}:
                    found[_filled(named, arguments)] = None
    return tuple(found)


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """(instruction in capitals, the rest of it on one line), without comments and the bodies of here-documents."""
    lines = iter(text.splitlines())
    escape, first = "\\", True
    for line in lines:
        if first and (told := _ESCAPE.fullmatch(line.strip())):
            escape = told[1]
        if line.strip().startswith("#") or not line.strip():
            first = first and line.strip().startswith("#")
            continue
        first = False
        whole = line.strip()
        while whole.endswith(escape):
            whole = whole[:-1]
            for more in lines:
                if more.strip() and not more.strip().startswith("#"):
                    whole = f"{whole.rstrip()} {more.strip()}"
                    break
        instruction, _, rest = whole.partition(" ")
        if instruction.upper() in ("RUN", "COPY", "ADD"):
            for word in _HEREDOC.findall(rest):
                for body in lines:
                    if body.strip() == word:
                        break
        yield instruction.upper(), rest.strip()


def words_of(text: str) -> list[str]:
    """The words of an instruction in either form, `["a", "b"]` or `a b`; empty for a list that is none."""
    text = text.strip()
    if text.startswith("["):
        try:
            read = json.loads(text)
        except (ValueError, RecursionError):
            return []
        return [str(word) for word in read] if isinstance(read, list) else []
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _filled(text: str, arguments: Mapping[str, str]) -> str:
    """With the values of arguments in place of their names; `${name:-default}` and `${name:+other}` as in a shell."""

    def value(match: re.Match[str]) -> str:
        name, sign, other = match[1] or match[4], match[2] or "", match[3] or ""
        known = arguments.get(name)
        if sign.endswith("+"):
            return other if known else ""
        if known or (known is not None and not sign.startswith(":")):
            return known
        return other if sign else match[0]

    return _VARIABLE.sub(value, text)
