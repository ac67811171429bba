"""For the hostile programs: try something, and shout when it worked."""

import os
import sys

TRIED = []


def attempt(what, action):
    """Do something that must fail; what does not raise, or gives something back that is not None or False, worked."""
    TRIED.append(what)
    try:
        got = action()
    except BaseException as error:  # noqa: BLE001 - whatever stops it is welcome
        print("stopped:", what, type(error).__name__, str(error)[:100])
        return None
    if got is None or got is False:
        print("stopped:", what, "without a word")
    else:
        print("ESCAPED:", what, repr(got)[:200])
    return got


def written(path, content=b"owned"):
    """Write a file through its path; what is given back is what then stands there."""
    with open(path, "wb") as file:
        file.write(content)
    with open(path, "rb") as file:
        return file.read() == content


def read(path, size=200):
    with open(path, "rb") as file:
        return file.read(size) or None


def put(path, content):
    """Write at once to something that is there, as to a setting of the kernel's."""
    handle = os.open(path, os.O_WRONLY)
    try:
        return os.write(handle, content)
    finally:
        os.close(handle)


def leads_out(path):
    """Whether an open file of some process is neither a pipe, which is read as output, nor nothing."""
    link = os.readlink(path)
    return "pipe:" not in link and link != "/dev/null"


def target(name):
    """What the test tells of the machine outside; a real attacker would have to guess it."""
    return os.environ.get(name, "")[::-1]  # written backwards, so that no search finds what the test itself told


def done():
    """The last word: without it the test knows that the program did not try everything."""
    print("tried:", len(TRIED))
    sys.stdout.flush()
