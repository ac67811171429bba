"""What a command of continuous integration is for, told by its words: data."""

from __future__ import annotations

import re
from typing import Literal

Purpose = Literal["test", "lint", "types", "build", "publish", "docs", "deploy", "notebooks"]
"""What continuous integration may run a command for."""

INSTALLS = re.compile(
    r"\b(pip3?|conda|mamba|micromamba|apt|apt-get|yum|dnf|brew|choco|pipx|npm|yarn|gem)\b[^#]*?\b(install|create|add|i|download)\b"
    r"|\b(uv|poetry|pdm)\s+(pip\s+)?(add|install|sync)\b"
)
"""Commands that install: what they name is not run."""
PURPOSES: dict[Purpose, re.Pattern[str]] = {
    "test": re.compile(
        r"\bpy\.?test\b|\bunittest\b|\bnosetests\b|\bnose2\b|setup\.py\s+(test|pytest|nosetests)|\bmanage\.py\s+test\b"
        r"|\b(go|cargo|dotnet|swift|bazel|npm|yarn|pnpm|mvn|gradle|\./gradlew|\./mvnw|sbt)\s+(run\s+|-\S+\s+)*(test|verify|check)\b"
        r"|\b(make|just|task|inv|invoke)\s+(-\S+\s+)*[\w-]*tests?\b|\bctest\b|\bstestr\b|\btrial\b|\bdoctest\b|\bnbval\b|\bcoverage\s+run\b|\bjest\b|\brobot\b|\bgreen\b"
        r"|\bpython[\d.]*\s+(-\S+\s+)*(\S*[/_])?(run_?)?(all_?)?tests?\w*(\.py)?(?=\s|$)"
        r"|\bhatch\s+(run\s+(-\S+\s+)*)?tests?\b"
        r"|\bdocker(-compose| compose)?\s+run\s.*\s([\w-]+[-_:])?tests?$"
    ),
    "lint": re.compile(
        r"\b(flake8|pylint|ruff|black|isort|pycodestyle|pydocstyle|pyflakes|yapf|autopep8|pylama|prospector"
        r"|codespell|eslint|clang-format|cpplint|lint-imports|wemake-python-styleguide)\b|\bpre-commit\b"
        r"(?! (autoupdate|install|gc|clean))|super-linter"
        r"|\b(make|just|task|inv|invoke|pkgmt|nox|tox|(hatch|pdm|poetry|npm|docker(-compose| compose)?)\s+run)"
        r"\s(\S+\s+)*?([\w-]+[-_:])?lint(ing|er)?(?=\s|$)"
    ),
    "types": re.compile(r"\b(mypy|pyright|basedpyright|pytype|pyre|pyrefly)\b|\bty\s+check\b"),
    "build": re.compile(
        r"\bpython[\d.]*\s+-m\s+build\b|\bpyproject-build\b|setup\.py\s+(sdist|bdist\w*|build\w*)"
        r"|\bdocker(-compose| compose)?\s+(build|buildx)\b"
        r"|\b(poetry|uv|hatch|flit|pdm|conda)\s+build\b|cibuildwheel|\bpip3?\s+wheel\b"
        r"|build-push-action|\bcmake\b"
    ),
    "publish": re.compile(
        r"\btwine\s+upload\b|\b(poetry|uv|flit|hatch|pdm)\s+publish\b|\bdocker\s+push\b|pypi-publish|anaconda\s+upload"
        r"|semantic-release|build-push-action"
    ),
    "docs": re.compile(r"\bsphinx-build\b|\bmkdocs\b|\bmake\s+(-C\s+\S*docs?\S*\s+)?(html|docs?)\b|actions-gh-pages"),
    "deploy": re.compile(
        r"\b(kubectl|helm|terraform|pulumi|serverless|cdk|heroku|flyctl|skaffold)\b|\bgcloud\b.*\bdeploy\b"
        r"|\baws\s+(ecs|lambda|s3|cloudformation|sagemaker)\b|\baz\s+(webapp|aks|ml|containerapp)\b"
    ),
    "notebooks": re.compile(r"\bpapermill\b|\bnbconvert\b.*--execute|--nbval\b|--nbmake\b|\btestbook\b"),
}
"""What a command holds that is for one purpose or the other."""
