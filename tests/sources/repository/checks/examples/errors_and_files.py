"""Examples for the checks of errors and files."""

from tests.support import Example

EXAMPLES = (
    Example(
        "PYT102",
        against={
            "a.py": "\n".join(
                f"def f{i}(row):\n    try:\n        return parse(row)\n    except:\n        pass\n" for i in range(4)
            )
        },
        quiet={
            "a.py": "try:\n    import ujson\nexcept:\n    ujson = None\n\n\ndef f(row):\n    try:\n"
            "        return int(row)\n"
            "    except ValueError:\n        pass\n    try:\n        return g(row)\n    except Exception:\n"
            "        log(row)\n        raise\n" * 2
        },
    ),
    Example(
        "PYT103",
        favourable={
            "a.py": "\n".join(
                f"def f{i}(row):\n    try:\n        return int(row)\n    except ValueError as error:\n"
                f"        raise KeyError(f'no number: {{row}}') from error\n"
                for i in range(6)
            )
        },
    ),
    Example(
        "PYT105",
        against={
            "a.py": "import json\n\n\ndef f(a, b, c):\n    x = json.load(open(a))\n    y = json.load(open(b))\n"
            "    return x, y, open(c).read()\n"
        },
        favourable={
            "a.py": "\n".join(
                f"def f{i}(p):\n    with open(p) as file:\n        return file.read()\n" for i in range(6)
            )
        },
        quiet={
            "a.py": "class A:\n    def __init__(self, p):\n        self.log = open(p)\n\n\n"
            "def opened(p):\n    return open(p)\n\n\n"
            "def written(p):\n    file = open(p, 'w')\n    file.write('x')\n    file.close()\n\n\n"
            "def wrapped(p):\n    file = open(p)\n    return Reader(file)\n"
        },
    ),
)
