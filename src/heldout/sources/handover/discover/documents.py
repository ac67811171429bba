"""The commands that documents give: code blocks of Markdown, reStructuredText and plain text, in any language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from heldout.sources.handover.discover.shell import Command, kind_of, read_commands
from heldout.sources.handover.discover.view import View, joined, parent

_DOCUMENTS = 40
_LINES = 6_000
_FENCE = re.compile(r"^\s{0,12}(?:[-*>]\s+|\d+\.\s+|>\s*)?(`{3,}(?!.*```)|~{3,})\s*([\w+#.{}-]*)\s*(.{0,80})$")
_INLINE = re.compile(r"(?<!`)`([^`\n]{4,300})`(?!`)")
_ALONE = re.compile(r"[\s*_>#\-+\d.]*(`{1,3})([a-z$!%./][^`\n]{3,300})\1[\s*_.:]*")
"""A line that holds a command between backticks and nothing else."""
_SHELLS = frozenset(
    {
        "sh",
        "bash",
        "shell",
        "zsh",
        "console",
        "cmd",
        "bat",
        "batch",
        "powershell",
        "ps1",
        "pwsh",
        "terminal",
        "ps",
        "dos",
        "shell-session",
        "shellsession",
        "sh-session",
        "fish",
        "commandline",
        "cli",
        "bashrc",
        "ssh",
    }
)
_UNSAID = frozenset({"", "text", "txt", "plaintext", "plain", "none", "markdown", "code", "python"})
_RECORDS = re.compile(
    r"(^|/)(change|history|news|licen[cs]e|code_of_conduct|security|notice|authors|roadmap|todo|\.github/(issue|pull))",
    re.IGNORECASE,
)
_PAGES = re.compile(r"(^|/)(docs?|documentation|wiki|guides?)(/|$)", re.IGNORECASE)
_NAMES = frozenset({"readme", "readme.txt", "install", "install.txt", "usage.txt", "instructions.txt"})
_RST_BLOCK = re.compile(r"^(\s*)\.\. (?:code(?:-block)?|sourcecode|prompt)::\s*(\S*)|^(\s*).*::\s*$")
_BARE = re.compile(
    r"\s*(?:[$>]\s+)?((?:python3?|py|pip3? install -r|streamlit run|bash|sh|jupyter (?:notebook|lab)) +"
    r"(?:\./)?([\w./-]+\.(?:py|txt|sh|ipynb))(?: +-\S.*| +\S*[\d./=]\S*)?)"
)
_SERVED = re.compile(r"([\w./-]+):[A-Za-z_]\w*(?:\(.*\))?")
_UNTOLD = re.compile(r"[├└│─]|^\s*[|+]")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code: its language as said, its text, the line of its first line."""

    language: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Documented:
    """A command of a document; `inline` ones stand within a sentence, and say less surely that they are to be run."""

    path: str
    command: Command
    inline: bool = False


def documents(view: View) -> tuple[str, ...]:
    """The paths of the texts for people, READMEs first, then those nearest to the top."""
    found = [
        entry.path
        for entry in view.files
        if entry.readable
        and (entry.suffix in (".md", ".rst", ".markdown") or entry.name.lower() in _NAMES)
        and not _RECORDS.search(entry.path)
    ]
    found.sort(key=lambda path: (path.count("/"), not path.rpartition("/")[2].lower().startswith("readme"), path))
    return tuple(found[:_DOCUMENTS])


def documented_commands(view: View) -> tuple[Documented, ...]:
    """Every command that the documents give, in their order; a command within a sentence only where it is complete."""
    known: tuple[Documented, ...] | None = view.memory.get("documented")
    if known is None:
        known = tuple(found for path in documents(view) for found in _of(view, path))
        view.memory["documented"] = known
    return known


def _of(view: View, path: str) -> Iterator[Documented]:
    text = view.text(path)
    folder = spoken_of(view, parent(path))
    for block in blocks(text):
        if not _is_shell(block):
            continue
        for command in read_commands(block.text, first_line=block.line, folder=folder, prompted=True):
            yield Documented(path, command)
    yield from _inline(path, text, folder)
    yield from _bare(view, path, text, folder)


def spoken_of(view: View, folder: str) -> str:
    """Where the commands of a document in this folder are typed: there if it holds code, else at the root."""
    code = (f"{folder}/", (".py", ".ipynb", ".sh"))
    here = folder == "." or any(e.path.startswith(code[0]) and e.path.endswith(code[1]) for e in view.files)
    return folder if here and not _PAGES.search(folder) else "."


def _is_shell(block: Block) -> bool:
    if block.language in _SHELLS:
        return True
    if block.language not in _UNSAID or _UNTOLD.search(block.text[:2_000]):
        return False
    first = next(
        (line.strip() for line in block.text.split("\n") if line.strip() and not line.strip().startswith("#")), ""
    )
    return _looks_like_command(first)


def _looks_like_command(line: str) -> bool:
    command = next(iter(read_commands(line, prompted=True)), None)
    if command is None:
        return re.match(r"\s*(\$\s*)?cd\s+\S+$", line) is not None
    return kind_of(list(command.words)) != "other" or command.words[0] in (
        "git",
        "docker",
        "docker-compose",
        "curl",
        "wget",
        "kaggle",
    )


