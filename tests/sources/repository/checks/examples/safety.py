"""Examples for the checks of safety; the keys are put together here so that no scanner takes them for real ones."""

from tests.support import Example

_CODE = "\n".join(f"def f{i}(x, y):\n    z = x * {i}\n    return z + y\n" for i in range(80))
_KEY = "AKIA" + "IQ7PZ3LM5NX2" + "WYTR"
_MIT = (
    "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software and"
    " associated documentation files, to deal in the Software without restriction.\n"
)

EXAMPLES = (
    Example(
        "SAF101",
        against={"upload.py": f'import boto3\n\nclient = boto3.client("s3", aws_access_key_id="{_KEY}")\n'},
        quiet={
            "upload.py": 'import os\n\nkey = os.environ["AWS_SECRET_ACCESS_KEY"]\n'
            'api_key = "your-api-key-goes-here-1234"\n'
            'token = "<token>"\npassword_field = "user_password_field"\n',
            "tests/test_upload.py": f'KEY = "{_KEY}"\n',
            "compose.yml": "DB: postgresql://postgres:postgres@localhost/db\n",
        },
    ),
    Example(
        "SAF102",
        against={".env": "DB_PASSWORD=q7Rw9zLk2mXv\n"},
        quiet={".env.example": "DB_PASSWORD=\n", "ca.pem": "-----BEGIN CERTIFICATE-----\nMIIB\n", ".env": "DEBUG=1\n"},
    ),
    Example(
        "SAF106",
        against={"get.py": "import requests\n\n\ndef get(url):\n    return requests.get(url, verify=False)\n"},
        quiet={"get.py": "import requests\n\n\ndef get(url):\n    return requests.get(url, verify='ca.pem')\n"},
    ),
    Example(
        "SAF107",
        against={"a.py": _CODE, "README.md": "# Tool\n"},
        favourable={"a.py": _CODE, "LICENSE": _MIT},
        quiet={"a.py": _CODE, "pyproject.toml": '[project]\nlicense = "MIT"\n'},
    ),
    Example(
        "SAF108",
        favourable={
            "train.py": "from sklearn.svm import SVC\n\n\ndef train(x, y):\n    return SVC().fit(x, y)\n",
            "README.md": "# Birds\n\nThe images are licensed under CC BY 4.0; the weights may be used for research.\n",
        },
    ),
)
