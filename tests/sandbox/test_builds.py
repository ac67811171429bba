"""Dockerfiles are built with Debian's Podman on a base image that is made of a few of this machine's own programs."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from heldout.errors import InputError
from heldout.sandbox.base import MIB, Job, Limits, NoSandboxError, SandboxFault, Space, Verdict
from heldout.sandbox.builds import BuiltImage, Cause, ImageAttempt, build_image, opened
from heldout.sandbox.oci import Oci
from heldout.sandbox.relay import relay
from tests.sandbox.conformance import get
from tests.sandbox.test_oci import _found

BASE = "localhost/heldout-test-base:1"
PROGRAMS = ("sh", "env", "id", "cat", "ls", "head", "sleep", "chown", "mount", "python3")
SMALL = Limits(wall_s=60, cpus=2, memory_bytes=1024 * MIB, processes=100, output_bytes=4 * MIB)
ROOM = Space(disk_bytes=400 * MIB, files=20_000)


@pytest.fixture(scope="session")
def builder() -> Iterator[Oci]:
    provider = _found("podman")
    provider.engine.call("import", "-", BASE, content=_base())
    yield provider
    provider.engine.call("rmi", "--force", BASE)


def _base() -> bytes:
    """A root with a shell, a few tools and a Python."""
    files: dict[str, Path] = {}
    for name in PROGRAMS:
        program = Path(f"/usr/bin/{name}").resolve()
        files[f"usr/bin/{name}"] = program
        told = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
        files |= {found.lstrip("/"): Path(found).resolve() for found in re.findall(r"(/\S+) \(", told)}
    library = Path(
        subprocess.run(
            ["/usr/bin/python3", "-I", "-c", "import os; print(os.path.dirname(os.__file__))"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    )
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name, path in files.items():
            archive.add(path, name)
        archive.add(library, str(library).lstrip("/"), filter=_slim)
        for name in ("tmp", "etc", "proc", "sys", "dev", "var", "run"):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(folder)
        if not any(name.startswith("bin/") for name in files):
            link = tarfile.TarInfo("bin")
            link.type, link.linkname = tarfile.SYMTYPE, "usr/bin"
            archive.addfile(link)
    return content.getvalue()


def _slim(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    left_out = ("__pycache__", "/test", "idlelib", "lib2to3", "dist-packages", "ensurepip", "/config-", "pydoc_data")
    return None if any(part in entry.name for part in left_out) else entry


def attempt(builder: Oci, place: Path, dockerfile: str, **options: object) -> ImageAttempt:
    context = place / "context"
    context.mkdir(exist_ok=True)
    (context / "Dockerfile").write_text(dockerfile)
    told = {"limits": SMALL, "space": ROOM, **options}
    return build_image(builder, context, "Dockerfile", place / "image", **told)  # type: ignore[arg-type]


class Index(BaseHTTPRequestHandler):
    """A package index with one package."""

    def do_GET(self) -> None:
        body = b'<a href="only-1.0.tar.gz">only-1.0.tar.gz</a>'
        self.send_response(200 if self.path == "/simple/only/" else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def index() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/simple"
        server.shutdown()
        thread.join()


def test_an_image_is_built_run_and_served(builder: Oci, place: Path, index: str) -> None:
    (place / "context").mkdir()
    (place / "context" / "model.txt").write_text("weights")
    dockerfile = (
        f"ARG TAG=1\nFROM localhost/heldout-test-base:${{TAG}} AS first\nRUN echo made > /made\n"
        f"FROM {BASE}\nWORKDIR /app\nCOPY model.txt .\nCOPY --from=first /made .\n"
        "RUN id -u && cat /proc/self/uid_map && chown 5:5 model.txt && ls -A /app\n"
        "RUN mount -t tmpfs x /tmp || echo no mounts; ls /work /proc/1/root || echo nothing of the builder\n"
        'RUN python3 -c "import configparser as c, urllib.request as u; p = c.ConfigParser(); '
        "p.read('/etc/pip.conf'); print(u.urlopen(p['global']['index-url'] + '/only/').read())\"\n"
        "ENV GREETING='hello there'\nEXPOSE 80/tcp 53/udp\nUSER 1000\n"
        'ENTRYPOINT ["python3", "-m"]\nCMD ["http.server", "80"]\n'
    )
    with relay(place / "cache", index) as running:
        tried = attempt(builder, place, dockerfile, relay=running)
        assert running.record.asked == {"only"}
    assert (tried.cause, tried.why) == (Cause.NONE, ""), tried.log
    lines = tried.log.splitlines()
    assert {"0", "no mounts", "nothing of the builder"} <= set(lines)
    assert any(line.startswith("b'") and "only-1.0.tar.gz" in line for line in lines)
    built = tried.built
    assert built is not None
    assert built.command == ("python3", "-m", "http.server", "80")
    assert dict(built.environment)["GREETING"] == "hello there"
    assert (built.folder, built.ports, built.user) == ("/app", (80,), "1000")
    assert [path.name for path in (place / "image").iterdir()] == ["rootfs"]
    with opened(builder, built) as inside:
        done = inside.run(built.job("sh", "-c", "cat model.txt made; echo $GREETING; echo new > made; id -u"))
        assert done.stdout.decode().split("\n")[:2] == ["weightsmade", "hello there"], done
        assert done.stdout.split()[-1] != b"0"
        root = inside.image.root
        assert root is not None
        assert root.read("app/made") == b"new\n"
        root.write("app/index.html", b"given")
        with inside.serve(built.job()) as service:
            assert get(service, 80).endswith(b"given")


def test_an_image_that_is_not_here_is_no_failure(builder: Oci, place: Path) -> None:
    tried = attempt(builder, place, "ARG V=3.10\nFROM python:$V-heldout-none\nRUN exit 1\n")
    assert (tried.built, tried.cause, tried.done) == (None, Cause.BASE_IMAGE, None)
    assert "python:3.10-heldout-none is not here" in tried.why
    assert "podman pull" in tried.why
    assert attempt(builder, place, "ARG BASE\nFROM $BASE\n").cause is Cause.BASE_IMAGE


def test_an_image_that_cannot_be_fetched_is_no_failure(
    builder: Oci, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELDOUT_OCI_PULL", "1")
    tried = attempt(builder, place, "FROM localhost:1/none:1\n")
    assert (tried.built, tried.cause) == (None, Cause.BASE_IMAGE)
    assert "could not be fetched" in tried.why


def test_a_step_that_wants_more_of_the_network_is_no_failure(builder: Oci, place: Path) -> None:
    step = "RUN python3 -c \"import socket; socket.create_connection(('deb.debian.org', 80), 2)\"\n"
    tried = attempt(builder, place, f"FROM {BASE}\n{step}")
    assert (tried.built, tried.cause) == (None, Cause.NETWORK), tried.log


def test_a_step_that_fails_is_a_failure(builder: Oci, place: Path) -> None:
    tried = attempt(builder, place, f"FROM {BASE}\nRUN echo so it goes && exit 3\n")
    assert (tried.built, tried.cause) == (None, Cause.FAILED)
    assert "exit status 3" in tried.why
    assert "so it goes" in tried.log
    assert list((place / "image").iterdir()) == []


HOSTILE = {
    "forks": "RUN while :; do sleep 100 & done",
    "disk": "RUN for i in 1 2 3 4 5 6 7 8 9; do head -c 100000000 /dev/zero > /big$i; done; sleep 30",
    "one file": "RUN head -c 2000000000 /dev/zero > /big",
    "memory": 'RUN python3 -c "x = [bytearray(10**8) for _ in range(100)]"',
    "time": "RUN sleep 1000",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_step_is_stopped(name: str, builder: Oci, place: Path) -> None:
    limits = Limits(**{**vars(SMALL), "wall_s": 4.0 if name == "time" else 60.0})
    tried = attempt(builder, place, f"FROM {BASE}\n{HOSTILE[name]}\n", limits=limits)
    assert (tried.built, tried.cause) == (None, Cause.LIMIT), tried
    assert list((place / "image").iterdir()) == []
    assert builder.run(Job(("/bin/true",))).verdict is Verdict.OK


def test_a_link_in_place_of_the_image_is_not_entered(builder: Oci, place: Path) -> None:
    (place / "image").mkdir()
    (place / "image" / "rootfs").symlink_to("/")
    built = BuiltImage(place / "image", ("/bin/true",), (), "/", (), "", 0.0)
    with pytest.raises(SandboxFault, match="no image"), opened(builder, built):
        pytest.fail("entered")


def test_what_is_asked_wrongly_is_said(builder: Oci, place: Path) -> None:
    (place / "context").mkdir()
    with pytest.raises(InputError, match=r"Dockerfile\.gpu"):
        build_image(builder, place / "context", "Dockerfile.gpu", place / "image")


def test_docker_builds_nothing(builder: Oci, place: Path) -> None:
    with pytest.raises(NoSandboxError, match="Podman"):
        attempt(replace(builder, engine=replace(builder.engine, kind="docker")), place, f"FROM {BASE}\n")
