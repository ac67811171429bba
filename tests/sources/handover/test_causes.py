"""What installers and programs print, and the cause that is read off it."""

from __future__ import annotations

import pytest

from heldout.sandbox.base import Verdict
from heldout.sources.handover.causes import build_cause, run_cause

TRACE = 'Traceback (most recent call last):\n  File "/work/delivery/train.py", line 3, in <module>\n    main()\n'


class Code:
    """The delivery's own code: its modules by dotted name."""

    def __init__(self, *modules: str) -> None:
        self.modules = modules

    def holds(self, module: str) -> bool:
        return "." in module and module in self.modules

    def owns(self, package: str) -> bool:
        return package in self.modules


BUILDS = {
    "pins that cannot stand together": (
        "Using Python 3.11.7 environment at: /env\n"
        "  × No solution found when resolving dependencies:\n"
        "  ╰─▶ Because scipy==1.2.1 depends on numpy>=1.8.2,<1.20 and you require numpy==1.22.0, we can conclude that\n"
        "      your requirements are unsatisfiable.\n",
        "pins_unsatisfiable",
        "",
    ),
    "pip says so too": (
        "ERROR: Cannot install -r requirements.txt (line 3) because these package versions have conflicting "
        "dependencies.\nERROR: ResolutionImpossible: for help visit ...",
        "pins_unsatisfiable",
        "",
    ),
    "another Python": (
        "  × No solution found when resolving dependencies:\n  ╰─▶ Because the current Python version (3.7.16) "
        "does not satisfy Python>=3.8 and pandas==2.0.3 depends on Python>=3.8, we can conclude ...",
        "other_python",
        "3.7.16",
    ),
    "a package that the index lacks": (
        "  ╰─▶ Because acme-internal was not found in the package registry and you require acme-internal",
        "private_index",
        "acme-internal",
    ),
    "a version that the index lacks": (
        "ERROR: Could not find a version that satisfies the requirement numpy==99.1 (from versions: 1.26.4, 2.0.0)",
        "version_missing",
        "numpy==99.1",
    ),
    "no built package": (
        "  ╰─▶ Because torch==1.4.0 has no wheels with a matching Python version tag (e.g., `cp311`)",
        "no_wheel",
        "torch",
    ),
    "a line that is no requirement": (
        "error: Unexpected '#', expected '-c', '-e', '-r' or the start of a requirement: requirements.txt:3:1",
        "bad_metadata",
        "",
    ),
    "marks of a merge": (
        "ERROR: Invalid requirement: '<<<<<<< HEAD': Expected package name at the start of dependency specifier",
        "bad_metadata",
        "",
    ),
    "a missing header": (
        "building 'MySQLdb._mysql' extension\nsrc/_mysql.c:29:10: fatal error: mysql.h: No such file or directory\n"
        "error: command '/usr/bin/gcc' failed with exit code 1\n",
        "system_library",
        "mysql.h",
    ),
    "a compiler that fails": (
        "pandas/_libs/algos.c:1: error: expected\nerror: command '/usr/bin/gcc' failed with exit code 1",
        "compiler",
        "",
    ),
    "a place on the maker's machine": (
        "Distribution not found at: file:///croot/numpy_1691091611330/work",
        "local_path",
        "file:///croot/numpy_1691091611330/work",
    ),
    "an address that has been switched off": (
        "error: Couldn't parse requirement in `requirements.txt` at position 9\n"
        "git+git://github.com/acme/widgets.git#subdirectory=package\n",
        "dead_source",
        "git+git://github.com/acme/widgets.git",
    ),
    "a package under its old name": (
        "  × Failed to build `sklearn==0.0.post12`\n  The 'sklearn' PyPI package is deprecated, use 'scikit-learn'\n",
        "renamed",
        "sklearn",
    ),
    "a repository": ("error: Git operation failed\n  failed to clone into: /env/cache/git", "remote_source", ""),
    "a list that is no list": (
        "error: Couldn't parse requirement in `requirements.txt` at position 0\n  Expected package name starting with",
        "bad_metadata",
        "",
    ),
    "a source that does not build": (
        "  × Failed to build `sklearn==0.0.post12`\n  ├─▶ The build backend returned an error",
        "build_failed",
        "sklearn",
    ),
}


