"""What the headings and lines above a line of a document say of its numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from posixpath import basename

from heldout.sources.handover.claims.cells import clean
from heldout.sources.handover.claims.context import Context
from heldout.sources.handover.claims.words import models_in, split_of_title, words
from heldout.sources.handover.plan import Reading, Split

_ABOUT_MODELS = re.compile(
    r"readme|card|result|report|metric|eval|perform|score|benchmark|experiment|model|accuracy|compar|summary|analysis|paper|"
    r"ergebnis|resultad|relat[oó]rio|informe|rapport|resumen|^$|\.ipynb$|\.py$",
    re.IGNORECASE,
)
"""Names of documents that speak of results; of another it takes a heading, or a verb, that says so."""
_EARLIER = re.compile(r"^\W*(?:before|initially|previous|old|vorher|antes|avant|до|优化前)(?![^\W_])", re.IGNORECASE)
_EXAMPLE = re.compile(
    r"^(?!.*(?:output|result|run)).*(?<![^\W_])(?:example|sample|mock-?up|ejemplo|exemple|beispiel)s?(?![^\W_])",
    re.IGNORECASE,
)
"""A heading over what is shown only to explain; an example of an output is one of a real run."""


@dataclass
class Position:
    """What the text above a line says of it."""

    headings: list[tuple[int, str]] = field(default_factory=list)
    leads: list[tuple[int, str]] = field(default_factory=list)
    """(indentation, text) of the lines that introduce the list that we are in."""
    above: str = ""
    """The last text that was read."""
    named: bool = True
    """Whether the name of the document says that it is about models and their results."""

    def heading(self, level: int, text: str) -> None:
        """Go under a heading."""
        self.headings = [h for h in self.headings if h[0] < level] + [(level, text)]
        self.leads = []
        self.above = ""

    def lead(self, indent: int, text: str) -> None:
        """Go into a list that a line introduces."""
        self.leads = [lead for lead in self.leads if lead[0] < indent] + [(indent, text)]

    def title(self) -> str:
        """The innermost heading and what stands above the line."""
        return " / ".join([h for _, h in self.headings[-1:]] + [lead for _, lead in self.leads])

    def wishful(self) -> bool:
        """Whether the section is about goals, limits, explanations or other people's work."""
        table = words()
        patterns = (table.goals, table.others, table.criteria, _EARLIER)
        return any(pattern.search(text) for text in self.texts() for pattern in patterns)

    def trusted(self) -> bool:
        """Whether the name of the document, or a heading above, says that it is about results."""
        return self.named or any(
            words().about_results.search(text) for text in [h for _, h in self.headings] + self.texts()
        )

    def explains(self) -> bool:
        """Whether what stands here is shown only to explain."""
        return any(_EXAMPLE.search(text) for text in self.texts())

    def about_requests(self) -> bool:
        """Whether a block of data here is an answer of a service or a setting: nothing says that it is results."""
        if any(words().requests.search(text) for text in self.texts()):
            return True
        return not any(words().about_results.search(text) for text in [h for _, h in self.headings] + self.texts())

    def texts(self) -> list[str]:
        """The headings below the title, and the lines that introduce the list that we are in."""
        return [h for _, h in self.headings[1:]] + [lead for _, lead in self.leads]

    def context(self, base: Context) -> Context:
        """The model, split and label that the lines above name, the nearest first."""
        near = [lead for _, lead in reversed(self.leads)] + [h for _, h in reversed(self.headings)]
        model = next((models_in(t)[-1][1] for t in near if models_in(t)), "")
        splits = [split_of_title(text) for text in near if "/" not in text]
        split: Split = next((found for found in splits if found != "unknown"), "unknown")
        label = next((bare(t) for _, t in reversed(self.leads) if not models_in(t) and len(t.split()) <= 6), "")
        per_class = any(words().per_class.search(text) for text in near[:2])
        label = "" if per_class and words().per_class.search(label) else label
        return replace(
            base, model=model or base.model, split=split, label=label[:80] or base.label, per_class=per_class
        )


def named_for_results(path: str) -> bool:
    """Whether the name of a document says that it is about models and their results."""
    return bool(_ABOUT_MODELS.search(basename(path)))


def told_apart(found: list[Reading], under: list[str]) -> list[Reading]:
    """Readings that no name tells apart get the heading over them as a label: one table each for three data sets."""
    seen: dict[tuple[str, ...], set[str]] = {}
    for reading, heading in zip(found, under, strict=True):
        seen.setdefault(_named(reading), set()).add(heading)
    return [
        reading.model_copy(update={"label": "; ".join(filter(None, [reading.label, bare(heading)]))[:120]})
        if len(seen[_named(reading)]) > 1
        else reading
        for reading, heading in zip(found, under, strict=True)
    ]


def _named(reading: Reading) -> tuple[str, ...]:
    return (reading.metric, reading.split, reading.model, reading.average, reading.label)


def bare(text: str) -> str:
    """A heading or lead without markup, links and colons."""
    return " ".join(re.sub(r"[#>:：]|\(https?:[^)]*\)|[\[\]]", " ", clean(text)).split())
