"""Any valid dossier, hostile ones among them."""

from __future__ import annotations

from hypothesis import strategies as st

from heldout.evidence import Artifact, Contribution, Dossier, Evidence, Finding, FlowStep, Gap, Location, Suppression

NASTY = (
    "<script>alert(1)</script>",
    "\x1b[31mred\x1b]0;title\x07",
    "[bold red]loud[/bold red]",
    "[/]",
    "a\u202egpj.exe\u2069",
    "{{ 7 * 7 }}{% raw %}",
    '" onmouseover="x',
    "</style></svg>",
    "one\r\ntwo\u2028three",
    "`code` and `",
    "\x9b2J",
)
text = st.one_of(st.text(max_size=30), st.sampled_from(NASTY))
number = st.one_of(st.none(), st.integers(1, 10**6))
share = st.one_of(st.none(), st.floats(0, 1))
measured = st.dictionaries(
    text, st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), text), max_size=3
)
locations = st.builds(
    Location, artifact=text, path=text, cell=number, line=number, end_line=number, snippet=st.one_of(st.none(), text)
)
codes = st.one_of(st.sampled_from(["CRF101", "LKG101", "SAF103"]), text)
findings = st.builds(
    Finding,
    code=codes,
    polarity=st.sampled_from(["for", "against", "unknown"]),
    severity=st.sampled_from(["info", "low", "medium", "high"]),
    message=text,
    locations=st.lists(locations, max_size=3).map(tuple),
    flow=st.lists(st.builds(FlowStep, location=locations, note=text), max_size=3).map(tuple),
    measured=measured,
    strength=st.floats(0, 1),
    share=share,
    why=text,
    mend=text,
    ask=text,
    suppressed=st.one_of(st.none(), st.builds(Suppression, reason=text, where=text)),
)
many_findings = st.lists(findings, max_size=4).map(tuple)
competencies = st.one_of(st.sampled_from(["python", "craft", "deployment", "statistics"]), text)
common = {
    "competency": competencies,
    "source": text,
    "instrument": text,
    "version": text,
    "standard": text,
    "share": share,
    "group": text,
    "findings": many_findings,
    "taken_at": st.one_of(st.none(), st.datetimes()),
}
observed = st.builds(
    Evidence,
    level=st.floats(1, 5),
    se=st.floats(min_value=0, exclude_min=True, allow_nan=False),
    basis=st.sampled_from(["calibrated", "assumed"]),
    start=st.one_of(st.none(), st.floats()),
    contributions=st.lists(
        st.builds(Contribution, code=codes, points=st.floats(), findings=st.integers(0, 99), reason=text), max_size=3
    ).map(tuple),
    **common,
)
missing = st.builds(
    Evidence,
    state=st.sampled_from(["not_observed", "not_assessable", "not_applicable", "faulted"]),
    reason=text.filter(bool),
    **common,
)
dossiers = st.builds(
    Dossier,
    subject=text,
    role=st.one_of(st.none(), text),
    artifacts=st.lists(
        st.builds(
            Artifact,
            name=text,
            kind=text,
            origin=text,
            digest=text,
            measured=measured,
            gaps=st.lists(st.builds(Gap, what=text, why=text, ours=st.booleans()), max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    evidence=st.lists(st.one_of(observed, missing), max_size=4).map(tuple),
    findings=many_findings,
)
