"""Lines of a cell that are no Python: installs, which are left out, and for a plain run the commonest magics."""

from __future__ import annotations

import ast
import re
from typing import Any

_INSTALL = re.compile(
    r"^(\s*)[!%]\s*((?:python3?|\{?sys\.executable\}?)\s+-m\s+)?"
    r"(pip3?|conda|mamba|micromamba|uv|poetry|apt|apt-get|brew|sudo|npm|jupyter\s+(?:nbextension|labextension))\b"
)
_IGNORED = re.compile(
    r"^(\s*)%(matplotlib|load_ext|reload_ext|autoreload|config|pylab|notebook|autosave|precision|warnings|xmode|pprint"
    r"|colors|automagic|pdb|unload_ext|nbdev_|tensorflow_version|watermark|history|who|whos|who_ls)\b.*"
)
_ASSIGNED = re.compile(r"^(\s*)([\w.,\[\]'\"() ]+?)\s*=\s*([!%])(?!=)\s*(.*)$")
_LINE = re.compile(r"^(\s*)(%|!{1,2})\s*(.+)$")
_HELP = re.compile(r"^\s*(\?{1,2}[\w.*]+|[\w.]+\?{1,2})\s*;?\s*$")
_SHOWN = ("html", "HTML", "javascript", "js", "latex", "markdown", "svg", "SVG")
_STRIPPED = ("time", "timeit", "capture", "prun", "python", "python3", "memit", "mprun")


def without_installs(source: str) -> tuple[str, list[str]]:
    """The source with its installing lines as `pass`, and what was left out. Lines keep their numbers."""
    lines, notes = source.split("\n"), []
    if lines and re.match(r"^\s*%%(bash|sh|script|cmd|!)", lines[0]):
        return source, []
    going_on = False
    for index, line in enumerate(lines):
        match = _INSTALL.match(line)
        if match or going_on:
            notes.append(f"left out: {line.strip()[:200]}")
            going_on = line.rstrip().endswith("\\")
            lines[index] = (match.group(1) if match else "") + ("pass" if match else "")
        elif line.lstrip().startswith(("%matplotlib", "%pylab")):
            # Without a screen the backend is Agg, whatever is asked for.
            notes.append(f"left out: {line.strip()[:200]}")
            lines[index] = line[: len(line) - len(line.lstrip())] + "pass"
    return "\n".join(lines), notes


def to_python(source: str) -> tuple[str, list[str]]:
    """A cell as Python that calls `get_ipython()` for what is none; lines keep their numbers."""
    notes: list[str] = []
    first = next((line for line in source.split("\n") if line.strip()), "")
    if first.startswith("%%"):
        return _cell_magic(source, first, notes), notes
    if _is_python(source):
        return source, notes
    lines = source.split("\n")
    inside: list[str] = []
    for index, line in enumerate(lines):
        if not _in_text(inside):
            lines[index] = _line(line, notes)
        inside.append(lines[index])
    return "\n".join(lines), notes


def _is_python(source: str) -> bool:
    try:
        compile(source, "<cell>", "exec", getattr(ast, "PyCF_ALLOW_TOP_LEVEL_AWAIT", 0) | ast.PyCF_ONLY_AST)
    except (SyntaxError, ValueError):
        return False
    return True


def _in_text(lines: list[str]) -> bool:
    """Whether the next line stands within a text of several lines, where a percent sign is no magic."""
    told = "\n".join(lines)
    return told.count('"""') % 2 == 1 or told.count("'''") % 2 == 1


def _line(line: str, notes: list[str]) -> str:
    ignored = _IGNORED.match(line)
    if ignored:
        notes.append(f"left out: {line.strip()[:200]}")
        return f"{ignored.group(1)}pass"
    if _HELP.match(line):
        notes.append(f"left out: {line.strip()[:200]}")
        return "pass"
    assigned = _ASSIGNED.match(line)
    if assigned:
        space, name, sign, rest = assigned.groups()
        call = f"getoutput({rest!r})" if sign == "!" else _magic(rest)
        return f"{space}{name} = get_ipython().{call}"
    match = _LINE.match(line)
    if not match:
        return line
    space, sign, rest = match.groups()
    return f"{space}get_ipython().{_magic(rest) if sign == '%' else f'system({rest!r})'}"


def _magic(rest: str) -> str:
    name, _, argument = rest.partition(" ")
    return f"run_line_magic({name!r}, {argument.strip()!r})"


