"""Student's t, against the printed tables."""

from __future__ import annotations

import pytest

from heldout.sources.handover.student import cdf, quantile


@pytest.mark.parametrize(
    ("share", "degrees", "expected"),
    [
        (0.975, 1, 12.7062047),
        (0.975, 2, 4.30265273),
        (0.975, 3, 3.18244631),
        (0.975, 4, 2.77644511),
        (0.975, 7, 2.36462425),
        (0.95, 5, 2.01504837),
        (0.995, 10, 3.16927267),
        (0.975, 100, 1.98397152),
    ],
)
def test_quantiles(share: float, degrees: int, expected: float) -> None:
    assert quantile(share, degrees) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("degrees", [1, 2, 5, 8, 31])
def test_the_distribution_is_symmetric_and_rises(degrees: int) -> None:
    assert cdf(0, degrees) == pytest.approx(0.5)
    assert cdf(-1.3, degrees) == pytest.approx(1 - cdf(1.3, degrees))
    assert cdf(1, degrees) < cdf(1.1, degrees) < 1


def test_outside_of_its_domain() -> None:
    with pytest.raises(ValueError, match="degree"):
        cdf(1, 0)
    with pytest.raises(ValueError, match="share"):
        quantile(1.0, 3)