@pytest.mark.parametrize("case", BUILDS)
def test_why_an_installation_failed(case: str) -> None:
    log, code, subject = BUILDS[case]
    cause = build_cause(log, Verdict.FAILED, "it ended with exit code 1")
    assert cause.code == code
    assert subject in cause.subject
    assert cause.message.endswith(".")


def test_a_limit_of_ours_is_told_as_one() -> None:
    cause = build_cause("Downloading torch (2.3GiB)", Verdict.TIMEOUT, "it ran longer than 900 s")
    assert cause.code == "limit"
    assert "900 s" in cause.message


def test_what_no_rule_knows_is_said_in_the_installers_words() -> None:
    cause = build_cause("resolving\nerror: the moon is in the wrong phase\n", Verdict.FAILED, "")
    assert cause.code == "other"
    assert "the moon is in the wrong phase" in cause.message


TRACE = 'Traceback (most recent call last):\n  File "/work/delivery/src/train.py", line 7, in <module>\n    main()\n'

RUNS = {
    "a package that nothing declares": (
        TRACE + "ModuleNotFoundError: No module named 'seaborn'",
        "module_missing",
        "seaborn",
    ),
    "code of their own": (TRACE + "ModuleNotFoundError: No module named 'datasets.loader'", "code_missing", "datasets"),
    "a module of a name that people give to their own": (
        TRACE + "ModuleNotFoundError: No module named 'helpers'",
        "code_missing",
        "helpers",
    ),
    "a package that another one wants for a part of its work": (
        TRACE + "ImportError: Missing optional dependency 'openpyxl'.  Use pip or conda to install openpyxl.",
        "module_missing",
        "openpyxl",
    ),
    "the same in newer words": (
        TRACE + "ImportError: `Import tabulate` failed.  Use pip or conda to install the tabulate package.",
        "module_missing",
        "tabulate",
    ),
    "a notebook that stops": (
        'Stopped in cell 6.\n  File "look.ipynb, cell 6", line 1, in <module>\n    check(df)\n'
        "NameError: name 'check' is not defined\n\nUserWarning: pkg_resources is deprecated\n  import pkg_resources",
        "error",
        "NameError: name 'check' is not defined",
    ),
    "a notebook that is not there": (
        "[NbConvertApp] WARNING | pattern 'everything.ipynb' matched no files\nUsage: jupyter nbconvert",
        "code_missing",
        "everything.ipynb",
    ),
    "a module that is started": (
        "/env/bin/python: No module named src.train_model",
        "code_missing",
        "src.train_model",
    ),
    "code that is there and not found": (
        TRACE + "ModuleNotFoundError: No module named 'src.features'",
        "own_code_not_found",
        "src.features",
    ),
    "a place outside of its folder": (
        TRACE + "OSError: [Errno 30] Read-only file system: '/reports'",
        "writes_outside",
        "/reports",
    ),
    "a command that lacks arguments": (
        "predict.py: error: the following arguments are required: --size",
        "usage",
        "--size",
    ),
    "a command that looks for its arguments by itself": (
        TRACE + "    rows = pd.read_csv(sys.argv[1])\n                       ~~~~~~~~^^^\n"
        "IndexError: list index out of range",
        "usage",
        "",
    ),
    "a command that tells how to use it": ("Usage: python score.py ROWS.csv\n", "usage", ""),
    "a command made with click": (
        "Usage: score.py [OPTIONS] ROWS\nTry 'score.py --help' for help.\n\nError: Missing argument 'ROWS'.\n",
        "usage",
        "ROWS",
    ),
    "a list that is too short": (
        TRACE + "    first = rows[0]\nIndexError: list index out of range",
        "error",
        "IndexError",
    ),
    "a folder to write to": (
        TRACE + "    with open('out/metrics.json', 'w') as file:\n         ^^^^\n"
        "FileNotFoundError: [Errno 2] No such file or directory: 'out/metrics.json'",
        "folder_missing",
        "out",
    ),
    "a folder to write a model to": (
        TRACE + '  File "/env/lib/joblib/numpy_pickle.py", line 500, in dump\n    with open(filename, "wb") as f:\n'
        "FileNotFoundError: [Errno 2] No such file or directory: 'models/m.joblib'",
        "folder_missing",
        "models",
    ),
    "a folder to write a table to": (
        TRACE + "OSError: Cannot save file into a non-existent directory: 'reports'",
        "folder_missing",
        "reports",
    ),
    "a folder to write weights to": (
        TRACE + "RuntimeError: Parent directory weights does not exist.",
        "folder_missing",
        "weights",
    ),
    "a file to read": (
        TRACE + "    with open('in/words.txt', 'rb') as file:\n"
        "FileNotFoundError: [Errno 2] No such file or directory: 'in/words.txt'",
        "data_missing",
        "in/words.txt",
    ),
    "a data file": (
        TRACE + "FileNotFoundError: [Errno 2] No such file or directory: 'data/train.csv'",
        "data_missing",
        "data/train.csv",
    ),
    "a file that is read where another is written": (
        TRACE + '  File "/work/delivery/src/report.py", line 3, in write\n'
        '    open("out.csv", "w").write(head())\n'
        '  File "/work/delivery/src/report.py", line 9, in head\n    return body(names)\n'
        '  File "/work/delivery/src/report.py", line 12, in body\n    return first(names[0])\n'
        '  File "/work/delivery/src/report.py", line 15, in first\n    return open(name).readline()\n'
        "FileNotFoundError: [Errno 2] No such file or directory: 'data/names.txt'",
        "data_missing",
        "data/names.txt",
    ),
    "a model that was saved with other versions": (
        TRACE + "AttributeError: Can't get attribute '_Names' on <module 'sklearn.compose._base' from '/env/lib/x.py'>",
        "api_changed",
        "_Names",
    ),
    "a mean of words, which older versions passed over": (
        TRACE + "TypeError: agg function failed [how->mean,dtype->object]",
        "api_changed",
        "agg function failed",
    ),
    "correlations of words, which older versions passed over": (
        TRACE + '  File "/env/lib/python3.11/site-packages/pandas/core/frame.py", line 11049, in corr\n'
        "    mat = data.to_numpy(dtype=float)\nValueError: could not convert string to float: 'red'",
        "api_changed",
        "could not convert",
    ),
    "a program that is started from code": (
        TRACE + "FileNotFoundError: [Errno 2] No such file or directory: 'quarto': 'quarto'",
        "program_missing",
        "quarto",
    ),
    "a program": ("run.sh: line 3: dvc: command not found", "program_missing", "dvc"),
    "a script": (
        "python: can't open file '/work/delivery/train.py': [Errno 2] No such file or directory",
        "code_missing",
        "train.py",
    ),
    "the network": (
        TRACE + "urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>",
        "network",
        "",
    ),
    "words of a language that have to be fetched": (
        TRACE + "LookupError: \n  Resource 'punkt_tab' not found.\n  Please use the NLTK Downloader to obtain it",
        "network",
        "punkt_tab",
    ),
    "a notebook that stopped": (
        "0.9\nStopped in cell 9.\n  in cell 9\nValueError: Number of rows must be a positive integer, not 4.0",
        "error",
        "Number of rows",
    ),
    "Python 2": (
        "  File \"a.py\", line 1\n    print x\nSyntaxError: Missing parentheses in call to 'print'.",
        "other_python",
        "print",
    ),
    "methods of Python 2": (
        TRACE + "AttributeError: 'dict' object has no attribute 'iteritems'",
        "other_python",
        "iteritems",
    ),
    "newer packages": (
        TRACE + "TypeError: OneHotEncoder.__init__() got an unexpected keyword argument 'sparse'",
        "api_changed",
        "sparse",
    ),
    "an array that newer versions do not take for a number": (
        '{"detail":"Prediction failed: only 0-dimensional arrays can be converted to Python scalars"}',
        "api_changed",
        "0-dimensional",
    ),
    "a name that moved": (
        TRACE + "ImportError: cannot import name 'mutual_info' from 'sklearn.metrics'",
        "api_changed",
        "mutual_info",
    ),
    "a window": (
        TRACE + "_tkinter.TclError: no display name and no $DISPLAY environment variable",
        "display",
        "",
    ),
    "a question": (TRACE + "EOFError: EOF when reading a line", "asks", ""),
    "any other exception": (TRACE + "ValueError: could not convert string to float: 'x'", "error", "could not convert"),
}


