"""The provider of container engines passes the suite with each engine that this machine has."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from heldout.sandbox import containers, oci
from heldout.sandbox.base import Job, Limits, Mount, NoSandboxError, SandboxFault
from heldout.sandbox.oci import Oci
from tests.sandbox.conformance import CASES, get, shell

FAR = (
    "a_program_that_ends_well_is_ok",
    "a_program_that_dies_of_a_signal_failed",
    "time_on_the_clock_is_limited",
    "output_is_limited",
    "the_last_output_of_a_program_is_not_lost",
    "nothing_lives_on",
    "a_service_is_reached_from_outside",
    "a_service_that_crashes_is_seen",
)
"""What is done in another way where the engine's processes are out of our reach."""


def _found(name: str) -> Oci:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HELDOUT_OCI_ENGINE", name)
        try:
            return oci.find_oci()
        except NoSandboxError as error:
            if os.environ.get("CI") and name == "podman" and shutil.which("podman"):
                raise
            pytest.skip(str(error))


@pytest.fixture(scope="session", params=["podman", "docker"])
def engine(request: pytest.FixtureRequest) -> Oci:
    return _found(request.param)


@pytest.fixture(scope="session")
def podman() -> Oci:
    return _found("podman")


@pytest.fixture
def tidy(podman: Oci) -> Iterator[None]:
    """Nothing is left of the containers that a test made."""
    yield
    assert _containers(podman, os.getpid()) == []


def _containers(provider: Oci, process: int) -> list[str]:
    """The containers of one process: others may run their own on this machine."""
    label = f'{{{{index .Config.Labels "{containers.OWNER}"}}}}'
    found = []
    for name in provider.engine.call("ps", "-aq", "--filter", f"label={containers.OWNER}").split():
        with suppress(SandboxFault):  # gone meanwhile
            if f":{process}:" in provider.engine.call("inspect", "--format", label, name):
                found.append(name)
    return found


@pytest.mark.parametrize("name", CASES)
def test_conformance(name: str, engine: Oci, place: Path) -> None:
    CASES[name](engine, place)


@pytest.mark.parametrize("name", FAR)
def test_conformance_as_if_the_engine_were_in_a_virtual_machine(name: str, podman: Oci, place: Path) -> None:
    CASES[name](replace(podman, engine=replace(podman.engine, local=False)), place)


def test_many_connections_share_the_way_through_the_engine(podman: Oci, tidy: None) -> None:
    far = replace(podman, engine=replace(podman.engine, local=False))
    text = (
        "import socketserver, time\n"
        "class Echo(socketserver.StreamRequestHandler):\n"
        "    def handle(self):\n"
        "        for line in self.rfile:\n"
        "            if line == b'flood\\n': self.wfile.write(b'x' * 4_000_000)\n"
        "            else: self.wfile.write(line)\n"
        "class Many(socketserver.ThreadingTCPServer): daemon_threads = True\n"
        "with Many(('127.0.0.1', 8124), Echo) as server: server.serve_forever()\n"
    )
    with far.serve(Job(("/usr/bin/python3", "-c", text))) as service:
        flooded = _connected(service, 8124)
        flooded.sendall(b"flood\n")  # and is not read for now
        streams = [_connected(service, 8124) for _ in range(20)]
        for number, stream in enumerate(streams):
            stream.sendall(b"%d\n" % number)
        assert [stream.recv(10) for stream in streams] == [b"%d\n" % number for number in range(20)]
        streams[0].close()
        streams[1].sendall(b"still\n")
        assert streams[1].recv(10) == b"still\n"
        size = 0
        while size < 4_000_000:
            size += len(flooded.recv(65_536))
        assert size == 4_000_000
        for stream in (flooded, *streams):
            stream.close()


def _connected(service: object, port: int) -> object:
    for _ in range(200):
        try:
            return service.connect(port)  # type: ignore[attr-defined]
        except ConnectionError:
            time.sleep(0.02)
    raise AssertionError("nobody listens")


