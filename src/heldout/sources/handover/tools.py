"""Our own scripts that run inside beside the delivery: where they are found, and how a run is watched."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path

from heldout.sandbox.base import WORK, Mount
from heldout.sandbox.folders import staged

TOOLS = "/heldout-tools"


def tools_mount() -> Mount:
    """The scripts, read-only, at `TOOLS`."""
    with as_file(files("heldout.sources.handover").joinpath("inside")) as folder:
        return Mount(staged(Path(folder)), TOOLS)


def watching(environment: Mapping[str, str], folder: str) -> dict[str, str]:
    """The variables of a run that is watched; what it saw stands in `folder` afterwards."""
    before = environment.get("PYTHONPATH", "")
    path = f"{TOOLS}/watch:{before}" if before else f"{TOOLS}/watch"
    return {**environment, "PYTHONPATH": path, "HELDOUT_WATCH": folder, "HELDOUT_ROOT": f"{WORK}/delivery"}
