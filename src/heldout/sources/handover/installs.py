"""What there is to install for one environment of a plan, in the order in which a person would try it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from heldout.material.declarations import Declaration, Declarations, read_declarations
from heldout.material.declarations.requirements import is_requirements
from heldout.material.tree import Tree
from heldout.sources.handover.plan import Environment

PINS = "heldout-pins.txt"
WANTED = "heldout-wanted.txt"
_CODE = (".py", ".ipynb")

_RENAMED = {
    "sklearn": "scikit-learn",
    "cv2": "opencv-python",
    "pil": "pillow",
    "skimage": "scikit-image",
    "yaml": "pyyaml",
    "bs4": "beautifulsoup4",
    "dotenv": "python-dotenv",
    "tensorflow-gpu": "tensorflow",
    "pytorch": "torch",
}
"""Names of imports that people write where the index has another name (or only a warning) for the package."""

_CONDA_NAMES = {
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "py-xgboost": "xgboost",
    "py-opencv": "opencv-python",
    "opencv": "opencv-python",
    "pytables": "tables",
    "python-graphviz": "graphviz",
    "msgpack-python": "msgpack",
    "faiss": "faiss-cpu",
    "jupyter-core": "jupyter-core",
    "tensorflow-base": "tensorflow",
    "matplotlib-base": "matplotlib",
    "seaborn-base": "seaborn",
    "dvc-s3": "dvc-s3",
    "python-dotenv": "python-dotenv",
    "poppler": "",
    "graphviz": "",
    "make": "",
    "nodejs": "",
    "quarto": "",
    "pandoc": "",
}
"""Where a package's name in conda's channels differs from the index's; empty: it is no Python package."""
_CONDA_ONLY = re.compile(
    r"_?lib|_openmp|ca-certificates|openssl|zlib|sqlite|ncurses|readline|tk$|xz$|bzip2|blas|mkl|intel-|cuda|cudnn|"
    r"freetype|icu|jpeg|krb5|ld_impl|expat|glib|qt|pcre|dbus|fontconfig|gst|hdf5|lz4-c|lcms|llvm-openmp|ninja$|"
    r"r-|gcc|gxx|compilers|vc$|vs20|ucrt|m2w64|winpty$|python_abi|pip$|setuptools$|wheel$|git$|curl$|font",
)
_ELSEWHERE = re.compile(r"(?i)^(pywin32|pypiwin32|pywinpty|win[-_]?inet|appnope|pyobjc\S*|wmi|pywin32-ctypes)\b")
"""Packages of other systems, written down by a freeze."""
_AT_HOME = re.compile(r"^([A-Za-z0-9._-]+)\s*@\s*file:/\S+")
_ADDRESS = re.compile(r"(?i)^([\w.\[\]-]+\s*@\s*)?(git|hg|svn|bzr)?\+?(https?|ssh|git)://")
"""A package from a repository or archive: what the code misses without it is looked for in the index."""
_THIS_SYSTEM = re.compile(r"(?:^|/)conda-linux-64\.lock$|linux-64[\w.-]*\.txt$")
"""A lock of conda's for the system of the sandbox."""
_NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(.*)$")
_MERGE = re.compile(r"(<{7}|\|{7}|={7}|>{7})(?: |$)")
"""A mark that git leaves where two versions of a file meet and nobody chose."""


@dataclass(frozen=True)
class Install:
    """One way to say to an installer what is wanted. `level` is the lowest rung that it can stand on."""

    arguments: tuple[str, ...]
    level: int
    note: str
    """In plain words, what is installed; for a rung above 0 also how that differs from what is declared."""
    files: tuple[tuple[str, bytes], ...] = ()
    source: str = ""
    """The declaration that it comes from."""


def installs(environment: Environment, tree: Tree) -> tuple[Install, ...]:
    """What the declarations say, first choice first; empty when there are none that an installer could read.

    Python code that imports no package needs nothing but Python.
    """
    found: list[Install] = []
    locks = [path for path in environment.files if _THIS_SYSTEM.search(path)]
    for path in environment.files:
        of_file = list(_of_file(path, tree))
        if path.endswith((".yml", ".yaml")):
            found += [held for one in of_file for lock in locks[:1] for held in _held(one, lock, tree)]
        found += of_file
    found = _telling(found, tree)
    if environment.requirements:
        text = "\n".join(environment.requirements) + "\n"
        note = "the packages that the plan lists, since no file of the delivery declares them"
        extra = Install(("-r", WANTED), 3, note, ((WANTED, text.encode()),))
        found = [extra] if not environment.files else [_with_more(install, text) for install in found]
    elif not environment.files and any(entry.suffix in _CODE for entry in tree):
        found = [Install(("-r", WANTED), 0, "nothing but Python, since its code imports no package", ((WANTED, b""),))]
    return tuple(sorted(found, key=lambda install: install.level))


