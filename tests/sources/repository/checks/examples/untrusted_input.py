"""Examples for the checks of what comes from outside."""

from tests.support import Example

EXAMPLES = (
    Example(
        "SAF103",
        against={
            "load.py": "import pickle\nimport requests\n\n\ndef load(url):\n    answer = requests.get(url)\n"
            "    return pickle.loads(answer.content)\n"
        },
        quiet={
            "load.py": "import pickle\nimport requests\nimport torch\n\n\ndef load(path):\n"
            "    with open(path, 'rb') as file:\n"
            "        return pickle.load(file)\n\n\ndef fetch(url):\n    answer = requests.get(url)\n"
            "    return torch.load(answer.raw, weights_only=True)\n"
        },
    ),
    Example(
        "SAF104",
        against={
            "run.py": "import os\n\n\ndef run(args, folder):\n    os.system('rm -r ' + folder)\n"
            "    os.system(f'ls {folder}')\n"
            "    return eval(args.model)\n"
        },
        quiet={
            "run.py": "import os\nimport subprocess\n\n\ndef run(model, folder, eval):\n"
            "    os.system('nvidia-smi')\n    os.system('ls')\n"
            "    subprocess.run(['rm', '-r', folder])\n    model.eval()\n    eval(model)\n    return eval(folder)\n"
        },
    ),
    Example(
        "SAF105",
        against={
            "db.py": "def find(cur, name):\n    cur.execute(f\"SELECT * FROM users WHERE name = '{name}'\")\n"
            "    return cur.fetchall()\n"
        },
        favourable={
            "db.py": "def find(cur, name):\n    cur.execute('SELECT * FROM users WHERE name = ?', (name,))\n"
            "    cur.execute('DELETE FROM users WHERE name = ?', (name,))\n"
        },
        quiet={
            "db.py": "TABLE = 'users'\n\n\ndef find(cur, table, ids):\n"
            "    cur.execute(f'SELECT * FROM {TABLE} WHERE x = 1')\n"
            "    cur.execute(f'SELECT * FROM {table}')\n    marks = ','.join('?' * len(ids))\n"
            "    cur.execute('SELECT * FROM users WHERE id IN (%s)' % ','.join('?' * len(ids)), ids)\n"
        },
    ),
)
