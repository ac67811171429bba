"""Builds the Dockerfile of a delivery, where it has one and this machine has an engine that can be trusted with it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from heldout.evidence.types import Frozen, Location
from heldout.material.tree import Tree
from heldout.sandbox.base import NoSandboxError
from heldout.sandbox.builds import Cause, build_image, check_builder
from heldout.sandbox.oci import find_oci
from heldout.sandbox.relay import Relay
from heldout.sources.handover.result import Check

_NAMES = ("dockerfile", "containerfile")


class Imaged(Frozen):
    """What came of the Dockerfile; an empty path when there is none."""

    path: str = ""
    built: bool = False
    assessable: bool = True
    why: str = ""
    seconds: float = 0.0
    log: str = ""


def dockerfile_of(tree: Tree) -> str | None:
    """The Dockerfile nearest to the root, by name."""
    names = [
        e.path for e in tree if e.readable and posixpath.basename(e.path).lower() in ("dockerfile", "containerfile")
    ]
    return min(names, key=lambda path: (path.count("/"), path), default=None)


def try_image(
    tree: Tree, delivery: Path, at: Path, index: Relay, day: date | None, keep: Callable[[str, str], str]
) -> Imaged:
    """Build the image, first with the packages of today, then of the day of the last commit. Raises SandboxFault."""
    path = dockerfile_of(tree)
    if path is None:
        return Imaged()
    try:
        engine = find_oci()
        check_builder(engine)
    except NoSandboxError as error:
        return Imaged(path=path, assessable=False, why=f"no engine here can build it safely: {error}")
    told = Imaged(path=path)
    for number, as_of in enumerate((None, day) if day else (None,), start=1):
        attempt = build_image(engine, delivery, path, at / str(number), relay=index, as_of=as_of)
        log = keep(f"image-{number}", attempt.log)
        seconds = attempt.done.usage.wall_s if attempt.done else 0.0
        if attempt.built is not None:
            return Imaged(
                path=path, built=True, seconds=seconds, log=log, why=f"packages as of {as_of}" if as_of else ""
            )
        nothing_known = attempt.cause in (Cause.BASE_IMAGE, Cause.NETWORK, Cause.LIMIT)
        told = Imaged(path=path, assessable=not nothing_known, why=attempt.why, seconds=seconds, log=log)
        if nothing_known:
            break
    return told


def image_checks(imaged: Imaged | None) -> Sequence[Check]:
    """B6; none for a delivery without a Dockerfile, which need not have one."""
    if imaged is None or not imaged.path:
        return ()
    place = (Location(path=imaged.path),)
    command = f"podman build -f {imaged.path} ."
    if imaged.built:
        day = f" with {imaged.why}" if imaged.why else ""
        message = f"Its image builds in {imaged.seconds:.0f} s{day}."
        credit = 0.5 if imaged.why else 1.0
        return (
            Check(
                id="B6",
                area="build",
                state="pass",
                credit=credit,
                message=message,
                command=command,
                locations=place,
                log=imaged.log,
            ),
        )
    why = imaged.why.strip().rstrip(".")
    state: Literal["fail", "not_assessable"] = "fail" if imaged.assessable else "not_assessable"
    lead = "Its image does not build" if imaged.assessable else "Whether its image builds could not be told"
    message = f"{lead}: {why}."
    return (
        Check(
            id="B6",
            area="build",
            state=state,
            severity="medium" if state == "fail" else "info",
            message=message,
            command=command,
            locations=place,
            log=imaged.log,
        ),
    )
