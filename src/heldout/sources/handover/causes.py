"""Why an installation or a run failed, read off what it printed.

What no rule of `cause_rules` knows is said in the program's own last words.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from typing import Protocol

from heldout.sandbox.base import Verdict
from heldout.sources.handover.cause_rules import BUILD, FOLDER_MESSAGE, RUN, Rule
from heldout.sources.handover.record import Cause

NOT_OFFERED = frozenset({"limit", "gpu", "display", "asks", "container", "remote_source", "guess", "server"})
"""Causes that lie in what this sandbox does not offer: what only they stopped could not be assessed.

The network is not among them: what cannot be done without somebody else's server is what an audit looks for."""

_TAIL = 60_000
_TRACE = "Traceback (most recent call last):"
_IN_A_CELL = re.compile(r"^Stopped in cell \d+\.$", re.MULTILINE)
"""What `notebooks.text_of` says of a notebook that stopped; what was raised stands below it, without that heading."""
_LAST_WORDS = re.compile(r"^(?:\w+\.)*(\w*(?:Error|Exception|Warning|Exit|Interrupt|NotFound|Missing))\b:?(.*)", re.M)
_WRITES = re.compile(
    r"open(?:_func)?\([^\n]*(?:['\"][wax]b?\+?b?['\"]|self\.mode)|\.(?:mkdir|write_text|write_bytes)\("
)
_NOT_THERE = re.compile(r"^FileNotFoundError: \[Errno 2\] No such file or directory: '([^'\n]+)'", re.MULTILINE)
_NEAR = 600
"""Characters around the words of an error in which the address stands that was asked for."""
_INNERMOST = 3
"""Lines of code at the end of a traceback that tell whether a file was to be read or written."""

_MODULE = re.compile(
    r"ModuleNotFoundError: No module named '([\w.]+)'|ImportError: No module named '?([\w.]+)|"
    r"ImportError: (?:Missing optional dependency '|`Import )([\w.]+)(?:'|` failed)"
)
USUAL_OWN = frozenset(
    [
        "helper",
        "helpers",
        "util",
        "utils",
        "function",
        "functions",
        "config",
        "configs",
        "settings",
        "constants",
        "common",
        "custom",
        "preprocess",
        "preprocessing",
        "feature_engineering",
        "data_loader",
        "dataloader",
        "model",
        "models",
        "train",
        "trainer",
        "src",
    ]
)
"""Names of modules that people write themselves: a package of the index that is called so is not what they mean."""
_RUNNING_MODULE = re.compile(r"No module named ([\w.]+)(?:\.__main__)?;?", re.MULTILINE)
_USAGE = re.compile(r"^usage:[ \n]*([^\n]+)", re.MULTILINE | re.IGNORECASE)
_HOST = re.compile(r"(?:host='|https?://|ftp://|s3://|gs://)([\w.-]+)")
_PLACE = re.compile(r'File "(?:/work/delivery/|/env/delivery/)([^"]+)", line (\d+)')


def build_cause(log: str, verdict: Verdict, why: str) -> Cause:
    """Why an installer failed. `log` is all that it said, `why` what the sandbox says of its end."""
    if verdict not in (Verdict.FAILED, Verdict.OK):
        return Cause(code="limit", message=f"The installation was stopped: {why}.", subject=verdict.value)
    told = log[-_TAIL:]
    found = _first(BUILD, told)
    if found:
        return found
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(?i)(error|×|fatal)", line)] or lines
    return Cause(code="other", message=f"The installer says: {_short(errors[-1] if errors else why)}.")


class Own(Protocol):
    """What is known of the delivery's own code."""

    def holds(self, module: str) -> bool:
        """Whether it holds this module, by its dotted name."""

    def owns(self, package: str) -> bool:
        """Whether a top-level package or module of this name is the delivery's own."""


def run_cause(output: str, verdict: Verdict, why: str, own: Own) -> Cause | None:
    """What went wrong in a run by what it printed; None when its output shows nothing of the kind.

    Exit codes are the caller's business: a cause is also found in the output of a program that ended with 0.
    """
    if verdict not in (Verdict.OK, Verdict.FAILED):
        return Cause(code="limit", message=f"It was stopped: {why}.", subject=verdict.value)
    told = output[-_TAIL:]
    if missing := _missing_module(told, own):
        return missing
    found = _first(RUN, told)
    if found is not None:
        return _to_be_written(told, found) or found
    cell = _IN_A_CELL.search(told)
    if _TRACE in told or cell:
        last = list(_LAST_WORDS.finditer(told, cell.end() if cell else 0))
        words = last[-1 if cell is None else 0].group(0) if last else "an exception without words"
        place = _places(told)
        where = f" ({place})" if place else ""
        return Cause(code="error", message=f"It stops with an error: {_short(words)}{where}.", subject=_short(words))
    if verdict is Verdict.FAILED and (usage := _USAGE.search(told)):
        return Cause(code="usage", message=f"The command as it stands only got told how to use it: {_short(usage[1])}.")
    if verdict is Verdict.FAILED:
        said = f" Its last words: {_short(words)}." if (words := _last_words(told)) else ""
        return Cause(code="exit_code", message=f"It says that it failed: {why}.{said}")
    return None


