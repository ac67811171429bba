"""git by command line: its ends, asked for and not."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from heldout.material.git import Git, GitError
from heldout.material.repository import init

WAITS = ("-c", "alias.wait=!sleep 60", "wait")


@pytest.fixture
def git(tmp_path: Path) -> Git:
    return init(tmp_path / "private", "sha1")


def test_a_command_that_takes_too_long_is_ended(git: Git) -> None:
    with pytest.raises(GitError, match="took longer than"):
        git.run(*WAITS, seconds=0.5)


def test_output_over_the_cap_is_refused(git: Git) -> None:
    with pytest.raises(GitError, match="wrote more than 1,000 bytes"):
        git.run("-c", "alias.speak=!yes", "speak", cap=1000)


def test_what_git_says_of_a_failure_is_told(git: Git) -> None:
    with pytest.raises(GitError, match=r"fatal: .*nothing-there"):
        git.run("log", "nothing-there", "--")


def test_what_is_given_is_read(git: Git) -> None:
    assert git.run("hash-object", "--stdin", stdin=b"x" * 200_000) == b"a213aa40f11f7af2a9c9e973df599278413060bb\n"


def test_stopping_ends_what_other_threads_wait_for(git: Git) -> None:
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(git.run, *WAITS) for _ in range(2)]
        time.sleep(0.3)
        git.stop()
        for future in waiting:
            with pytest.raises(GitError):
                future.result(timeout=30)
    with pytest.raises(GitError):
        git.run(*WAITS)


def test_a_command_may_run_while_something_else_is_done(git: Git) -> None:
    pending = git.begin("hash-object", "--stdin-paths", stdin=b"/dev/null\n" * 3)
    assert len(pending.result(30.0).splitlines()) == 3
    with pytest.raises(GitError, match="took longer than"):
        git.begin(*WAITS).result(0.5)
    with pytest.raises(GitError, match=r"fatal: .*nothing-there"):
        git.begin("log", "nothing-there", "--").result(30.0)
    with pytest.raises(GitError):
        git.begin("-c", "alias.speak=!yes", "speak", cap=4096).result(30.0)
    waiting = git.begin(*WAITS)
    waiting.end()
    assert waiting.process.poll() is not None


def test_one_command_may_run_for_each_of_many_arguments(git: Git) -> None:
    texts = ["one", "two words", "$(three)", "it's; four", "-five", "five\nlines"]
    ids = {text: git.run("hash-object", "--stdin", stdin=text.encode()).decode() for text in texts}
    write = ("-c", 'alias.write=!printf %s "$1" | git hash-object --stdin #', "write")
    outputs, whole = git.begin_each(*write, last=texts).results(30.0)
    assert whole
    assert {text: output.decode() for text, output in outputs.items()} == {
        text: id_ for text, id_ in ids.items() if "\n" not in text
    }


def test_no_argument_is_ever_a_program_or_ends_the_others(git: Git, tmp_path: Path) -> None:
    done = tmp_path / "done"
    texts = [
        f"$(touch {done})", f"`touch {done}`", f"; touch {done};", f"' ; touch {done} ; '", f'" ; touch {done} ; "',
        f"\\$(touch {done})", f"| tee {done}", f"> {done}", f"&& touch {done}", f"$0 `touch {done}`", f"# {done}",
        f"one\nsh -c 'touch {done}'", "x" * 200_000, "", " ", "\t", "  two  ", "back\\", "\\0\\n", "%s%n%d", "*",
        "?[a-z]", "~", "{a,b}", "-n", "--", "-e", "--help", "\r", "\x01\x7f\x1b[0m",
        "\u65e5\u672c\u00c1", "\udcff\udc81\udc88",
    ]  # fmt: skip
    say = ("-c", 'alias.say=!f() { printf "<%s>" "$2"; }; f', "say", "--")
    outputs, whole = git.begin_each(*say, last=texts).results(60.0)
    assert whole
    assert outputs == {
        text: f"<{text}>".encode("utf-8", "surrogateescape")
        for text in texts
        if "\n" not in text and len(text) < 200_000  # a system takes no argument that long: this one alone fails
    }
    assert not done.exists()


def test_of_many_arguments_those_that_came_in_time_are_kept(git: Git) -> None:
    may_wait = (
        "-c",
        'alias.maybe=!f() { [ "$1" = slow ] && sleep 60; [ "$1" = bad ] && exit 3; echo "$1"; }; f',
        "maybe",
    )
    outputs, whole = git.begin_each(*may_wait, last=["a", "bad", "b", "slow", "c"]).results(5.0)
    assert not whole
    assert outputs == {"a": b"a\n", "b": b"b\n"}
