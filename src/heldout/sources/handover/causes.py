"""Why an installation or a run failed, read off what it printed.

What is told here decides whom a failure is laid to, so every rule is narrow, and what no rule knows is said in the
program's own last words.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from heldout.sandbox.base import Verdict
from heldout.sources.handover.record import Cause

NOT_OFFERED = frozenset({"limit", "gpu", "display", "asks", "container", "remote_source", "guess"})
"""Causes that lie in what this sandbox does not offer: what only they stopped could not be assessed.

The network is not among them: what cannot be done without somebody else's server is what an audit looks for."""

_TAIL = 60_000
_TRACE = "Traceback (most recent call last):"
_IN_A_CELL = re.compile(r"^Stopped in cell \d+\.$", re.MULTILINE)
"""What `notebooks.text_of` says of a notebook that stopped; what was raised stands below it, without that heading."""
_LAST_WORDS = re.compile(r"^(?:\w+\.)*(\w*(?:Error|Exception|Warning|Exit|Interrupt|NotFound|Missing))\b:?(.*)", re.M)


@dataclass(frozen=True)
class _Rule:
    code: str
    pattern: re.Pattern[str]
    message: str
    """With {0}, {1} ... for the groups of the pattern; group 0 is the first of them."""


def _rule(code: str, pattern: str, message: str) -> _Rule:
    return _Rule(code, re.compile(pattern, re.MULTILINE | re.IGNORECASE), message)


_BUILD = (
    _rule(
        "dead_source",
        r"((?:git\+)?git://(?:www\.)?github\.com/[^\s#]+)",
        "It takes a package from an address that has been switched off for everybody: {0}.",
    ),
    _rule(
        "remote_source",
        r"(?:git (?:fetch|clone|operation) failed|failed to (?:clone|fetch).*|Could not resolve host:? ?\S*|"
        r"git\+(?:https|ssh)://\S+)",
        "It takes a package from a place that is no package index, which cannot be reached from inside: {0}.",
    ),
    _rule(
        "local_path",
        r"(?:Distribution not found at: |No such file or directory: '|Invalid requirement: .*?|OSError: .*?)"
        r"(file:///\S+|/[^'\s]*(?:croot|feedstock|work|Users|home)[^'\s]*)",
        "It asks for a package at a place on its maker's machine: {0}.",
    ),
    _rule(
        "file_missing",
        r"(?:Could not open requirements file: .*?'|File not found: `|No such file or directory: ')([^'`]+)",
        "The list of packages names a file that is not there: {0}.",
    ),
    _rule(
        "other_python",
        r"the (?:requested|current) Python version \(([\d.a-z+]+)\)[^\n]*does not satisfy Python([^\n]*?)(?:,| and|$)",
        "It is not made for Python {0}: it wants Python{1}.",
    ),
    _rule(
        "other_python",
        r"requires a different Python: ([\d.]+) not in '([^']+)'",
        "It is not made for Python {0}: it wants Python {1}.",
    ),
    _rule(
        "no_wheel",
        r"(?:Because |And because |only )?(\S+?)(?:==\S+)? has no wheels with a matching (Python|platform|ABI)[^\n]*",
        "There is no built package of {0} for this Python or machine.",
    ),
    _rule(
        "private_index",
        r"(?:Because |And because )?(\S+) was not found in the (?:package registry|provided)",
        "The public index has no package called {0}.",
    ),
    _rule(
        "version_missing",
        r"there (?:is|are) no versions? of (\S+)",
        "The index does not have the version that it asks for: {0}.",
    ),
    _rule(
        "version_missing",
        r"Could not find a version that satisfies the requirement (\S+)[^\n]*\(from versions: (?!none)",
        "The index does not have the version that it asks for, for this Python: {0}.",
    ),
    _rule(
        "private_index",
        r"Could not find a version that satisfies the requirement (\S+)[^\n]*\(from versions: none\)",
        "The index has nothing called {0} for this Python.",
    ),
    _rule(
        "pins_unsatisfiable",
        r"(?:ResolutionImpossible|No solution found when resolving)",
        "The versions that it asks for cannot be installed together.",
    ),
    _rule(
        "system_library",
        r"fatal error: (\S+\.h(?:pp)?): No such file",
        "A package has to be compiled and needs a library of the system that is not declared ({0}).",
    ),
    _rule(
        "compiler",
        r"(error: command '[^']*(?:gcc|g\+\+|cc|clang|gfortran|cargo|rustc)[^']*' failed|"
        r"Microsoft Visual C\+\+|Unknown compiler|can't find Rust compiler|CMake must be installed)",
        "A package has to be compiled, and that fails: {0}.",
    ),
    _rule(
        "bad_metadata",
        r"(?:Failed to parse metadata|invalid metadata|InvalidRequirement|Couldn't parse requirement|"
        r"Failed to parse:? ?`?[^\n`]*|Invalid requirement: ?[^\n]*|Expected (?:package name|one of)[^\n]*)",
        "The list of packages, or a package in it, is not written as installers read it: {0}.",
    ),
    _rule(
        "renamed",
        r"The '([\w.-]+)' PyPI package is deprecated, use '",
        "It asks for {0}, which is no package any more: the index has it under another name.",
    ),
    _rule(
        "build_failed",
        r"(?:Failed to build [`'\"]?|Failed building wheel for )([A-Za-z0-9._-]+)",
        "The package {0} cannot be built from its source on this Python.",
    ),
)

