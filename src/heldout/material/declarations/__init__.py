"""What a project declares that it needs, read as data: nothing is imported, built or run.

`read_declarations(tree)` reads requirement files, pyproject.toml, setup.cfg, setup.py, Pipfile, lock files, conda
environments, Dockerfiles, shell scripts and installing cells of notebooks.
"""

from __future__ import annotations

from collections.abc import Iterable

from heldout.material.declarations.commands import (
    from_command,
    is_dockerfile,
    is_environment,
    read_environment,
    read_metadata,
    read_notebook_commands,
    read_python_version,
    read_script,
)
from heldout.material.declarations.locks import lock_tool, read_lock
from heldout.material.declarations.pyproject import read_pipfile, read_pyproject
from heldout.material.declarations.requirements import is_requirements, read_requirements
from heldout.material.declarations.setup_files import read_setup_cfg, read_setup_py
from heldout.material.declarations.types import (
    Collector,
    Declaration,
    Declarations,
    Distribution,
    Kind,
    Lock,
    PythonVersion,
    Unread,
    normalise,
)
from heldout.material.tree import Tree

__all__ = [
    "Declaration",
    "Declarations",
    "Distribution",
    "Kind",
    "Lock",
    "PythonVersion",
    "Unread",
    "from_command",
    "normalise",
    "read_declarations",
]

_BY_NAME = {
    "pyproject.toml": read_pyproject,
    "setup.cfg": read_setup_cfg,
    "setup.py": read_setup_py,
    "pipfile": read_pipfile,
    ".python-version": read_python_version,
    "runtime.txt": read_python_version,
}


def read_declarations(tree: Tree, paths: Iterable[str] | None = None) -> Declarations:
    """Everything that these files (by default all of the tree) declare; never raises for what they hold."""
    into = Collector(tree)
    for path in sorted(paths if paths is not None else (e.path for e in tree.files if e.readable)):
        name = path.rpartition("/")[2]
        if reader := _BY_NAME.get(name.lower()):
            reader(into, path)
        elif tool := lock_tool(name):
            read_lock(into, path, tool)
        elif is_requirements(path):
            read_requirements(into, path)
        elif is_environment(path):
            read_environment(into, path)
        elif is_dockerfile(name) or name.endswith(".sh"):
            read_script(into, path)
        elif name.endswith(".ipynb"):
            read_notebook_commands(into, path)
        elif (name == "PKG-INFO" and tree.kind == "sdist") or (name == "METADATA" and tree.kind == "wheel"):
            read_metadata(into, path)
    return into.result()
