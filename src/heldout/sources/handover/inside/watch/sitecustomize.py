"""Starts the watch: Python imports this by its name, before any of the delivery, when this folder is in PYTHONPATH.

It does three things and leaves no other trace. It takes this folder off `sys.path` again; it runs the `sitecustomize`
that would have been found without it; and, when HELDOUT_WATCH names a folder, it puts a finder in front of
`sys.meta_path` that wraps some functions of some libraries right after they were imported. The rest of the watch is
read only when such a library is imported, so that a program without any starts as fast as ever.

For Python 3.7 and later, standard library only. Whatever goes wrong here is swallowed: a delivery that runs without
the watch has to run with it.
"""

# pathlib would have to be read first, in programs that never asked for it.
# ruff: noqa: PTH100, PTH118, PTH120

from __future__ import annotations

import os
import sys

# Every Python that is started pays for what is imported here, so nothing is that was not there already.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HERE = os.path.dirname(os.path.abspath(__file__))

HOOKED = frozenset(
    {
        "catboost.core",
        "keras.engine.training",
        "keras.src.engine.training",
        "keras.src.models.model",
        "lightgbm.engine",
        "numpy.random",
        "random",
        "sklearn.base",
        "sklearn.metrics._classification",
        "sklearn.metrics._ranking",
        "sklearn.metrics._regression",
        "sklearn.metrics.classification",
        "sklearn.metrics.ranking",
        "sklearn.metrics.regression",
        "sklearn.model_selection._split",
        "sklearn.model_selection._validation",
        "tensorflow.python.framework.random_seed",
        "tensorflow.python.keras.engine.training",
        "torch.random",
        "xgboost.training",
    }
)
"""Modules after whose import something is wrapped. `heldout_watch.hooks` says what."""


class _Silent:
    """Swallows what goes wrong: `contextlib.suppress(Exception)`, without its import."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: Any, *_: Any) -> bool:
        """Whether what was raised is swallowed."""
        return kind is not None and issubclass(kind, Exception)


class _Finder:
    """Finds nothing by itself: asks the other finders, and arms what they found."""

    def __init__(self, load: Any) -> None:
        self.load = load
        self.busy: set[str] = set()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """The module's spec with its loader armed, or None: then Python goes on as if there were no watch."""
        if name not in HOOKED or name in self.busy:
            return None
        self.busy.add(name)
        try:
            return self._armed(name, path, target)
        except ImportError:
            return None
        finally:
            self.busy.discard(name)

    def _armed(self, name: str, path: Any, target: Any) -> Any:
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec: Any = find(name, path, target) if find else None
            if spec is not None:
                with _Silent():
                    self._arm(spec, name)
                return spec
        return None

    def _arm(self, spec: Any, name: str) -> None:
        loader, load = spec.loader, self.load
        original = loader.exec_module

        def exec_module(module: Any) -> None:
            with _Silent():
                del loader.exec_module
            original(module)
            with _Silent():
                load().after_import(name, module)

        # On this one loader, not on its class: the type of a module's loader stays what libraries expect.
        loader.exec_module = exec_module


def _loader() -> Any:
    """A function that reads the watch proper, once, from beside this file."""
    kept: list[Any] = []

    def load() -> Any:
        if not kept:
            from importlib import import_module
            from importlib.util import module_from_spec, spec_from_file_location

            home = os.path.join(_HERE, "heldout_watch")
            spec = spec_from_file_location(
                "heldout_watch", os.path.join(home, "__init__.py"), submodule_search_locations=[home]
            )
            if spec is None or spec.loader is None:
                raise ImportError(home)
            package = module_from_spec(spec)
            sys.modules["heldout_watch"] = package
            spec.loader.exec_module(package)
            kept.append(import_module("heldout_watch.hooks"))
        return kept[0]

    return load


def _watch() -> None:
    if not os.environ.get("HELDOUT_WATCH"):
        return
    load = _loader()
    sys.meta_path.insert(0, _Finder(load))
    for name in sorted(HOOKED & set(sys.modules)):
        load().after_import(name, sys.modules[name])


def _next_sitecustomize() -> None:
    """Run the sitecustomize that this one stands before, if there is one; what it raises is its own affair."""
    finders = [finder for finder in sys.meta_path if getattr(finder, "__name__", "") == "PathFinder"]
    spec = finders[0].find_spec("sitecustomize", sys.path) if finders else None
    if spec is None or spec.loader is None:
        return
    from importlib.util import module_from_spec

    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


sys.path[:] = [part for part in sys.path if os.path.abspath(part) != _HERE]
with _Silent():
    _watch()
_next_sitecustomize()
