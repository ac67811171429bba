"""What reading a Dockerfile beside the delivery tells, and what becomes of it on the page."""

from __future__ import annotations

import pytest

from heldout.sources.handover.image_look import Seen, look_at
from heldout.sources.handover.image_run import Imaged, image_checks
from heldout.sources.handover.plan import Plan, Step
from heldout.sources.handover.record import Attempt, Cause
from heldout.sources.handover.standing import Standing
from tests.sources.handover.deliveries import delivery

FILES = {"requirements.txt": "flask\n", "src/app.py": "", "models/m.pkl": "", "start.sh": ""}
SERVES = Plan(steps=(Step(id="app", purpose="serve", command="python src/app.py", port=5000),))


def seen(dockerfile: str, plan: Plan = SERVES, *attempts: Attempt) -> tuple[Seen, ...]:
    with delivery({**FILES, "Dockerfile": dockerfile}) as material:
        standing = {"default": Standing(id="default", at="", attempts=attempts)}
        return look_at("Dockerfile", material.tree, plan, standing)


@pytest.mark.parametrize(
    "line",
    [
        "COPY requirements.txt .",
        "COPY . /app",
        "COPY src/ models/*.pkl /app/",
        'COPY ["start.sh", "/app/"]',
        "COPY --chown=1:1 models /models",
        "ADD https://example.org/x.tar.gz /x",
    ],
)
def test_what_is_delivered_can_be_copied(line: str) -> None:
    assert not [one for one in seen(f"FROM a\n{line}\n") if one.breaks]


@pytest.mark.parametrize(
    ("line", "lost"),
    [
        ("COPY models/best.pt /app/", "models/best.pt"),
        ("COPY requirements.txt setup.cfg .", "setup.cfg"),
        ("ADD weights/*.bin /w/", "weights/*.bin"),
    ],
)
def test_what_is_not_delivered_breaks_the_build(line: str, lost: str) -> None:
    assert seen(f"FROM a\n{line}\n") == (Seen(f"It copies {lost}, which is not part of the delivery.", breaks=True),)


@pytest.mark.parametrize("line", ["COPY --from=build /x /x", "COPY $FILE /x", "COPY <<EOF /x\nabc\nEOF"])
def test_what_is_no_file_of_the_delivery_is_not_judged(line: str) -> None:
    assert seen(f"FROM a AS build\nFROM a\n{line}\n") == ()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('CMD ["python", "src/app.py"]', "It starts src/app.py, which is delivered."),
        ("CMD python /code/app.py", "It starts app.py, which is delivered."),
        ('ENTRYPOINT ["sh", "-c", "exec ./start.sh"]', "It starts start.sh, which is delivered."),
        ("CMD gunicorn -b 0.0.0.0:5000 src.app:app", "It starts src/app.py, which is delivered."),
        ("CMD uvicorn main:app", "It starts main.py, which is not part of the delivery: the image would not come up."),
        ("CMD python serve.py", "It starts serve.py, which is not part of the delivery: the image would not come up."),
    ],
)
def test_what_it_starts_is_looked_for(line: str, told: str) -> None:
    assert [one.text for one in seen(f"FROM a\n{line}\n")] == [told]


@pytest.mark.parametrize("line", ["CMD bash", "CMD python $SCRIPT.py", "RUN curl -o serve.py x\nCMD python serve.py"])
def test_what_it_starts_may_not_be_known(line: str) -> None:
    assert seen(f"FROM a\n{line}\n") == ()


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("EXPOSE 5000", "It opens port 5000, where its service listens."),
        ("EXPOSE 8080", "It opens port 8080, and its service listens on 5000: nobody would reach it."),
        ("EXPOSE 8000/tcp\nCMD flask run --port 8000", "It opens port 8000, where its service listens."),
    ],
)
def test_ports(lines: str, told: str) -> None:
    assert [one.text for one in seen(f"FROM a\n{lines}\n")] == [told]


def attempt(python: str, *, worked: bool) -> Attempt:
    cause = None if worked else Cause(code="no_wheel", message="There is no wheel of it.")
    return Attempt(rung="R0", recipe=f"requirements.txt, by uv, on Python {python}", worked=worked, cause=cause)


def test_the_python_of_the_base_is_held_against_what_was_built() -> None:
    text = "FROM python:3.7-slim\n"
    assert "could not be installed here. There is no wheel" in seen(text, SERVES, attempt("3.7", worked=False))[0].text
    assert "install on Python 3.7" in seen(text, SERVES, attempt("3.7", worked=True))[0].text
    assert "here it was built on 3.11" in seen(text, SERVES, attempt("3.11", worked=True))[0].text


def test_without_its_base_image_what_was_read_is_told_and_what_to_do() -> None:
    why = "the base image python:3.9 is not here; `podman pull python:3.9` gets it"
    imaged = Imaged(path="Dockerfile", assessable=False, why=why)
    (open_,) = image_checks(imaged, (Seen("It starts app.py, which is delivered."),))
    assert open_.state == "not_assessable"
    assert "`podman pull python:3.9` gets it. Then run the audit again" in open_.message
    assert "Seen in the file itself: It starts app.py" in open_.message
    (failed,) = image_checks(imaged, (Seen("It copies m.pkl, which is not part of the delivery.", breaks=True),))
    assert failed.state == "fail"
    assert "It copies m.pkl" in failed.message


def test_an_image_that_builds_says_what_would_still_go_wrong() -> None:
    seen = (Seen("It starts x.py, which is not part of the delivery: the image would not come up."), Seen("Well."))
    (check,) = image_checks(Imaged(path="Dockerfile", built=True, seconds=3), seen)
    assert check.state == "pass"
    assert check.message.endswith("would not come up.")
