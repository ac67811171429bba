"""Do groups of people fare differently in the hiring: selection rates, and how sure one can be of a gap.

Demographics meet outcomes here and nowhere else. Nothing of this package knows a case, its evidence or the model of
the decision, and nothing of those knows this package; `pyproject.toml` and a test hold it so.
"""

from heldout.decision.impact.analysis import Options, analyse
from heldout.decision.impact.read import read_demographics, read_outcomes
from heldout.decision.impact.result import Comparison, Fairness, Group, Measure, Table, Way

__all__ = [
    "Comparison",
    "Fairness",
    "Group",
    "Measure",
    "Options",
    "Table",
    "Way",
    "analyse",
    "read_demographics",
    "read_outcomes",
]
