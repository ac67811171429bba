"""Small deliveries made of texts, for the tests of their audit."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from heldout.material import History, Limits, Material
from heldout.material.scan import scan_folder
from heldout.sources.handover.discover import discover
from heldout.sources.handover.plan import Plan, Step

Content = str | bytes


@contextmanager
def delivery(files: Mapping[str, Content], *, history: History | None = None) -> Iterator[Material]:
    """Material made of these files, for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for path, content in files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        yield Material("delivery", "folder", folder, scan_folder(root, "folder", Limits()), history)


def plan_of(files: Mapping[str, Content], folder: str = ".", *, history: History | None = None) -> Plan:
    """The plan that is found for a delivery of these files."""
    with delivery(files, history=history) as material:
        return discover(material, folder)


def step_of(plan: Plan, part: str) -> Step:
    """The only step whose command holds this text."""
    found = [step for step in plan.steps if part in step.command]
    assert len(found) == 1, [step.command for step in plan.steps]
    return found[0]