def _telling(found: list[Install], tree: Tree) -> list[Install]:
    """Without the project by itself where that asks for no package and a list beside it does: it installs nothing."""
    asking = [i for i in found if i.arguments[0] != "-e" or read_declarations(tree, [i.source]).declared]
    both = _combined(found)
    return [*both, *asking] if asking else found


def patched(install: Install, tree: Tree) -> Install | None:
    """The same with what can only be meant otherwise put right, each change named; None when nothing is to mend.

    Names of imports become names of packages; packages of other systems, paths on the maker's machine, addresses
    that are no package index and marks of an unfinished merge go. Versions stay as they are.
    """
    if len(install.arguments) < 2 or install.arguments[0] != "-r":
        return None
    inner = dict(install.files)
    target = install.arguments[1]
    text = inner[target].decode("utf-8", "replace") if target in inner else tree.read_text(target)
    lines = text.replace("\r", "").split("\n")
    merged = _merged(lines)
    kept, changes = [], ["the marks of a merge that nobody finished left out"] if merged != lines else []
    for line in merged:
        new = _mended(line)
        if new != line:
            changes.append(f"`{line.strip()}` " + (f"became `{new}`" if new else "left out"))
        if new:
            kept.append(new)
    if not changes:
        return None
    folder = posixpath.dirname(target)
    name = posixpath.join(folder, WANTED)  # beside the file, so that what it includes is found
    rest = install.arguments[2:]
    note = f"{install.source or target} mended: {'; '.join(changes[:6])}"
    files = tuple(pair for pair in install.files if pair[0] != target)
    return Install(("-r", name, *rest), 3, note, (*files, (name, "\n".join(kept).encode())), install.source)


def _merged(lines: list[str]) -> list[str]:
    """Both sides of an unfinished merge without its marks; of what both sides name, the first."""
    kept: list[str] = []
    first: set[str] = set()
    side = ""
    for line in lines:
        name = match[1].lower() if (match := _NAME.match(line.strip())) else ""
        if mark := _MERGE.match(line):
            side = "" if mark[1][0] == ">" else mark[1][0]
            first = set() if side == "<" else first
        elif side != "|" and not (side == "=" and name in first):
            kept.append(line)
            first |= {name} if side == "<" else set()
    return kept


def _mended(line: str) -> str:
    bare = line.strip()
    if not bare or bare.startswith(("#", "-")):
        return line
    if _ELSEWHERE.match(bare) or re.match(r"(?i)(pip3?|conda|python3?) ", bare):
        return ""
    if match := _AT_HOME.match(bare):
        return match[1]
    if _ADDRESS.match(bare):
        return ""
    match = _NAME.match(bare)
    if match and match[1].lower() in _RENAMED:
        return _RENAMED[match[1].lower()] + match[2]
    return line


def _of_file(path: str, tree: Tree) -> Iterator[Install]:
    name = posixpath.basename(path).lower()
    told = read_declarations(tree, [path])
    folder = posixpath.dirname(path) or "."
    if is_requirements(path):
        yield Install(("-r", path), 0, path, source=path)
    elif name in ("pyproject.toml", "setup.py", "setup.cfg"):
        if told.distributions:
            yield Install(("-e", f"./{folder}" if folder != "." else "."), 0, f"the project itself ({path})", (), path)
        elif wanted := _main(told):
            text = "\n".join(_requirement(item) for item in wanted) + "\n"
            yield Install(("-r", WANTED), 1, f"what {path} lists", ((WANTED, text.encode()),), path)
    elif told.locks:
        yield from _locked(told, path, tree)
    elif told.declared:
        yield from _translated(path, name, told)