@pytest.mark.parametrize("case", RUNS)
def test_why_a_run_failed(case: str) -> None:
    output, code, subject = RUNS[case]
    cause = run_cause(output, Verdict.FAILED, "it ended with exit code 1", Code("src", "datasets", "src.features"))
    assert cause is not None
    assert cause.code == code
    assert subject in cause.subject


def test_the_address_that_was_asked_is_the_one_beside_the_error() -> None:
    warned = "see the caveats: https://pandas.pydata.org/docs\n" + "a line of output\n" * 100
    failed = "HTTPSConnectionPool(host='fred.example.org', port=443): Failed to establish a new connection"
    cause = run_cause(warned + failed, Verdict.FAILED, "", Code())
    assert cause is not None
    assert "fred.example.org" in cause.message
    alone = run_cause(f"{warned}{TRACE}urlopen error", Verdict.FAILED, "", Code())
    assert alone is not None
    assert "pandas" not in alone.message


def test_a_program_that_looks_for_its_data_itself_lacks_data() -> None:
    said = f"{TRACE}AssertionError: Input file path to training data does not exist\n"
    cause = run_cause(said, Verdict.FAILED, "it ended with 1", Code())
    assert cause is not None
    assert cause.code == "data_missing"
    wrong = run_cause(f"{TRACE}ValueError: data must be 1-dimensional\n", Verdict.FAILED, "it ended with 1", Code())
    assert wrong is not None
    assert wrong.code == "error"


