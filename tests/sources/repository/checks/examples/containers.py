"""Examples for the checks of containers."""

from tests.support import Example

EXAMPLES = (
    Example(
        "PYT106",
        against={
            "a.py": "import pandas as pd\n\n\ndef unique(words):\n    seen = []\n    for word in words:\n"
            "        if word not in seen:\n            seen.append(word)\n    return seen\n\n\n"
            "def walk(queue):\n    while queue:\n        node = queue.pop(0)\n        queue.extend(node)\n\n\n"
            "def table(rows):\n    df = pd.DataFrame()\n    for row in rows:\n"
            "        df = pd.concat([df, row])\n    return df\n"
        },
        quiet={
            "a.py": "import sys\n\nsys.path.insert(0, '.')\n\n\ndef unique(words):\n    seen = set()\n"
            "    for word in words:\n"
            "        if word not in seen:\n            seen.add(word)\n    return seen\n\n\n"
            "def small(rows):\n    kinds = ['a', 'b']\n    return [row for row in rows if row in kinds]\n\n\n"
            "def shape(sizes):\n    sizes.insert(0, 1)\n    return sizes.pop(0)\n"
        },
    ),
    Example(
        "PYT110",
        favourable={
            "a.py": "from collections import Counter, defaultdict, deque\nfrom itertools import chain\n\n\n"
            "def f(words):\n    groups = defaultdict(list)\n    last = deque(maxlen=3)\n"
            "    return Counter(chain(*words)), groups, last\n"
        },
    ),
    Example(
        "PYT112",
        favourable={
            "a.py": "def batches(rows, size):\n    for at in range(0, len(rows), size):\n"
            "        yield rows[at : at + size]\n"
        },
    ),
)
