"""What every provider of a sandbox must do: one case a behaviour, each given a provider and asserting for itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from heldout.errors import InputError
from heldout.sandbox.base import MIB, Completed, Job, Limits, Mount, Sandbox, SandboxFault, Space, Verdict, Workspace

Case = Callable[[Sandbox, Path], None]
CASES: dict[str, Case] = {}
PYTHON = "/usr/bin/python3"


def case(function: Case) -> Case:
    CASES[function.__name__] = function
    return function


def shell(sandbox: Sandbox, text: str, workspace: Workspace | None = None, **limits: float) -> Completed:
    return sandbox.run(Job(("/bin/sh", "-c", text), workspace=workspace, limits=Limits(**limits)))  # type: ignore[arg-type]


def python(sandbox: Sandbox, text: str, workspace: Workspace | None = None, **limits: float) -> Completed:
    job = Job((PYTHON, "-I", "-c", text), workspace=workspace, limits=Limits(**limits))  # type: ignore[arg-type]
    return sandbox.run(job)


@case
def a_program_that_ends_well_is_ok(sandbox: Sandbox, tmp_path: Path) -> None:
    done = shell(sandbox, "echo out; echo err >&2")
    assert (done.verdict, done.exit_code, done.stdout, done.stderr) == (Verdict.OK, 0, b"out\n", b"err\n")
    assert done.usage.wall_s > 0


@case
def a_program_that_ends_badly_failed(sandbox: Sandbox, tmp_path: Path) -> None:
    done = shell(sandbox, "exit 7")
    assert (done.verdict, done.exit_code) == (Verdict.FAILED, 7)
    assert "7" in done.why


@case
def a_program_that_dies_of_a_signal_failed(sandbox: Sandbox, tmp_path: Path) -> None:
    done = shell(sandbox, "kill -SEGV $$")
    assert (done.verdict, done.exit_code, done.signal) == (Verdict.FAILED, None, 11)


@case
def a_program_that_is_not_there_failed_and_is_no_fault_of_ours(sandbox: Sandbox, tmp_path: Path) -> None:
    done = sandbox.run(Job(("/no/such/program",)))
    assert done.verdict is Verdict.FAILED
    assert "no/such/program" in done.why or b"no/such/program" in done.stderr


@case
def time_on_the_clock_is_limited(sandbox: Sandbox, tmp_path: Path) -> None:
    done = shell(sandbox, "trap '' TERM INT; while :; do sleep 1; done", wall_s=0.7)
    assert done.verdict is Verdict.TIMEOUT
    assert "0.7" in done.why


@case
def memory_is_limited(sandbox: Sandbox, tmp_path: Path) -> None:
    done = python(sandbox, "import time\nx = bytearray(150_000_000)\ntime.sleep(5)", memory_bytes=64 * MIB)
    assert done.verdict is Verdict.MEMORY


@case
def memory_of_a_child_counts_though_the_parent_ends_well(sandbox: Sandbox, tmp_path: Path) -> None:
    text = (
        "import os, time\nif os.fork() == 0:\n x = bytearray(150_000_000)\n time.sleep(3)\n os._exit(0)\n"
        "os.wait()\nos._exit(0)"
    )
    assert python(sandbox, text, memory_bytes=64 * MIB).verdict is Verdict.MEMORY


@case
def processes_are_limited(sandbox: Sandbox, tmp_path: Path) -> None:
    done = shell(sandbox, "while :; do sleep 30 & done", processes=20, wall_s=20)
    assert done.verdict in (Verdict.PROCESSES, Verdict.FAILED)
    assert done.usage.wall_s < 15


@case
def output_is_limited(sandbox: Sandbox, tmp_path: Path) -> None:
    done = shell(sandbox, "yes", output_bytes=10_000, wall_s=20)
    assert done.verdict is Verdict.OUTPUT
    assert len(done.stdout) == 10_000
    assert shell(sandbox, "yes >&2", output_bytes=10_000, wall_s=20).verdict is Verdict.OUTPUT


@case
def the_last_output_of_a_program_is_not_lost(sandbox: Sandbox, tmp_path: Path) -> None:
    done = shell(sandbox, "head -c 3000000 /dev/zero", output_bytes=3_000_000)
    assert (done.verdict, len(done.stdout)) == (Verdict.OK, 3_000_000)


@case
def disk_is_limited_in_bytes_and_in_files(sandbox: Sandbox, tmp_path: Path) -> None:
    with sandbox.workspace(Space(disk_bytes=4 * MIB, files=50)) as workspace:
        done = shell(sandbox, "head -c 20000000 /dev/zero > big; sleep 2", workspace, wall_s=20)
        assert done.verdict is Verdict.DISK
    with sandbox.workspace(Space(disk_bytes=4 * MIB, files=50)) as workspace:
        done = shell(sandbox, "for i in $(seq 200); do : > f$i; done; sleep 2", workspace, wall_s=20)
        assert done.verdict is Verdict.DISK


@case
def nothing_but_the_workspace_and_temporary_folders_can_be_written(sandbox: Sandbox, tmp_path: Path) -> None:
    text = "for f in /x /usr/x /etc/x /dev/x /bin/x /home/x /root/x /var/x; do echo 1 > $f && echo wrote $f; done; true"
    assert shell(sandbox, text).stdout == b""
    assert shell(sandbox, "echo 1 > /tmp/x && echo 1 > /dev/shm/x && cat /tmp/x /dev/shm/x").stdout == b"1\n1\n"


@case
def temporary_folders_are_limited(sandbox: Sandbox, tmp_path: Path) -> None:
    for folder in ("/tmp", "/dev/shm"):
        done = shell(sandbox, f"head -c 30000000 /dev/zero > {folder}/x; stat -c %s {folder}/x", shm_bytes=MIB)
        assert int(done.stdout or b"0") <= MIB


@case
def there_is_no_network(sandbox: Sandbox, tmp_path: Path) -> None:
    text = (
        "import socket\n"
        "for host in ('127.0.0.1', '1.1.1.1', '10.0.0.1'):\n"
        "    try:\n        socket.create_connection((host, 80), 1); print('reached', host)\n"
        "    except OSError as error:\n        print('no')\n"
    )
    assert python(sandbox, text).stdout.split() == [b"no"] * 3
    assert shell(sandbox, "tail -n +3 /proc/net/dev | cut -d: -f1").stdout.split() == [b"lo"]


@case
def it_runs_without_rights_and_not_as_root(sandbox: Sandbox, tmp_path: Path) -> None:
    said = shell(sandbox, "id -u; grep CapEff /proc/self/status; cat /etc/shadow; echo end").stdout.split()
    assert said[0] != b"0"
    assert said[2].strip(b"0") == b""
    assert said[-1] == b"end"
    assert len(said) == 4


@case
def it_sees_no_variables_but_its_own(sandbox: Sandbox, tmp_path: Path) -> None:
    said = sandbox.run(Job(("/usr/bin/env",), environment={"GREETING": "hello $X"})).stdout.decode()
    names = {line.partition("=")[0] for line in said.splitlines()}
    assert names - {"PWD", "HOSTNAME", "container", "TERM"} == {"PATH", "HOME", "LANG", "TMPDIR", "GREETING"}
    assert "GREETING=hello $X\n" in said


@case
def it_inherits_no_descriptors(sandbox: Sandbox, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    with secret.open() as held:
        import os

        os.set_inheritable(held.fileno(), True)
        said = shell(sandbox, "for f in /proc/self/fd/*; do readlink $f; done").stdout.decode()
    assert "secret" not in said
    assert len(said.splitlines()) <= 5


@case
def it_reads_what_is_given_to_it(sandbox: Sandbox, tmp_path: Path) -> None:
    assert sandbox.run(Job(("/bin/cat",), stdin=b"abc" * 100_000)).stdout == b"abc" * 100_000
    assert sandbox.run(Job(("/bin/cat",))).stdout == b""


@case
def mounts_are_read_and_not_written(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x").write_text("given")
    (tmp_path / "data" / "x").chmod(0o666)
    job = Job(
        ("/bin/sh", "-c", "cat /given/x; echo more >> /given/x; rm -f /given/x; touch /given/y; true"),
        mounts=(Mount(tmp_path / "data", "/given"),),
    )
    assert sandbox.run(job).stdout == b"given"
    assert (tmp_path / "data" / "x").read_text() == "given"
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["x"]


@case
def a_workspace_lasts_over_several_runs(sandbox: Sandbox, tmp_path: Path) -> None:
    with sandbox.workspace() as workspace:
        assert shell(sandbox, "pwd; mkdir d; echo one > d/a", workspace).stdout == b"/work\n"
        workspace.write("d/b", b"two\n")
        done = sandbox.run(Job(("/bin/sh", "-c", "cat a b; echo x >> b"), workspace=workspace, folder="d"))
        assert done.stdout == b"one\ntwo\n"
        assert workspace.read("d/b") == b"two\nx\n"
        assert dict(workspace.names()) == {"d/a": 4, "d/b": 6}
        workspace.remove("d")
        assert workspace.names() == ()
        workspace.remove("never was")


@case
def what_a_run_read_is_told_from_what_it_wrote(sandbox: Sandbox, tmp_path: Path) -> None:
    with sandbox.workspace() as workspace:
        for name in ("read", "written", "left"):
            workspace.write(name, b"1")
        before = workspace.stamps()
        assert shell(sandbox, "cat read; echo 2 > written", workspace).ok
        after = workspace.stamps()
    assert [name for name in sorted(after) if after[name].read > before[name].read] == ["read"]
    assert [name for name in sorted(after) if after[name].written != before[name].written] == ["written"]


@case
def a_folder_of_ours_is_copied_in_without_its_links(sandbox: Sandbox, tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    (source / "deep" / "run.sh").write_text("echo ran > made\n")
    (source / "deep" / "run.sh").chmod(0o755)
    (source / "link").symlink_to("/etc/hostname")
    with sandbox.workspace() as workspace:
        workspace.put(source, ".")
        assert [name for name, _ in workspace.names()] == ["deep/run.sh"]
        assert shell(sandbox, "sh deep/run.sh && echo changed >> deep/run.sh", workspace).ok
        assert workspace.read("made") == b"ran\n"


@case
def a_kept_workspace_is_taken_up_again(sandbox: Sandbox, tmp_path: Path) -> None:
    at = tmp_path / "kept"
    with sandbox.workspace(at=at) as workspace:
        assert shell(sandbox, "mkdir d; echo one > d/a; chmod 700 d", workspace).ok
    with sandbox.workspace(at=at, inside="/env") as workspace:
        assert shell(sandbox, "pwd; cat d/a; echo two > d/a", workspace).stdout == b"/env\none\n"
        assert workspace.read("d/a") == b"two\n"
    assert (at / "d" / "a").read_text() == "two\n"


@case
def what_foreign_code_wrote_is_read_without_following_it(sandbox: Sandbox, tmp_path: Path) -> None:
    text = (
        "ln -s /etc/passwd link; ln -s / folder; mkfifo pipe; echo x > one; ln one two; truncate -s 1T sparse; mkdir d"
    )
    with sandbox.workspace(Space(disk_bytes=64 * MIB)) as workspace:
        shell(sandbox, text, workspace)
        for target in ("link", "folder/etc/passwd", "pipe", "one", "d", "gone", "../escape", "/etc/passwd"):
            with pytest.raises(InputError):
                pytest.fail(f"{target}: {workspace.read(target)[:100]!r}")
        with pytest.raises(InputError):
            workspace.write("folder/tmp/made", b"x")
        if dict(workspace.names())["sparse"]:  # where a limit on one file does not stop it before
            with pytest.raises(InputError, match="at most"):
                workspace.read("sparse")


@case
def nothing_lives_on(sandbox: Sandbox, tmp_path: Path) -> None:
    with sandbox.workspace() as workspace:
        text = "import os, time\nif os.fork():\n os._exit(0)\nos.setsid()\nif os.fork():\n os._exit(0)\n"
        text += "for n in range(1000):\n open('/work/beat', 'w').write(str(n))\n time.sleep(0.01)\n"
        started = time.monotonic()
        python(sandbox, text, workspace)
        assert time.monotonic() - started < 9
        first = dict(workspace.names()).get("beat") and workspace.read("beat")
        time.sleep(0.2)
        assert (dict(workspace.names()).get("beat") and workspace.read("beat")) == first


@case
def several_run_at_once(sandbox: Sandbox, tmp_path: Path) -> None:
    results: list[bytes] = []

    def work(number: int) -> None:
        with sandbox.workspace(Space(disk_bytes=MIB)) as workspace:
            results.append(shell(sandbox, f"echo {number} > own; sleep 0.1; cat own", workspace).stdout)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [f"{number}\n".encode() for number in range(6)]


@case
def a_service_is_reached_from_outside(sandbox: Sandbox, tmp_path: Path) -> None:
    with sandbox.workspace() as workspace:
        workspace.write("index.html", b"hello from inside")
        with sandbox.serve(Job((PYTHON, "-m", "http.server", "8123"), workspace=workspace)) as service:
            answers = [get(service, 8123) for _ in range(3)]
            assert all(answer.endswith(b"hello from inside") for answer in answers)
            with pytest.raises(ConnectionError):
                service.connect(8124)
            assert service.running()
            assert service.usage().wall_s > 0
        done = service.stop()
        assert done.verdict is Verdict.OK
        assert not service.running()
        with pytest.raises(ConnectionError):
            service.connect(8123)


@case
def a_service_that_crashes_is_seen(sandbox: Sandbox, tmp_path: Path) -> None:
    with sandbox.serve(Job(("/bin/sh", "-c", "echo starting; exit 3"))) as service:
        for _ in range(200):
            if not service.running():
                break
            time.sleep(0.02)
        done = service.stop()
    assert (done.verdict, done.exit_code, done.stdout) == (Verdict.FAILED, 3, b"starting\n")


@case
def a_folder_that_does_not_exist_is_said(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(SandboxFault, match="gone"):
        sandbox.run(Job(("/bin/true",), mounts=(Mount(tmp_path / "gone", "/given"),)))


@case
def every_guard_says_what_it_is(sandbox: Sandbox, tmp_path: Path) -> None:
    guards = sandbox.guards()
    assert all(guard.present for guard in guards if guard.required), guards
    assert len({guard.name for guard in guards}) == len(guards) > 5
    assert all(guard.present or guard.mend for guard in guards)


def get(service: object, port: int, seconds: float = 10.0) -> bytes:
    """The answer of a service to `GET /`, once it is up."""
    end = time.monotonic() + seconds
    while True:
        try:
            with service.connect(port) as stream:  # type: ignore[attr-defined]
                stream.sendall(b"GET /index.html HTTP/1.0\r\n\r\n")
                parts = []
                while part := stream.recv(65_536):
                    parts.append(part)
                return b"".join(parts)
        except ConnectionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