def _to_be_written(told: str, found: Cause) -> Cause | None:
    """The cause where the file that is not there was to be written: what lacks is its folder, which git cannot keep."""
    last = list(_NOT_THERE.finditer(told))
    if found.code != "data_missing" or not last:
        return None
    path, trace = last[-1][1], told[: last[-1].start()].rpartition(_TRACE)[2]
    code = [line for line in trace.splitlines() if line.startswith("    ") and not set(line) <= set(" ~^")]
    folder = posixpath.dirname(path.rstrip("/"))
    if not folder or not any(_WRITES.search(line) for line in code[-_INNERMOST:]):
        return None
    return Cause(code="folder_missing", message=FOLDER_MESSAGE.format(_short(folder)), subject=_short(folder))


def _last_words(told: str) -> str:
    """The line that says most of why it ended: the last that speaks of an error, else the last that is no warning."""
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    errors = [line for line in lines if re.search(r"(?i)\b(error|failed|cannot|not found|missing|invalid)\b", line)]
    plain = [line for line in lines if not re.search(r"(?i)warn", line)]
    return (errors or plain or [""])[-1]


def _missing_module(told: str, own: Own) -> Cause | None:
    matches = list(_MODULE.finditer(told))
    name = next((m[1] or m[2] or m[3] for m in reversed(matches)), "")
    if not name:
        loose = [m for m in _RUNNING_MODULE.finditer(told) if "python" in told[max(0, m.start() - 80) : m.start()]]
        name = loose[-1][1] if loose else ""
    if not name:
        return None
    if re.match(r"numpy\._core|sklearn\.(?!_)|pandas\.core|keras\.src|scipy\.|torch\.|tensorflow\.", name):
        return Cause(
            code="api_changed",
            message=f"It was written for other versions of its packages: there is no {name} in them.",
            subject=name,
        )
    if own.holds(name):
        message = f"It does not find its own code ({name}) when it is started like this."
        return Cause(code="own_code_not_found", message=message, subject=name)
    top = name.partition(".")[0]
    if own.owns(top) or top in USUAL_OWN:
        return Cause(
            code="code_missing", message=f"Code that it calls is not part of the delivery: {name}.", subject=name
        )
    return Cause(code="module_missing", message=f"It imports {name}, which nothing declares.", subject=name)


def _first(rules: Collection[Rule], told: str) -> Cause | None:
    for rule in rules:
        matches = list(rule.pattern.finditer(told))
        if not matches:
            continue
        match = matches[0] if rules is BUILD else matches[-1]
        groups = [_short(group) for group in match.groups() if group] or [_short(match.group(0))]
        # Beside the words of the error: addresses stand in warnings too.
        host = _HOST.search(told[max(0, match.start() - _NEAR) : match.end() + _NEAR])
        message = rule.message.replace("{host}", f" (from {host[1]})" if host else "")
        return Cause(code=rule.code, message=_filled(message, groups), subject=groups[0])
    return None


def _filled(message: str, groups: list[str]) -> str:
    for index in range(3):
        message = message.replace(f"{{{index}}}", groups[index] if index < len(groups) else "")
    return re.sub(r"\.\.$", ".", message)


def _places(told: str) -> str:
    places = _PLACE.findall(told)
    cell = _IN_A_CELL.search(told)
    told_cell = cell[0].removeprefix("Stopped in ").rstrip(".") if cell else ""
    return f"{places[-1][0]}:{places[-1][1]}" if places else told_cell


def _short(text: str) -> str:
    text = text.replace("\\\\", "\\")  # Python prints a path of Windows as it would stand in its code
    text = " ".join(text.replace("/work/delivery/", "").replace("/env/delivery/", "").split())
    text = text.lstrip(" ,;`'").rstrip(" .,;`'")
    return text if len(text) <= 160 else f"{text[:157]}..."
