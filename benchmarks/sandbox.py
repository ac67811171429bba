"""What the sandbox costs: a run, many runs, a service, against the same started bare and with plain bubblewrap.

    uv run python benchmarks/sandbox.py [--rounds 100] [--seconds 10]

All three are measured in turn in the same minutes, so that a busy machine slows all of them; look at /proc/loadavg
first. Prints the least, the median and the 95th of 100 (milliseconds), runs a minute, and requests a second.
"""

from __future__ import annotations

import argparse
import os
import random
import socket
import statistics
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from heldout.sandbox.base import Job, Limits, Sandbox, Service, Space
from heldout.sandbox.bubblewrap import find_bubblewrap
from heldout.sandbox.jail import PATH

TRUE = ("/bin/true",)
PYTHON = ("/usr/bin/python3", "-I", "-c", "pass")
SERVER = """
import socket, threading
def answer(stream):
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while stream.recv(65536):
        stream.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
listening = socket.create_server(("127.0.0.1", PORT), backlog=128)
print("up", flush=True)
while True:
    threading.Thread(target=answer, args=(listening.accept()[0],), daemon=True).start()
"""
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=100)
    options.add_argument("--seconds", type=float, default=10.0)
    told = options.parse_args()
    sandbox = find_bubblewrap()
    print(f"{len(os.sched_getaffinity(0))} processors, load {Path('/proc/loadavg').read_text().split()[0]}")
    ways: dict[str, Callable[[tuple[str, ...]], None]] = {
        "bare": bare,
        "plain bubblewrap": lambda argv: plain(sandbox.bwrap, argv),
        "ours": lambda argv: ours(sandbox, argv),
        "ours, workspace": lambda argv: ours_with_workspace(sandbox, argv),
    }
    for name, argv in (("/bin/true", TRUE), ("python3 -I -c pass", PYTHON)):
        one_after_another(name, argv, ways, told.rounds)
    many_at_once(ways, told.seconds)
    requests(sandbox, told.seconds / 3)


def bare(argv: tuple[str, ...]) -> None:
    """As any program starts another."""
    subprocess.run(argv, check=True, capture_output=True)


def plain(bwrap: Path, argv: tuple[str, ...]) -> None:
    """Bubblewrap by hand, without a user of its own, limits, a filter or anybody who watches."""
    links = [("--symlink", str(Path(f"/{name}").readlink()), f"/{name}") for name in ("bin", "lib", "lib64")]
    options = [option for link in links for option in link]
    command = [str(bwrap), "--unshare-all", "--die-with-parent", "--ro-bind", "/usr", "/usr", *options]
    subprocess.run(
        [*command, "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", *argv], check=True, capture_output=True
    )


def ours(sandbox: Sandbox, argv: tuple[str, ...]) -> None:
    """A run with all guards."""
    done = sandbox.run(Job(argv))
    assert done.ok, done


def ours_with_workspace(sandbox: Sandbox, argv: tuple[str, ...]) -> None:
    """The same in a fresh workspace."""
    with sandbox.workspace(Space(disk_bytes=1 << 24)) as workspace:
        done = sandbox.run(Job(argv, workspace))
    assert done.ok, done


def one_after_another(
    name: str, argv: tuple[str, ...], ways: dict[str, Callable[[tuple[str, ...]], None]], rounds: int
) -> None:
    """Milliseconds of each way, in turn."""
    took: dict[str, list[float]] = {way: [] for way in ways}
    for way in ways.values():
        way(argv)
    order, chance = list(ways), random.Random(7)
    for _ in range(rounds):
        chance.shuffle(order)  # the kernel takes down what the one before left while the next begins
        for way in order:
            began = time.perf_counter()
            ways[way](argv)
            took[way].append((time.perf_counter() - began) * 1000)
    base = statistics.median(took["bare"])
    heads = f"{'least ms':>8} {'p50 ms':>8} {'p95 ms':>8} {'over bare':>10} {'ratio':>6}"
    print(f"\n{name}, {rounds} times in turn\n{'':18} {heads}")
    for way, times in took.items():
        middle = statistics.median(times)
        last = statistics.quantiles(times, n=20)[-1]
        print(f"{way:18} {min(times):8.1f} {middle:8.1f} {last:8.1f} {middle - base:10.1f} {middle / base:6.1f}")


def many_at_once(ways: dict[str, Callable[[tuple[str, ...]], None]], seconds: float) -> None:
    """Runs a minute with one, two and four threads."""
    print(f"\n/bin/true, runs a minute\n{'':18} {'1 thread':>10} {'2 threads':>10} {'4 threads':>10}")
    for way, run in ways.items():
        rates = [rate(lambda run=run: run(TRUE), threads, seconds) * 60 for threads in (1, 2, 4)]  # type: ignore[misc]
        print(f"{way:18} " + " ".join(f"{value:10,.0f}" for value in rates))


def rate(action: Callable[[], None], threads: int, seconds: float) -> float:
    """How often a second an action is done by some threads together."""
    began = time.perf_counter()

    def work(_: int) -> int:
        count = 0
        while time.perf_counter() - began < seconds:
            action()
            count += 1
        return count

    with ThreadPoolExecutor(threads) as pool:
        total = sum(pool.map(work, range(threads)))
    return total / (time.perf_counter() - began)


def requests(sandbox: Sandbox, seconds: float) -> None:
    """Requests a second to the same server, inside and outside, on one connection and on a new one each."""
    outside = subprocess.Popen(
        ["/usr/bin/python3", "-I", "-c", SERVER.replace("PORT", "8723")], stdout=subprocess.PIPE, env={"PATH": PATH}
    )
    try:
        assert outside.stdout is not None
        assert outside.stdout.readline() == b"up\n"
        job = Job((*PYTHON[:-1], SERVER.replace("PORT", "8723")), limits=Limits(wall_s=600, cpus=2))
        with sandbox.serve(job) as service:
            await_up(service)
            reach = {
                "outside": lambda: socket.create_connection(("127.0.0.1", 8723)),
                "inside": lambda: service.connect(8723),
            }
            print(f"\nrequests a second\n{'':18} {'kept':>10} {'new each':>10}")
            found = {where: (kept(connect, seconds), fresh(connect, seconds)) for where, connect in reach.items()}
            for where, (one, each) in found.items():
                print(f"{where:18} {one:10,.0f} {each:10,.0f}")
            one, each = (inner / outer for inner, outer in zip(found["inside"], found["outside"], strict=True))
            print(f"{'inside / outside':18} {one:10.2f} {each:10.2f}")
    finally:
        outside.kill()
        outside.wait()


def await_up(service: Service) -> None:
    """Wait until the program inside listens."""
    while b"up" not in service.output()[0]:
        assert service.running()
        time.sleep(0.01)


def kept(connect: Callable[[], socket.socket], seconds: float) -> float:
    """Requests on one connection."""
    with connect() as stream:
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def once() -> None:
            stream.sendall(REQUEST)
            assert stream.recv(1000)

        return rate(once, 1, seconds)


def fresh(connect: Callable[[], socket.socket], seconds: float) -> float:
    """Requests on a new connection each."""

    def once() -> None:
        with connect() as stream:
            stream.sendall(REQUEST)
            assert stream.recv(1000)

    return rate(once, 1, seconds)


if __name__ == "__main__":
    main()