def _cell_magic(source: str, first: str, notes: list[str]) -> str:
    before, _, body = source.partition(first)
    name, _, argument = first[2:].strip().partition(" ")
    if name in _STRIPPED:
        rest, more = to_python(body.lstrip("\n") if not body.startswith("\n") else body[1:])
        notes.extend(more)
        # `%%time STATEMENT` has Python on its first line too; the options of the others have none.
        return before + (argument if name == "time" else "") + "\n" + rest
    if name in _SHOWN:
        notes.append(f"shown, not run: %%{name}")
        return ""
    return before + f"get_ipython().run_cell_magic({name!r}, {argument.strip()!r}, {body.lstrip(chr(10))!r})"


class ZMQShell:
    """What `get_ipython()` gives where there is no IPython: the shell, files, folders and variables.

    pandas prints tables as in a notebook when the name holds `zmq` and there is a `kernel`.
    """

    kernel = None

    def __init__(self, space: dict[str, Any]) -> None:
        self.user_ns = space

    def system(self, command: str) -> None:
        """Run a command of the shell; its output is that of the cell."""
        import subprocess
        import sys

        done = subprocess.run(  # noqa: S602 - inside, where everything is foreign
            self._filled(command), shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        sys.stdout.write(done.stdout.decode("utf-8", "replace"))
        self.user_ns["_exit_code"] = done.returncode

    def getoutput(self, command: str) -> list[str]:
        """Run a command of the shell and give the lines of its output."""
        import subprocess

        done = subprocess.run(self._filled(command), shell=True, stdout=subprocess.PIPE, check=False)  # noqa: S602
        return done.stdout.decode("utf-8", "replace").splitlines()

    def magic(self, line: str) -> Any:
        """As `%line`."""
        name, _, argument = line.partition(" ")
        return self.run_line_magic(name, argument)

    def run_line_magic(self, name: str, line: str) -> Any:
        """The commonest line magics; NotImplementedError, naming it, for others."""
        import os
        import runpy
        import shlex

        if name in ("time", "timeit", "prun"):
            words = re.sub(r"^(\s*-[nrtcpoq]\s*\d*)+", "", line).strip()
            if words:
                exec(compile(words, "<string>", "exec"), self.user_ns)  # noqa: S102
        elif name == "cd":
            os.chdir(os.path.expanduser(line.strip().strip("'\"") or "~"))  # noqa: PTH111
        elif name == "pwd":
            return os.getcwd()  # noqa: PTH109
        elif name in ("env", "set_env") and line:
            key, _, value = line.replace(" ", "=", 1).partition("=") if "=" not in line else line.partition("=")
            os.environ[key.strip()] = value.strip()
        elif name == "run":
            words_ = shlex.split(line)
            self.user_ns.update(runpy.run_path(words_[0], run_name="__main__"))
        elif name in ("ls", "mkdir", "rm", "cp", "mv", "cat", "ll", "rmdir"):
            self.system(f"{name} {line}")
        elif not _IGNORED.match(f"%{name}"):
            raise NotImplementedError(f"%{name} needs IPython, which the environment does not have")
        return None

    def run_cell_magic(self, name: str, line: str, cell: str) -> Any:
        """The commonest cell magics; NotImplementedError, naming it, for others."""
        if name in ("bash", "sh", "script", "!"):
            program = line if name == "script" else "sh" if name == "sh" else "bash"
            return self._script(program, cell)
        if name in ("writefile", "file"):
            words = line.split()
            with open(words[-1], "a" if "-a" in words else "w", encoding="utf-8") as file:  # noqa: PTH123
                file.write(cell if cell.endswith("\n") else cell + "\n")
            return None
        raise NotImplementedError(f"%%{name} needs IPython, which the environment does not have")

    def _script(self, program: str, cell: str) -> None:
        import subprocess
        import sys

        done = subprocess.run(  # noqa: S602
            program, shell=True, input=cell.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        sys.stdout.write(done.stdout.decode("utf-8", "replace"))
        if done.returncode:
            raise RuntimeError(f"the {program} cell ended with exit code {done.returncode}")

    def _filled(self, command: str) -> str:
        """Names in braces and after a dollar sign are the notebook's own."""

        def value(match: Any) -> str:
            try:
                return str(eval(match.group(1), self.user_ns))  # noqa: S307
            except Exception:  # noqa: BLE001 - then it is the shell's own
                return str(match.group(0))

        return re.sub(r"(?<!\$)\{([^{}]+)\}", value, command)
