"""What counts as a test, a hint, a linter and continuous integration."""

from __future__ import annotations

import pytest

from heldout.sources.repository.checks.testing import AssertingTests, TestsOfOwnCode
from heldout.sources.repository.checks.tooling import ContinuousIntegration, LintAndFormat, Types
from tests.support import findings_of

CODE = "\n".join(f"def f{i}(x, y):\n    return x * {i} + y\n" for i in range(80))


@pytest.mark.parametrize(
    "body",
    [
        "assert f1(1, 2) == 3",
        "with pytest.raises(TypeError):\n        f1()",
        "np.testing.assert_allclose(f1(1, 2), 3)",
        "check_estimator(Model())",
        "torch.testing.assert_close(a, b)",
        "_same(f1(1, 2), 3)",
    ],
)
def test_counts_every_way_to_assert(body: str) -> None:
    helper = "\n\ndef _same(a, b):\n    assert a == b\n"
    tests = "from core import f1\n" + "".join(f"\n\ndef test_{i}():\n    {body}\n" for i in range(4)) + helper
    (finding,) = findings_of({"core.py": CODE, "tests/test_core.py": tests}, AssertingTests())
    assert finding.polarity == "for"
    assert finding.measured["asserting"] == 4


def test_counts_methods_of_test_cases() -> None:
    tests = "import unittest\n\n\nclass CoreTest(unittest.TestCase):\n" + "".join(
        f"    def test_{i}(self):\n        self.assertEqual(1, {i})\n" for i in range(4)
    )
    (finding,) = findings_of({"core.py": CODE, "tests/test_core.py": tests}, AssertingTests())
    assert finding.measured["asserting"] == 4


def test_an_assertion_of_a_constant_is_none() -> None:
    tests = "".join(f"def test_{i}():\n    f1(1, 2)\n    assert True\n\n\n" for i in range(4))
    (finding,) = findings_of({"core.py": CODE, "tests/test_core.py": tests}, AssertingTests())
    assert finding.polarity == "against"
    assert finding.locations[0].line == 1


def test_an_evaluation_script_is_no_test() -> None:
    script = "def test(model, loader):\n    assert len(loader)\n    return model(loader)\n"
    (finding,) = findings_of({"core.py": CODE, "test.py": script}, AssertingTests())
    assert (finding.polarity, finding.measured["tests"]) == ("against", 0)
    assert not findings_of({"core.py": CODE, "test.py": script}, TestsOfOwnCode())


def test_an_sdist_without_tests_is_unknown() -> None:
    (finding,) = findings_of({"core.py": CODE}, AssertingTests(), kind="sdist")
    assert finding.polarity == "unknown"


def test_tests_run_by_ci_in_another_way_are_unknown() -> None:
    (finding,) = findings_of({"core.py": CODE, ".travis.yml": "script: python -m doctest core.py\n"}, AssertingTests())
    assert finding.polarity == "unknown"


def test_tests_of_a_library_do_not_count_as_own() -> None:
    tests = "import numpy as np\n\n\n" + "".join(f"def test_{i}():\n    assert np.ones(1)\n\n\n" for i in range(90))
    assert not findings_of({"core.py": CODE, "tests/test_np.py": tests}, TestsOfOwnCode())
    (finding,) = findings_of({"core.py": CODE, "tests/test_np.py": "import core\n" + tests}, TestsOfOwnCode())
    assert finding.strength == 1.0


def test_hints_count_in_full_only_when_checked() -> None:
    typed = "\n".join(f"def f{i}(x: int) -> int:\n    return x * {i}\n" for i in range(9))
    (alone,) = findings_of({"a.py": typed}, Types())
    (run,) = findings_of({"a.py": typed, ".travis.yml": "script: mypy .\n"}, Types())
    assert alone.strength < run.strength == 1.0
    assert not findings_of({"a.py": CODE}, Types())


def test_one_linter_is_as_good_as_three() -> None:
    one = findings_of({"a.py": CODE, ".flake8": "[flake8]\n"}, LintAndFormat())
    more = findings_of(
        {"a.py": CODE, ".flake8": "[flake8]\n", "setup.cfg": "[isort]\n", "pylintrc": "[M]\n"}, LintAndFormat()
    )
    assert [f.strength for f in one] == [f.strength for f in more] == [0.5]
    assert not findings_of({"a.py": CODE, ".flake8": "", "pyproject.toml": "[project]\n"}, LintAndFormat())


def test_a_workflow_that_only_publishes_is_no_ci() -> None:
    text = "on: {release: {types: [created]}}\njobs:\n  p:\n    steps:\n      - run: twine upload dist/*\n"
    (finding,) = findings_of({"a.py": CODE, ".github/workflows/p.yml": text}, ContinuousIntegration())
    assert finding.polarity == "unknown"


def test_tests_with_lint_and_build_count_most() -> None:
    only = findings_of({"a.py": CODE, ".travis.yml": "script: pytest\n"}, ContinuousIntegration())[0]
    all_ = findings_of(
        {"a.py": CODE, ".travis.yml": "script: [pytest, ruff check ., python -m build]\n"}, ContinuousIntegration()
    )[0]
    assert only.strength < all_.strength == 1.0


def test_a_function_named_test_counts_in_a_file_of_tests_only() -> None:
    body = "def test():\n    assert f1(1, 2) == 3\n"
    tests = {f"tests/test_{i}.py": "from a import f1\n\n" + body for i in range(3)}
    (finding,) = findings_of({"a.py": CODE, **tests, "tests/eval.py": body}, AssertingTests())
    assert finding.measured["tests"] == 3
