"""The group that an engine made for a container is found in both versions of control groups."""

from __future__ import annotations

from pathlib import Path

from heldout.sandbox.cgroups import find_leaf

MARK = "5f0c9e"


def machine(place: Path, mountinfo: str, cgroup: str) -> Path:
    proc = place / "proc"
    for name, content in (("self/mountinfo", mountinfo), ("77/cgroup", cgroup)):
        (proc / name).parent.mkdir(parents=True)
        (proc / name).write_text(content)
    return proc


def put(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content)


def test_version_2_with_the_group_of_systemd_above_the_one_of_the_process(tmp_path: Path) -> None:
    mountinfo = f"30 1 0:26 / {tmp_path}/cgroup rw - cgroup2 cgroup2 rw\n"
    scope = f"machine.slice/libpod-{MARK}.scope"
    proc = machine(tmp_path, mountinfo, f"0::/{scope}/container\n")
    put(
        tmp_path / "cgroup" / scope,
        memory__events="low 0\noom 1\noom_kill 2\n",
        memory__stat="anon 1000\nshmem 24\nfile 9\n",
        memory__peak="5000\n",
        pids__events="max 3\n",
        cpu__stat="usage_usec 1500000\n",
    )
    leaf = find_leaf(77, MARK, proc)
    assert leaf is not None
    counters = leaf.counters()
    assert (counters.oom_kills, counters.forks_refused, counters.cpu_s) == (2, 3, 1.5)
    assert (counters.memory_bytes, counters.peak_bytes) == (1024, 5000)


def test_version_1_beside_an_empty_version_2(tmp_path: Path) -> None:
    names = ("memory", "pids", "cpu", "cpuacct")
    lines = [f"3{n} 1 0:2{n} / {tmp_path}/{name} rw - cgroup cgroup rw,{name}\n" for n, name in enumerate(names)]
    mountinfo = "".join(lines) + f"40 1 0:40 / {tmp_path}/unified rw - cgroup2 cgroup2 rw\n"
    groups = "".join(f"{n}:{name}:/docker/{MARK}\n" for n, name in enumerate(names, 1))
    proc = machine(tmp_path, mountinfo, groups + f"0::/docker/{MARK}\n")
    put(tmp_path / "memory" / "docker" / MARK, memory__oom_control="oom_kill_disable 0\noom_kill 1\n")
    put(tmp_path / "cpuacct" / "docker" / MARK, cpuacct__usage="2000000000\n")
    put(tmp_path / "pids" / "docker" / MARK, pids__events="max 0\n")
    leaf = find_leaf(77, MARK, proc)
    assert leaf is not None
    counters = leaf.counters()
    assert (counters.oom_kills, counters.forks_refused, counters.cpu_s) == (1, 0, 2.0)
    assert counters.memory_bytes is None


def test_no_group_where_the_engine_made_none(tmp_path: Path) -> None:
    mountinfo = f"30 1 0:26 / {tmp_path}/cgroup rw - cgroup2 cgroup2 rw\n"
    assert find_leaf(77, MARK, machine(tmp_path, mountinfo, "0::/user.slice/session-1.scope\n")) is None
