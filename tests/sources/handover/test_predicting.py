"""What is said of a service that answered: to a request that carries input, or only with its front page."""

from __future__ import annotations

import pytest

from heldout.sources.handover.plan import Plan
from heldout.sources.handover.predicting import predicts
from heldout.sources.handover.running import Running
from heldout.sources.handover.service_run import Answer, Served


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ('POST /predict {"size": 120}', "answers a valid request"),
        ("GET /predict?text=hello", "answers a valid request"),
        ("GET /", "answers a request for its front page"),
    ],
)
def test_a_front_page_is_no_prediction(sent: str, told: str) -> None:
    served = Served(
        step="app",
        command="streamlit run app.py",
        port=8501,
        starts_s=1.0,
        answers=(Answer(kind="valid", sent=sent, status=200),),
    )
    check = predicts(Plan(), Running(served=(served,)), (), None)
    assert check.state == "pass"
    assert told in check.message