_FOLDER = "It writes into a folder that is not part of the delivery, and does not make it: {0}."
_WRITES = re.compile(
    r"open(?:_func)?\([^\n]*(?:['\"][wax]b?\+?b?['\"]|self\.mode)|\.(?:mkdir|write_text|write_bytes)\("
)
_NOT_THERE = re.compile(r"^FileNotFoundError: \[Errno 2\] No such file or directory: '([^'\n]+)'", re.MULTILINE)
_NEAR = 600
"""Characters around the words of an error in which the address stands that was asked for."""
_INNERMOST = 3
"""Lines of code at the end of a traceback that tell whether a file was to be read or written."""

_RUN = (
    _rule(
        "usage",
        r"error: the following arguments are required: ([^\n]*)",
        "The command as it stands lacks arguments: {0}.",
    ),
    _rule("usage", r"error: unrecognized arguments: ([^\n]*)", "The command has arguments that nothing knows: {0}."),
    _rule(
        "usage", r"Missing (?:argument|option|parameter) '([^'\n]+)'", "The command as it stands lacks arguments: {0}."
    ),
    _rule(
        "usage",
        r"^ +[^\n]*\bargv\b[^\n]*\n(?:[ ~^]*\n)?IndexError: list index out of range",
        "The command as it stands lacks arguments.",
    ),
    _rule(
        "other_python",
        r"(SyntaxError: (?:Missing parentheses in call to '(?:print|exec)'|multiple exception types must be)|"
        r"(?:NameError: name|AttributeError: 'dict' object has no attribute) "
        r"'(?:xrange|raw_input|unicode|basestring|iteritems|itervalues|has_key)')",
        "It is written for Python 2, which has had no support since 2020: {0}.",
    ),
    _rule(
        "network",
        r"(?:getaddrinfo failed|Temporary failure in name resolution|Name or service not known|"
        r"Network is unreachable|Failed to establish a new connection|nodename nor servname|"
        r"Could not resolve (?:host|hostname)|NameResolutionError|urlopen error|ConnectTimeout|"
        r"offline mode|LocalEntryNotFoundError|We couldn't connect to '[^']+')",
        "It fetches something from the network while it runs{host}, and there is none.",
    ),
    _rule(
        "network",
        r"(?:Resource (?:\x1b\[\d+m)?'?([\w.-]+?)'?(?:\x1b\[0m)? not found\.\s+Please use the NLTK Downloader|"
        r"Can't find model '([\w.-]+)'\. It doesn't seem to be a Python package)",
        "It needs language data that are no part of the delivery and have to be fetched from the network: {0}.",
    ),
    _rule(
        "display",
        r"(?:no display name and no \$DISPLAY|cannot connect to X server|could not connect to display|"
        r"Can't open display)",
        "It opens a window, and there is no screen.",
    ),
    _rule(
        "gpu",
        r"(?:Found no NVIDIA driver|CUDA (?:driver|is not available|error)[^\n]*|"
        r"Torch not compiled with CUDA|no CUDA-capable device)",
        "It needs a graphics card, and there is none.",
    ),
    _rule("asks", r"EOF when reading a line", "It waits for somebody to type something."),
    _rule("writes_outside", r"Read-only file system: '(/[^']+)'", "It writes outside of its own folder: {0}."),
    _rule(
        "credential",
        r"((?:api[_ ]?key|access[_ ]?token|credentials?|AWS_\w+|NoCredentialsError|wandb[^\n]*login)[^\n]{0,60}"
        r"(?:not (?:set|found|provided|configured)|missing|required|Unable to locate)|Unable to locate credentials)",
        "It wants somebody's access: {0}.",
    ),
    _rule(
        "code_missing",
        r"can't open file '?(?:/work/delivery/)?([^\s':]+)'?:",
        "The program that it starts is not part of the delivery: {0}.",
    ),
    _rule(
        "code_missing",
        r"pattern '([^'\n]+\.ipynb)' matched no files",
        "The notebook that it opens is not part of the delivery: {0}.",
    ),
    _rule(
        "code_missing",
        r"No rule to make target '([^']+)'",
        "What its Makefile needs is not part of the delivery: {0}.",
    ),
    _rule("container", r"(?:docker|podman)(?:-compose)?: (?:command )?not found", "It wants to start containers."),
    _rule(
        "program_missing",
        r"^(?:\S+: )?(?:line )?(?:\d+: )*(?:exec: )?([\w.+/-]+): (?:command )?not found$",
        "It calls a program that is neither declared nor here: {0}.",
    ),
    _rule(
        "program_missing",
        r"FileNotFoundError: \[Errno 2\] No such file or directory: '([\w.+-]+)': '\1'",
        "It calls a program that is neither declared nor here: {0}.",
    ),
    _rule(
        "program_missing",
        r"ExecutableNotFound: failed to execute (?:PosixPath\()?'?(\w+)|executables not found|"
        r"No such file or directory: '(dot)'",
        "It calls a program that is neither declared nor here: {0}.",
    ),
    _rule(
        "folder_missing",
        r"(?:Cannot save file into a non-existent directory: '([^'\n]+)'|"
        r"Parent directory '?([^'\s]+?)'? does not exist)",
        _FOLDER,
    ),
    _rule(
        "data_missing",
        r"(?:FileNotFoundError|OSError)[^\n]*?['\"](/(?:Users|home|root|Volumes|mnt)/[^'\"\n]+|[A-Za-z]:[\\/][^'\"\n]+)['\"]",
        "It looks for a file at a place on its makers' machine: {0}.",
    ),
    _rule(
        "data_missing",
        r"(?:FileNotFoundError|OSError|IOError|NotADirectoryError|HDF5ExtError|DatabaseError|"
        r"sqlite3\.OperationalError)[^\n]*?(?:No such file or directory|does not exist|not found|unable to open)"
        r"[^\n'\"]*['\"](?:file:)?([^'\"\n]+)['\"]",
        "A file that it reads is not part of the delivery: {0}.",
    ),
    _rule(
        "data_missing",
        r"(?:FileNotFoundError|IsADirectoryError)[^\n]*?(?:\[Errno \d+\])?:? *([^\n]*)",
        "A file that it reads is not part of the delivery: {0}.",
    ),
    _rule(
        "api_changed",
        r"(ImportError: cannot import name [^\n]*|AttributeError: module '[^']+' has no attribute '[^']+'[^\n]*|"
        r"TypeError: [^\n]*got an unexpected keyword argument '[^']+'[^\n]*|"
        r"InvalidParameterError[^\n]*|TypeError: agg function failed[^\n]*|"
        r"TypeError: Could not convert (?=[^\n]*to numeric)\S{1,30}|"
        r"AttributeError: '[^']+' object has no attribute '[^']+'[^\n]*|"
        r"only 0-dimensional arrays can be converted[^\n\"]*|"
        r"numpy\.dtype size changed[^\n]*|was removed in [^\n]*|is no longer (?:supported|available)[^\n]*|"
        r"A module that was compiled using NumPy 1\.x[^\n]*|"
        r"(?:ValueError|ModuleNotFoundError): [^\n]*(?:numpy\._core|sklearn\.ensemble\.forest|_loss)[^\n]*)",
        "It was written for other versions of its packages: {0}.",
    ),
    _rule(
        "api_changed",
        r"AttributeError: Can't get attribute '([^']+)' on <module '(?!__main__|__mp_main__)",
        "It was saved with other versions of its packages: these have no {0}.",
    ),
    _rule(
        "api_changed",
        r"in corr\n(?:[^\n]*\n){1,12}?(ValueError: could not convert string to float[^\n]*)",
        "It was written for other versions of its packages: {0}.",
    ),
    _rule("nothing_done", r"make(?:\[\d+\])?: Nothing to be done for '([^']+)'", "Make found nothing to do for {0}."),
    _rule(
        "nothing_done",
        r"(?:no tests ran|collected 0 items|Ran 0 tests|Stage '[^']+' didn't change, skipping|Nothing to be done\.)",
        "It found nothing to do.",
    ),
)

_MODULE = re.compile(
    r"ModuleNotFoundError: No module named '([\w.]+)'|ImportError: No module named '?([\w.]+)|"
    r"ImportError: (?:Missing optional dependency '|`Import )([\w.]+)(?:'|` failed)"
)
_USUAL_OWN = frozenset(
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
    found = _first(_BUILD, told)
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
    found = _first(_RUN, told)
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
    return Cause(code="folder_missing", message=_FOLDER.format(_short(folder)), subject=_short(folder))


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
    if own.owns(top) or top in _USUAL_OWN:
        return Cause(
            code="code_missing", message=f"Code that it calls is not part of the delivery: {name}.", subject=name
        )
    return Cause(code="module_missing", message=f"It imports {name}, which nothing declares.", subject=name)


def _first(rules: Collection[_Rule], told: str) -> Cause | None:
    for rule in rules:
        matches = list(rule.pattern.finditer(told))
        if not matches:
            continue
        match = matches[0] if rules is _BUILD else matches[-1]
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
    text = " ".join(text.replace("/work/delivery/", "").replace("/env/delivery/", "").split())
    text = text.lstrip(" ,;`'").rstrip(" .,;`'")
    return text if len(text) <= 160 else f"{text[:157]}..."
