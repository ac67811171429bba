"""Builds the Dockerfile of a delivery, where it has one and this machine has an engine that can be trusted with it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from heldout.evidence.types import Frozen, Location
from heldout.material.tree import Tree
from heldout.sandbox.base import NoSandboxError
from heldout.sandbox.builds import Cause, build_image, check_builder
from heldout.sandbox.index import UndatedFault
from heldout.sandbox.oci import find_oci
from heldout.sandbox.relay import Relay
from heldout.sources.handover.image_look import Seen
from heldout.sources.handover.result import Check


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
        try:
            attempt = build_image(engine, delivery, path, at / str(number), relay=index, as_of=as_of)
        except UndatedFault as fault:
            return told.model_copy(update={"assessable": False, "why": f"{told.why.rstrip('.')}; {fault}"})
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


def image_checks(imaged: Imaged | None, seen: Sequence[Seen] = ()) -> Sequence[Check]:
    """B6; none for a delivery without a Dockerfile, which need not have one. `seen`: what reading it shows."""
    if imaged is None or not imaged.path:
        return ()
    check = Check(
        id="B6",
        area="build",
        state="pass",
        message="",
        command=f"podman build -f {imaged.path} .",
        locations=(Location(path=imaged.path),),
        log=imaged.log,
    )
    if imaged.built:
        day = f" with {imaged.why}" if imaged.why else ""
        message = " ".join((f"Its image builds in {imaged.seconds:.0f} s{day}.", *_warnings(seen)))
        return (check.model_copy(update={"message": message, "credit": 0.5 if imaged.why else 1.0}),)
    why = imaged.why.strip().rstrip(".")
    lost = [one.text for one in seen if one.breaks]
    if imaged.assessable:
        message = " ".join((f"Its image does not build: {why}.", *_warnings(seen)))
    elif lost:
        message = " ".join(("Its image cannot build, whatever it is built on.", *(one.text for one in seen)))
    else:
        told = f" Seen in the file itself: {' '.join(one.text for one in seen)}" if seen else ""
        again = " Then run the audit again for the real answer." if " pull " in why else ""
        message = f"Whether its image builds could not be told: {why}.{again}{told}"
    if not imaged.assessable and not lost:
        return (check.model_copy(update={"state": "not_assessable", "message": message}),)
    return (check.model_copy(update={"state": "fail", "severity": "medium", "message": message}),)


def _warnings(seen: Sequence[Seen]) -> tuple[str, ...]:
    """What would go wrong with an image though it is built, or explains why it is not."""
    return tuple(one.text for one in seen if one.breaks or "would" in one.text)