def _locked(told: Declarations, path: str, tree: Tree) -> Iterator[Install]:
    """A lock of another tool: what its project asks for, held to the versions of the lock."""
    lock = told.locks[0]
    asked = read_declarations(tree, [lock.source]) if lock.source else Declarations()
    own = {item.name for item in asked.declared if not item.dev and not item.group}
    pins = "\n".join(f"{item.name}=={item.specifier}" for item in lock.packages if _exact(item.specifier)) + "\n"
    wanted = sorted(own & {item.name for item in lock.packages} or {item.name for item in lock.packages})
    files = ((PINS, pins.encode()), (WANTED, ("\n".join(wanted) + "\n").encode()))
    level = 0 if lock.tool in ("uv", "pylock") else 1
    note = f"the versions of {path}" + (f" by another installer than {lock.tool}" if level else "")
    yield Install(("-r", WANTED, "-c", PINS), level, note, files, path)


def _held(install: Install, path: str, tree: Tree) -> Iterator[Install]:
    """What an environment of conda asks for, and all that this brings in, at the versions of conda's own lock."""
    for lock in read_declarations(tree, [path]).locks[:1]:
        named = {_CONDA_NAMES.get(one.name, one.name): one.specifier for one in lock.packages}
        known = {n: v for n, v in named.items() if _plain(n, v) and not _CONDA_ONLY.match(n)}
        pins = "".join(f"{name}=={version}\n" for name, version in known.items())
        note = f"{install.note}, at the versions of {path}"
        if pins:
            files = (*install.files, (PINS, pins.encode()))
            yield Install((*install.arguments, "-c", PINS), install.level, note, files, install.source)


def _translated(path: str, name: str, told: Declarations) -> Iterator[Install]:
    conda = name.endswith((".yml", ".yaml"))
    lines, left = [], []
    for item in _main(told):
        new = _CONDA_NAMES.get(item.name, item.name) if conda else item.name
        if not new or (conda and _CONDA_ONLY.match(item.name)):
            left.append(item.name)
            continue
        lines.append(_requirement(item, new))
    if lines:
        how = f"the packages of {path} from the index, without conda" if conda else f"the packages that {path} installs"
        note = how + (f" (left out, since they are no Python packages: {', '.join(left[:8])})" if left else "")
        yield Install(("-r", WANTED), 1, note, ((WANTED, ("\n".join(lines) + "\n").encode()),), path)


def _main(told: Declarations) -> list[Declaration]:
    return list({item.name: item for item in told.declared if not item.dev}.values())


def _requirement(item: Declaration, name: str = "") -> str:
    """As an installer reads it: conda's `=1.19` is `==1.19.*`, its build is dropped."""
    spec = item.specifier.strip()
    if match := re.fullmatch(r"={1,2}([\w.+!*]+?)(?:=[\w.]+)?", spec):
        version = match[1]
        exact = item.kind in ("pinned", "locked") or version.endswith("*")
        return f"{name or item.name}=={version}" + ("" if exact else ".*")
    if re.fullmatch(r"\d[\w.]*", spec):
        return f"{name or item.name}=={spec}"
    caret = re.fullmatch(r"\^(\d+)((?:\.\d+)*)", spec)
    if caret:
        upper = int(caret[1]) + 1
        return f"{name or item.name}>={caret[1]}{caret[2]}" + (f",<{upper}" if caret[1] != "0" else "")
    return f"{name or item.name}{spec}" if re.fullmatch(r"[<>=!~][\w.,<>=!~* +]*", spec) else name or item.name


def _plain(name: str, version: str) -> bool:
    """Whether the index may know a package of conda's by this name and version: `2024b` is conda's own way to write."""
    return bool(_NAME.match(name) and re.fullmatch(r"\d+(?:\.\d+)*", version))


def _exact(specifier: str) -> bool:
    return bool(re.fullmatch(r"\d[\w.+!]*", specifier))


def _combined(found: Sequence[Install]) -> list[Install]:
    """A list of packages and the project itself in one go, when both are declared."""
    lists = [install for install in found if install.arguments[0] == "-r" and install.level == 0 and not install.files]
    project = [install for install in found if install.arguments[0] == "-e"]
    if not lists or not project:
        return []
    both = Install(
        (*project[0].arguments, *lists[0].arguments), 0, f"{lists[0].note} and {project[0].note}", (), lists[0].source
    )
    return [both]


def _with_more(install: Install, text: str) -> Install:
    more = "heldout-more.txt"
    note = f"{install.note}, and what the plan adds: {', '.join(text.split())}"
    files = (*install.files, (more, text.encode()))
    return Install((*install.arguments, "-r", more), 3, note, files, install.source)