def _inline(path: str, text: str, folder: str) -> Iterator[Documented]:
    """Commands between backticks within sentences."""
    fenced = {n for block in blocks(text) for n in range(block.line, block.line + block.text.count("\n") + 1)}
    for number, line in enumerate(text.split("\n")[:_LINES], start=1):
        if number in fenced or "`" not in line:
            continue
        alone = _ALONE.fullmatch(line[:400])
        if alone:
            yield from (
                Documented(path, c) for c in read_commands(alone[2], first_line=number, folder=folder, prompted=True)
            )
            continue
        for found in _INLINE.finditer(line[:2_000]):
            commands = list(read_commands(found[1], first_line=number, folder=folder))
            yield from (Documented(path, c, inline=True) for c in commands if c.kind == "run" and len(c.words) > 1)


def _bare(view: View, path: str, text: str, folder: str) -> Iterator[Documented]:
    """Commands that are lines of their own without any mark, where they name a file of the delivery."""
    fenced = {n for block in blocks(text) for n in range(block.line, block.line + block.text.count("\n") + 1)}
    for number, line in enumerate(text.split("\n")[:_LINES], start=1):
        found = _BARE.fullmatch(line[:200].rstrip()) if number not in fenced else None
        if found and found[2].rpartition("/")[2] in view.by_name:
            yield from (Documented(path, c) for c in read_commands(found[1], first_line=number, folder=folder))


def blocks(text: str) -> Iterator[Block]:
    """The blocks of code: fenced (a fence that names a language opens a new block even where one is open), indented,
    or after a `::`."""
    lines = [line[:2_000] for line in text.split("\n")[:_LINES]]
    at = 0
    while at < len(lines):
        fence = _FENCE.match(lines[at])
        if fence:
            language = fence[2].strip("{}.").lower()
            end = next((n for n in range(at + 1, len(lines)) if _closes(lines[n], fence[1])), _forgotten(lines, at + 1))
            body = lines[at + 1 : end]
            yield Block(language, _dedented(body), at + 2)
            reopened = end < len(lines) and _FENCE.match(lines[end])
            at = end if reopened and reopened[2] else end + 1
        elif directive := _RST_BLOCK.match(lines[at]):
            end = _indented_end(lines, at + 1, len(directive[1] or directive[3] or ""))
            body = lines[at + 1 : end]
            if any(line.strip() for line in body):
                yield Block((directive[2] or "").lower(), _dedented(body), at + 2)
            at = max(end, at + 1)
        elif lines[at].startswith(("    ", "\t")) and (at == 0 or not lines[at - 1].strip()):
            end = next(
                (n for n in range(at, len(lines)) if lines[n].strip() and not lines[n].startswith(("    ", "\t"))),
                len(lines),
            )
            yield Block("", _dedented(lines[at:end]), at + 1)
            at = end
        else:
            at += 1


def _forgotten(lines: list[str], start: int) -> int:
    """Where a block that nobody closed ends: after the drawing of folders that it began with, else with the text."""
    drawn = [n for n in range(start, len(lines)) if _UNTOLD.search(lines[n])]
    if not drawn:
        return len(lines)
    return next((n for n in range(drawn[-1] + 1, len(lines)) if not lines[n].strip()), len(lines))


def _closes(line: str, fence: str) -> bool:
    found = _FENCE.match(line)
    return found is not None and found[1][0] == fence[0] and (len(found[1]) >= len(fence) or bool(found[2]))


def _indented_end(lines: list[str], start: int, margin: int) -> int:
    for at in range(start, len(lines)):
        line = lines[at]
        if line.strip() and len(line) - len(line.lstrip()) <= margin:
            return at
    return len(lines)


def _dedented(lines: list[str]) -> str:
    return "\n".join(line.strip() if line.strip() else "" for line in lines)


def place_of(view: View, folder: str, words: tuple[str, ...], *, root: str = ".") -> str:
    """The folder in which a documented command finds what it names: a script, a module, a served application.

    Documents say `python train.py` and mean the folder that they spoke of a line before; the folder is the one as
    written, else the root, else the only one that has such a file; of copies that are the same, the nearest to the top.
    """
    wanted = _wanted(words)
    if not wanted:
        return folder if folder in view.folders else root
    for candidate in dict.fromkeys((folder, root, parent(folder))):
        if candidate in view.folders and any((p := joined(candidate, w)) and p in view.tree for w in wanted):
            return candidate
    for path in wanted:
        holders = [p for p in view.by_name.get(path.rpartition("/")[2], ()) if p.endswith(f"/{path}")]
        if holders and all(view.text(other) == view.text(holders[0]) for other in holders[1:]):
            return holders[0][: -len(path) - 1] or root
    return folder if folder in view.folders else root


def _wanted(words: tuple[str, ...]) -> list[str]:
    """The files of which a command names one: its script, or what its module may be."""
    script = next((w for w in words[1:4] if w.endswith((".py", ".sh", ".ipynb", ".yaml", ".yml"))), None)
    if script is not None:
        return [script]
    module = words[words.index("-m") + 1] if "-m" in words[:-1] else ""
    served = next((found[1] for w in words[1:] if (found := _SERVED.fullmatch(w))), "")
    base = (module or served).replace(".", "/")
    return [f"{base}.py", f"{base}/__main__.py", f"{base}/__init__.py"] if base else []
