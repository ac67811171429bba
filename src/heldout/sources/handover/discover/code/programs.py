"""Programs that code starts: named, and followed where they are the delivery's own scripts."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

from heldout.sources.handover.discover.code.values import HOLE, UNKNOWN, Library, texts
from heldout.sources.handover.discover.view import joined

if TYPE_CHECKING:
    from heldout.sources.handover.discover.code.call import Call

_STARTER_NAMES = """
subprocess.run subprocess.call subprocess.check_call subprocess.check_output subprocess.Popen os.system os.popen
subprocess.getoutput subprocess.getstatusoutput asyncio.create_subprocess_exec asyncio.create_subprocess_shell
pexpect.spawn os.execv os.execvp
"""
_STARTERS = frozenset(_STARTER_NAMES.split())
_PYTHON = re.compile(r"(.*/)?python[\d.]*(\.exe)?|py|sys\.executable")


def started(made: Call) -> Any:
    """Note the program of a call that starts one; None when the call is none of the kind."""
    if made.name not in _STARTERS:
        return None
    first = made.arg(0, "args", "cmd", "command")
    for words in _commands(first):
        if words:
            _note(made, words)
    return UNKNOWN


def _commands(value: Any) -> list[list[str]]:
    if isinstance(value, list):
        head = [item if isinstance(item, str) else "sys.executable" if _executable(item) else HOLE for item in value]
        return [head]
    found: list[list[str]] = []
    for text in texts(value):
        for part in re.split(r"&&|\|\||;|\|", text):
            try:
                found.append(shlex.split(part))
            except ValueError:
                found.append(part.split())
    return found


def _executable(value: Any) -> bool:
    return isinstance(value, Library) and value.name == "sys.executable"


def _note(made: Call, words: list[str]) -> None:
    machine = made.machine
    place = machine.place(made.frame, made.node)
    if _PYTHON.fullmatch(words[0]) and len(words) > 1:
        path = _script(machine.folder, words)
        if path is not None and path in machine.view.tree:
            rest = words[3:] if words[1] == "-m" else words[2:]
            machine.start(path, [path, *rest])
        elif path is not None:
            machine.seen.read(path, "other", ".", place)
    elif HOLE not in words[0] and re.fullmatch(r"[\w./+-]{1,80}", words[0]):
        machine.seen.programs.setdefault(words[0], place)


def _script(folder: str, words: list[str]) -> str | None:
    if words[1] == "-m" and len(words) > 2:
        return joined(folder, f"{words[2].replace('.', '/')}.py")
    return joined(folder, words[1]) if words[1].endswith(".py") and HOLE not in words[1] else None
