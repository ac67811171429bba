"""What an installer or a program prints when it fails, and what that means: one rule a kind.

What is told here decides whom a failure is laid to, so every rule is narrow. The first that knows the words is taken
(`causes`), so a rule stands before those that are wider.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FOLDER_MESSAGE = "It writes into a folder that is not part of the delivery, and does not make it: {0}."
"""Of a folder to write into that git could not keep, being empty; {0} is its path."""


@dataclass(frozen=True)
class Rule:
    """What is printed, and what it means."""

    code: str
    pattern: re.Pattern[str]
    message: str
    """With {0}, {1} ... for the groups of the pattern; group 0 is the first of them."""


def _rule(code: str, pattern: str, message: str) -> Rule:
    return Rule(code, re.compile(pattern, re.MULTILINE | re.IGNORECASE), message)


BUILD: tuple[Rule, ...] = (
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
        r"(?:Unexpected '[<|=>]', expected '-c'|Invalid requirement: '(?:<{7}|\|{7}|={7}|>{7}))[^\n]*",
        "The list of packages still holds the marks of a merge that nobody finished.",
    ),
    _rule(
        "bad_metadata",
        r"(?:Unexpected '[^'\n]+', expected '-c'[^\n]*|"
        r"Failed to parse metadata|invalid metadata|InvalidRequirement|Couldn't parse requirement|"
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


RUN: tuple[Rule, ...] = (
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
        "server",
        r"(?:host='(?:127\.0\.0\.1|localhost|0\.0\.0\.0)', port=(\d+)|"
        r"https?://(?:127\.0\.0\.1|localhost|0\.0\.0\.0):(\d+)\S* failed)[^\n]*"
        r"(?:Max retries exceeded|Connection refused|Failed to establish)",
        "It asks a server on its own machine, at port {0}, which has to be started beside it.",
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
        r"Can't open display|requires the '\w+' interactive framework)",
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
        FOLDER_MESSAGE,
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
        r"FileNotFoundError:[^\n]*?(?<![\w/.-])((?:[\w.-]*/)*[\w-]+\.(?:[ct]sv|parquet|jsonl?|xlsx?|feather|npy|npz|pkl|"
        r"pickle|joblib|h5|keras|pth?|txt|zip|gz|db|sqlite3?|ya?ml))(?![\w/])",
        "A file that it reads is not part of the delivery: {0}.",
    ),
    _rule(
        "data_missing",
        r"(?:FileNotFoundError|IsADirectoryError)[^\n]*?(?:\[Errno \d+\])?:? *([^\n]*)",
        "A file that it reads is not part of the delivery: {0}.",
    ),
    _rule(
        "data_missing",
        r"^(?:AssertionError|ValueError|RuntimeError|Exception|SystemExit): "
        r"([^\n]*\b(?:files?|paths?|data|dataset)\b[^\n]*(?:does not exist|do not exist|not found|is missing)[^\n]*)",
        "It says itself that a file that it reads is not there: {0}.",
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
