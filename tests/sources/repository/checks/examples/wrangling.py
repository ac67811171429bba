"""Examples for the checks of wrangling."""

from tests.support import Example

_PANDAS = "import pandas as pd\ndf = pd.read_csv('x.csv')\n"

EXAMPLES = (
    Example(
        "WRA101",
        against={"prepare.py": _PANDAS + "both = pd.merge(df, other)\n"},
        favourable={"prepare.py": _PANDAS + "both = df.merge(other, on='id', how='left', validate='m:1')\n"},
        quiet={"prepare.py": _PANDAS + "both = pd.merge(df, other, how='cross')\nx = d.merge(other)\n"},
    ),
    Example(
        "WRA102",
        favourable={"prepare.py": _PANDAS + "s = df.groupby('user').agg(spent=('amount', 'sum'), n=('id', 'count'))\n"},
    ),
    Example(
        "WRA103",
        against={"when.py": "from datetime import datetime\nstamp = datetime.utcnow().timestamp()\n"},
        favourable={"when.py": "import pandas as pd\nt = pd.to_datetime(s, utc=True).dt.tz_convert('Europe/Zurich')\n"},
        quiet={"when.py": "import pytz\nd = d.replace(tzinfo=pytz.timezone('UTC'))\n"},
    ),
    Example(
        "WRA104",
        favourable={
            "load.py": "import pandas as pd\ndf = pd.read_csv('x.csv', dtype={'zip': str}, parse_dates=['day'])\n"
        },
    ),
    Example(
        "WRA105",
        against={"load.py": _PANDAS + "df = df.dropna()\n"},
        favourable={"load.py": _PANDAS + "print(df.isna().sum())\ndf = df.dropna(subset=['target'])\n"},
        quiet={"load.py": _PANDAS + "print(df.isna().sum())\ndf = df.dropna()\n"},
    ),
    Example(
        "WRA106",
        against={
            "clean.py": _PANDAS + "df[df.age < 0]['age'] = 0\ndf.dropna()\ndf = df.drop('id', axis=1, inplace=True)\n"
        },
        quiet={
            "clean.py": _PANDAS
            + "df.loc[df.age < 0, 'age'] = 0\ndf.dropna(inplace=True)\ndf = df.drop('id', axis=1)\n",
            "shown.py": "# In[1]:\n" + _PANDAS + "df.sort_values('x')\n",
        },
    ),
    Example(
        "WRA107",
        favourable={"load.py": _PANDAS + "assert df.user_id.is_unique\nprint(df.duplicated(['id', 'day']).sum())\n"},
    ),
    Example(
        "WRA108",
        favourable={
            "features.sql": "WITH last AS (SELECT *, row_number() OVER (PARTITION BY u ORDER BY t) AS n FROM events)\n"
            "SELECT l.u, count(*) FROM last l JOIN users u ON u.id = l.u WHERE n = 1 GROUP BY l.u;\n"
        },
    ),
    Example(
        "WRA109",
        against={
            "load.py": "for user in users:\n"
            "    cursor.execute('SELECT total FROM orders WHERE user_id = %s', (user,))\n"
        },
        quiet={
            "load.py": "for table in tables:\n    cursor.execute(f'SELECT count(*) FROM {table} WHERE day > 3')\n"
            "cursor.execute('SELECT total FROM orders WHERE user_id = %s', (user,))\n"
        },
    ),
    Example(
        "WRA110",
        against={
            "load.py": "a = read('SELECT * FROM events')\nb = read('SELECT * FROM users')\n"
            "c = read('SELECT * FROM t')\n"
        },
        quiet={
            "load.py": "a = read('SELECT * FROM events LIMIT 5')\nb = read('SELECT * FROM (SELECT id FROM users) u')\n"
            "c = 'select your best model from the list'\n"
        },
    ),
)
