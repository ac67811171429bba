"""What is said of a service that answered: to a request that carries input, or only with its front page."""

from __future__ import annotations

import pytest

from heldout.sources.handover.plan import Plan
from heldout.sources.handover.predicting import predicts
from heldout.sources.handover.running import Running
from heldout.sources.handover.service_run import Answer, Load, Served


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


@pytest.mark.parametrize(("failed", "credit", "said"), [(4, 1.0, "fails 4 of 200"), (192, 0.5, "fails 192 of 200")])
def test_a_service_that_breaks_down_under_many_requests_serves_with_a_reservation(
    failed: int, credit: float, said: str
) -> None:
    load = Load(requests=200, failed=failed, threads=8, per_second=300.0, p50_ms=1.0, p95_ms=2.0)
    answer = Answer(kind="valid", sent='POST /predict {"size": 120}', status=200)
    served = Served(step="app", command="app", port=8000, starts_s=1.0, answers=(answer,), load=load)
    check = predicts(Plan(), Running(served=(served,)), (), None)
    assert (check.state, check.credit) == ("pass", credit)
    assert (check.severity == "medium") == (credit < 1)
    assert said in check.message
