"""`python -m benchmarks.decision`: all figures of the decision model, as tables.

Each part can be asked for by itself (`--only panels,speed`). The real ratings are not ours to ship: `--ratings FOLDER`
names where they lie. The full sampler needs NumPyro: `uv run --with numpyro python -m benchmarks.decision`. What cannot
be measured for want of either is said, not passed over.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from benchmarks.decision import evidence, named, panels, raters, ratings, sampler, speed, stopping

PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "panels": panels.run,
    "evidence": evidence.run,
    "ratings": ratings.run,
    "stopping": stopping.run,
    "named": named.run,
    "sampler": sampler.run,
    "speed": speed.run,
    "raters": raters.run,
}


def main() -> None:
    """Run the parts that were asked for, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(PARTS), help=", ".join(PARTS))
    parser.add_argument("--panels", type=int, default=120, help="simulated panels of each kind")
    parser.add_argument("--written", type=int, default=5, help="... of which so many of each kind are written as cases")
    parser.add_argument("--stopped", type=int, default=150, help="panels of the rule for stopping")
    parser.add_argument("--picked", type=int, default=400, help="panels of each kind drawn from the real ratings")
    parser.add_argument("--sampled", type=int, default=20, help="panels for the full sampler")
    parser.add_argument("--first", type=int, default=0, help="the first seed of the simulated panels")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--ratings", type=Path, metavar="FOLDER", help="real ratings: CSV of subject,rater,criterion,score"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures of every simulated panel")
    options = parser.parse_args()
    for name in options.only:
        if name not in PARTS:
            parser.error(f"there is no part {name!r}; there are {', '.join(PARTS)}")
    for name in options.only:
        PARTS[name](options)


if __name__ == "__main__":
    main()
