"""Examples for the checks of tests and tooling."""

from tests.support import Example

_CODE = "\n".join(f"def f{i}(x, y):\n    return x * {i} + y\n" for i in range(80))
_TYPED = "\n".join(f"def f{i}(x: int, y: int) -> int:\n    return x * {i} + y\n" for i in range(20))
_TESTS = "import pytest\nfrom pkg.core import f1, f2\n\n" + "\n".join(
    f"def test_{i}():\n    assert f1({i}, 2) == {i + 2}\n    assert f2({i}, 2) == {2 * i + 2}\n\n\n"
    f"def test_refuses_{i}():\n    with pytest.raises(TypeError):\n        f1(None, {i})\n"
    for i in range(9)
)
_SMOKE = "from pkg.core import f1\n\n" + "\n".join(f"def test_{i}():\n    f1({i}, 2)\n" for i in range(9))
_WORKFLOW = """on: [push, pull_request]
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: |
          pip install -e .[dev] pytest
          COMMANDS
"""

EXAMPLES = (
    Example(
        "CRF301",
        against={"pkg/core.py": _CODE, "tests/test_core.py": _SMOKE},
        favourable={"pkg/core.py": _CODE, "tests/test_core.py": _TESTS},
        quiet={"pkg/core.py": "\n".join(f"x{i} = {i}" for i in range(100)), "README.md": "# Notes\n"},
    ),
    Example("CRF302", favourable={"pkg/core.py": _CODE, "tests/test_core.py": _TESTS}),
    Example("CRF303", favourable={"pkg/core.py": _TYPED, "pyproject.toml": "[tool.mypy]\nstrict = true\n"}),
    Example(
        "CRF304",
        favourable={"a.py": _CODE, ".github/workflows/ci.yml": _WORKFLOW.replace("COMMANDS", "ruff check .")},
    ),
    Example(
        "CRF305",
        favourable={"a.py": _CODE, ".github/workflows/ci.yml": _WORKFLOW.replace("COMMANDS", "pytest -q")},
        quiet={
            "a.py": _CODE,
            ".github/workflows/stale.yml": "on:\n  schedule:\n  - cron: '0 0 * * *'\njobs:\n  s:\n    steps:\n"
            "    - uses: actions/stale@v9\n",
        },
    ),
)
