"""A panel written as a case, read again and decided gives the model's own numbers: nothing is lost on the way."""

from pathlib import Path

import pytest
from benchmarks.decision.evidence import decided, gaps, write
from benchmarks.decision.simulator import SCENARIOS, draw


@pytest.mark.parametrize("scenario", ["thin, 5 subjects", SCENARIOS[-1]])
def test_scorecards_and_evidence_come_to_what_the_model_says_of_the_observations(scenario: str, tmp_path: Path) -> None:
    panel = draw(scenario, 3)
    level, chance, regret = gaps(panel, decided(write(panel, tmp_path / "case")))
    assert level < 1e-6
    assert chance < 1e-6
    assert regret < 0.01  # drawn by chance, and in another order
