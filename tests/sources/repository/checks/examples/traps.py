"""What looked like the case and was not: wrong findings on real repositories, in code of our own like theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.support import Files


@dataclass(frozen=True)
class Trap:
    """A repository on which a check must not speak with this polarity."""

    code: str
    polarity: Literal["for", "against", "unknown"]
    why: str
    files: Files


TRAIN = "from sklearn.linear_model import LogisticRegression\nmodel = LogisticRegression()\nmodel.fit(X, y)\n"