def test_a_server_of_its_own_that_nothing_started_is_no_network() -> None:
    said = (
        "mlflow.exceptions.MlflowException: API request to http://127.0.0.1:9090/api/2.0/mlflow/x failed with "
        "exception HTTPConnectionPool(host='127.0.0.1', port=9090): Max retries exceeded with url: /api/2.0/mlflow/x "
        "(Caused by NewConnectionError('Failed to establish a new connection: [Errno 111] Connection refused'))"
    )
    cause = run_cause(said, Verdict.FAILED, "it ended with 1", Code())
    assert cause is not None
    assert (cause.code, cause.subject) == ("server", "9090")
    away = said.replace("127.0.0.1", "mlflow.acme.example")
    other = run_cause(away, Verdict.FAILED, "it ended with 1", Code())
    assert other is not None
    assert other.code == "network"


def test_a_path_of_windows_is_told_as_people_write_it() -> None:
    said = "FileNotFoundError: [Errno 2] No such file or directory: 'F:\\\\claims\\\\data\\\\in.xlsx'"
    cause = run_cause(said, Verdict.FAILED, "it ended with 1", Code())
    assert cause is not None
    assert cause.message.endswith(r"F:\claims\data\in.xlsx.")


def test_exit_code_0_hides_no_failure() -> None:
    output = TRACE + "ModuleNotFoundError: No module named 'datasets'\n✅ Experiment completed\n"
    cause = run_cause(output, Verdict.OK, "", Code("datasets"))
    assert cause is not None
    assert cause.code == "code_missing"


def test_make_that_does_nothing_is_told() -> None:
    cause = run_cause("make: Nothing to be done for 'all'.\n", Verdict.OK, "", Code())
    assert cause is not None
    assert cause.code == "nothing_done"


def test_an_ordinary_run_has_no_cause() -> None:
    assert run_cause("R2: 0.687\nsaved models/model.pkl\n", Verdict.OK, "", Code()) is None


def test_the_place_of_an_error_is_the_deliverys_own() -> None:
    cause = run_cause(TRACE + "KeyError: 'price'", Verdict.FAILED, "exit code 1", Code())
    assert cause is not None
    assert "src/train.py:7" in cause.message