def test_nothing_is_left_when_we_are_killed(podman: Oci, tidy: None) -> None:
    text = (
        "import sys\n"
        "from heldout.sandbox.base import Job\n"
        "from heldout.sandbox.oci import find_oci\n"
        "with find_oci().serve(Job(('/bin/sleep', '60'))) as service:\n"
        "    print('up', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    settings = {**os.environ, "HELDOUT_OCI_ENGINE": "podman"}
    with subprocess.Popen(
        [sys.executable, "-c", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=settings
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"up\n"
        assert len(_containers(podman, child.pid)) == 1
        child.send_signal(signal.SIGKILL)
    for _ in range(300):
        if not _containers(podman, child.pid):
            return
        time.sleep(0.1)
    pytest.fail("a container is left")


def test_containers_of_the_dead_are_removed_and_others_left_alone(podman: Oci) -> None:
    engine, image = podman.engine, podman.image.name
    here, process, began = containers.owner().rsplit(":", 2)
    owners = {
        "heldout-test-dead": f"{here}:{process}:1{began}",  # our number, of a process before us
        "heldout-test-alive": f"{here}:{process}:{began}",
        "heldout-test-elsewhere": f"elsewhere:{process}:1{began}",
    }
    made = []
    try:
        for name, owner in owners.items():
            engine.call("create", "--name", name, "--label", f"{containers.OWNER}={owner}", image, "/bin/true")
            made.append(name)
        _found("podman")
        left = engine.call("ps", "-a", "--format", "{{.Names}}").split()
        assert [name for name in made if name in left] == ["heldout-test-alive", "heldout-test-elsewhere"]
    finally:
        for name in made:
            engine.call("rm", "--force", "--ignore", name)


def test_the_clock_of_a_run_starts_with_the_program(podman: Oci, tidy: None) -> None:
    done = shell(podman, "cat /proc/uptime; sleep 0.3; cat /proc/uptime")
    first, last = (float(line.split()[0]) for line in done.stdout.decode().splitlines())
    assert done.usage.wall_s >= last - first - 0.02
    assert (done.usage.cpu_s is not None) is podman.engine.exact
    assert done.usage.peak_memory_bytes


def test_a_program_with_an_equals_sign_in_its_name_runs(podman: Oci, tidy: None, place: Path) -> None:
    (place / "a=b").write_text("#!/bin/sh\necho ran $1\n")
    (place / "a=b").chmod(0o755)
    job = Job(("/given/a=b", "well"), mounts=(Mount(place, "/given"),))
    assert podman.run(job).stdout == b"ran well\n"


def test_a_mount_with_a_comma_is_refused(podman: Oci, tidy: None, place: Path) -> None:
    (place / "a,readonly=false").mkdir()
    with pytest.raises(SandboxFault, match="comma"):
        podman.run(Job(("/bin/true",), mounts=(Mount(place / "a,readonly=false", "/x"),)))


def test_a_folder_that_is_not_there_inside_is_said(podman: Oci, tidy: None) -> None:
    with podman.workspace() as workspace, pytest.raises(SandboxFault, match="gone"):
        podman.run(Job(("/bin/true",), workspace=workspace, folder="gone"))


def test_an_image_that_may_change_is_refused(podman: Oci, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELDOUT_OCI_ENGINE", "podman")
    monkeypatch.setenv("HELDOUT_OCI_IMAGE", "docker.io/library/python:3.12")
    with pytest.raises(NoSandboxError, match="digest"):
        oci.find_oci()
    monkeypatch.setenv("HELDOUT_OCI_IMAGE", "docker.io/library/python@sha256:" + "0" * 64)
    with pytest.raises(NoSandboxError, match="podman pull"):
        oci.find_oci()


def test_an_engine_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELDOUT_OCI_ENGINE", "no-such-engine")
    with pytest.raises(NoSandboxError, match=r"no-such-engine is not installed.*install podman"):
        oci.find_oci()


def test_the_service_of_a_run_is_reached_by_entering_its_network(podman: Oci, tidy: None) -> None:
    job = Job(("/usr/bin/python3", "-m", "http.server", "8125"), limits=Limits(wall_s=30))
    with podman.serve(job) as service:
        assert b"404" in get(service, 8125)
