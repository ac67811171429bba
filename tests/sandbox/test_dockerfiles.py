"""Which images a Dockerfile builds on."""

from __future__ import annotations

import pytest

from heldout.sandbox.dockerfiles import base_images, instructions

CASES = {
    "FROM python:3.12-slim\nRUN pip install .\n": ("python:3.12-slim",),
    "# comment\n\nfrom python:3.12 as build\nFROM build\nCOPY --from=build /a /b\nCOPY --from=0 /a /b\n": (
        "python:3.12",
    ),
    "ARG VERSION=3.11\nFROM python:${VERSION}-slim\n": ("python:3.11-slim",),
    "ARG BASE\nFROM ${BASE:-ubuntu:24.04}\n": ("ubuntu:24.04",),
    "ARG GPU=1\nFROM nvidia/cuda${GPU:+-gpu}\n": ("nvidia/cuda-gpu",),
    "ARG BASE\nFROM $BASE\n": ("$BASE",),
    "FROM --platform=linux/amd64 node:22 AS web\nFROM scratch\nCOPY --from=WEB /x /x\n": ("node:22",),
    "FROM a\nCOPY --chown=1:1 --from=busybox:1 /bin/x /x\nCOPY --from=busybox:1 /bin/y /y\n": ("a", "busybox:1"),
    "FROM a\nRUN --mount=type=bind,from=tools:2,target=/t ls\n": ("a", "tools:2"),
    "FROM a\nRUN <<EOF\nFROM b\nCOPY --from=c x y\nEOF\nFROM d\n": ("a", "d"),
    "FROM \\\n  # between\n  python:3.12 \\\n  AS x\nFROM x\n": ("python:3.12",),
    "# escape=`\nFROM `\n  a:1\nRUN dir C:\\\nFROM b\n": ("a:1", "b"),
    "RUN echo no base\n": (),
    "": (),
    "FROM\n": (),
}


@pytest.mark.parametrize("text", CASES)
def test_base_images(text: str) -> None:
    assert base_images(text) == CASES[text]


def test_instructions_are_put_together() -> None:
    text = 'FROM a\nrun pip install \\\n    x \\\n\n    y\nCMD ["python", \\\n  "app.py"]\n'
    assert list(instructions(text)) == [("FROM", "a"), ("RUN", "pip install x y"), ("CMD", '["python", "app.py"]')]
