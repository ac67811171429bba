"""A case with two candidates: one reviewed and interviewed, one nobody has looked at yet."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from heldout.decision.record import Made
from heldout.evidence import Artifact, Case, Dossier, Evidence
from heldout.sources.interview.scorecard import Rating, Scorecard
from heldout.sources.interview.store import keep
from heldout.standard import load_standard

REVIEWED = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
FULL = """
schema = 1
controller = { name = "Example GmbH", contact = "hiring@example.org" }
purpose = { text = "One position", legal_basis = "as counsel named it" }
job_analysis = { text = "Three weeks of notes", by = "Head of ML", on = 2026-01-10 }
access = { people = ["head of ML: everything"] }
oversight = { people = ["Head of ML"], training = "half a day in February" }
accommodation = { offered = "in the invitation" }
contest = { how = "Write to us; somebody else looks again within two weeks." }
groups = { compared_on = 2026-02-01, kept_at = "with the data protection officer" }
retention = { until = 2027-06-30, reason = "claims can be made until then" }

[subjects.ada]
told = 2026-03-02

[subjects.bob]
told = 2026-03-03
consent = 2026-03-04
"""
"""A record.toml that leaves nothing out."""
DECIDED = Made(
    file="decision/2026-04-01-1.json",
    at=datetime(2026, 4, 1, 16, 5, tzinfo=UTC),
    by="Grace",
    choice="Ada",
    reason="The second interview outweighs the review.",
    follows=False,
    model_version="1",
    evidence_digest="e" * 64,
    chosen="ada",
    told={"bob": "We have seen nothing of your work yet, and the place is filled."},
)


def case(folder: Path, notes: str = "") -> Case:
    """The case, with `notes` as its record.toml when there are any."""
    standard = load_standard()
    made = Case.create(folder, standard=standard, role=standard.roles_by_id["ml-engineer-senior"], title="Churn team")
    for name in ("Ada", "Bob"):
        made.add_subject(name)
    common = {"source": "repository", "instrument": "review", "version": "1", "subject_digest": "d" * 64}
    evidence = [
        Evidence.model_validate({"competency": "craft", "level": 4.0, "se": 0.5, "taken_at": REVIEWED, **common}),
        Evidence.model_validate({"competency": "cloud", "state": "not_observed", "reason": "no cloud code", **common}),
    ]
    churn = Artifact(name="churn", kind="repository", origin="https://example.org/churn", digest="d" * 64)
    made.write_dossier(Dossier(subject="Ada", artifacts=(churn,), evidence=tuple(evidence)))
    card = Scorecard(
        subject="ada",
        rater="Charlie",
        role="ml-engineer-senior",
        standard=made.standard.version,
        held_on=date(2026, 3, 25),
        handed_in_at=datetime(2026, 3, 25, 15, 0, tzinfo=UTC),
        seen_before=("review",),
        accommodation=True,
        ratings=(Rating(competency="judgement", level=3.5), Rating(competency="mlops", not_observed="no time left")),
    )
    keep(made, made.subject("ada"), card)
    if notes:
        (folder / "record.toml").write_text(notes, encoding="utf-8")
    return made
