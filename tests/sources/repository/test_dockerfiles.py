"""Dockerfiles are read with continuations, stages, arguments and here-documents."""

from heldout.sources.repository.dockerfiles import Dockerfile, parse_dockerfile


def parsed(text: str) -> Dockerfile:
    found = parse_dockerfile("Dockerfile", text)
    assert found is not None
    return found


def test_joins_continued_lines_and_keeps_the_first_line() -> None:
    image = parsed(
        "FROM python:3.11\n# why\nRUN apt-get update \\\n  # a comment between\n  && apt-get install x\nUSER app\n"
    )
    assert [(i.word, i.line) for i in image.instructions] == [("FROM", 1), ("RUN", 3), ("USER", 6)]
    assert "apt-get install x" in image.of("RUN")[0].value


def test_bases_leave_out_stages_scratch_and_unknown_arguments() -> None:
    image = parsed(
        "ARG TAG=3.11-slim\nFROM python:$TAG AS build\nFROM build AS test\nFROM scratch\nFROM $WHO\n"
        "FROM ghcr.io:443/a/b@sha256:abc\nFROM --platform=linux/amd64 ubuntu\n"
    )
    assert [(b.image, b.tag, b.digest) for b in image.bases] == [
        ("python", "3.11-slim", False),
        ("ghcr.io:443/a/b", "", True),
        ("ubuntu", "", False),
    ]


def test_here_documents_are_not_instructions() -> None:
    image = parsed("FROM a:1\nRUN <<EOF\nUSER root\nEOF\nCMD x\n")
    assert [i.word for i in image.instructions] == ["FROM", "RUN", "CMD"]


def test_text_without_a_base_is_no_dockerfile() -> None:
    assert parse_dockerfile("Dockerfile", "RUN x\n") is None
    assert parse_dockerfile("Dockerfile", "FROM\n\\\n") is None
