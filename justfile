# `uv run just` tells where uv is, which need not be on the PATH.
uv := env("UV", "uv")

# What every change must pass; `uv run just check` is what CI runs.
check: lint types layers test

lint:
    {{uv}} run --locked ruff check .
    {{uv}} run --locked ruff format --check .

types:
    {{uv}} run --locked mypy

layers:
    {{uv}} run --locked lint-imports

test *args:
    {{uv}} run --locked pytest {{args}}

docs:
    {{uv}} run --locked sphinx-build -q -W -b html docs docs/_build/html
