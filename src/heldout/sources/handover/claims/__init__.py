"""Numbers about the quality of a model: found in documents and in what runs print, and compared.

read_numbers(text: str, path: str, kind: Kind) -> tuple[Reading, ...]
    for documents and for outputs of runs alike; `kind_of(path) -> Kind | None` tells how a file is read, and what
    a run printed is of kind "log" with the path "stdout" or "stderr". Never raises.
find_claims(tree: Tree, *, most: int = 300) -> tuple[Claim, ...]
    all claims of a delivery, README first, each number once.
contradictions(claims: Sequence[Claim]) -> tuple[str, ...]
    questions for the plan: where its documents contradict one another.
compare(claims: Sequence[Claim], runs: Sequence[Sequence[Reading]]) -> tuple[ClaimResult, ...]
    one result a claim; `runs` holds the readings of each repeat (of all its steps, outputs and files it wrote).
readings_of(repeat: Sequence[Ran]) -> tuple[Reading, ...]
    the readings of one repeat, for `compare`.
claims_checks(claims, results: Sequence[ClaimResult], runs: Sequence[Sequence[Ran]]) -> tuple[Check, ...]
    T2 and T3; `runs` holds the runs of each repeat.
"""

from heldout.sources.handover.claims.checks import claims_checks, readings_of
from heldout.sources.handover.claims.compare import compare, series, spread_of
from heldout.sources.handover.claims.find import contradictions, find_claims
from heldout.sources.handover.claims.read import Kind, kind_of, read_numbers

__all__ = [
    "Kind",
    "claims_checks",
    "compare",
    "contradictions",
    "find_claims",
    "kind_of",
    "read_numbers",
    "readings_of",
    "series",
    "spread_of",
]
