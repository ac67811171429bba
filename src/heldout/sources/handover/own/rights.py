"""O8, the rights: may the client use code, data and weights, by a licence that is delivered or by what was agreed?

What is read: licence files by their words, licence fields of package metadata and cards, and sentences of the documents
that tell on which terms data or weights may be used. A licence that keeps commercial use back is a failure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from heldout.evidence import Location
from heldout.material.licences import Hold, hold_of, is_copyleft, kept_back, named_licences, recognise_licence, spdx
from heldout.sources.handover.answers import Answers
from heldout.sources.handover.own.delivered import Delivered, Page, Text
from heldout.sources.handover.plan import Plan
from heldout.sources.handover.result import Check

Asset = Literal["code", "data", "weights"]
WORDS: dict[Asset, str] = {"code": "the code", "data": "the data", "weights": "the trained model"}

_LICENCE_FILE = re.compile(r"(^|/)(licen[cs]e|copying|unlicense|mit-license)[^/]*$", re.IGNORECASE)
_DATA_FOLDER = re.compile(r"(^|/)(data|datasets?|datos|dados)/", re.IGNORECASE)
_MODEL_FOLDER = re.compile(r"(^|/)(models?|weights|checkpoints)/", re.IGNORECASE)
_TERMS_WORD = (
    r"licen[cs]\w*|licencia|licença|lizenz|лиценз\w*|许可|CC[- ]?BY\b|CC[- ]?0\b|ODbL|public[- ]domain"
    r"|terms of (?:use|service)|non-?commercial|research (?:purposes|use)|copyright(?:ed)?"
)
_DATA_WORD = r"data ?sets?|data|corpus|images|photos|annotations|recordings|datos|dados|daten|数据|данн\w+"
_WEIGHT_WORD = r"weights|checkpoints?|(?:pre-?)?trained models?|the model|embeddings|pesos"
_SENTENCES: dict[Asset, re.Pattern[str]] = {
    "data": re.compile(
        rf"\b(?:{_DATA_WORD})\b[^.\n|]{{0,80}}?\b(?:{_TERMS_WORD})|\b(?:{_TERMS_WORD})\b[^.\n|]{{0,60}}?\b(?:{_DATA_WORD})\b",
        re.IGNORECASE,
    ),
    "weights": re.compile(
        rf"\b(?:{_WEIGHT_WORD})\b[^.\n|]{{0,80}}?\b(?:{_TERMS_WORD})"
        rf"|\b(?:{_TERMS_WORD})\b[^.\n|]{{0,60}}?\b(?:{_WEIGHT_WORD})\b",
        re.IGNORECASE,
    ),
}
_ABOUT_DATA = re.compile(r"\bdata ?sets?\b|\bdata\b|\bdatos\b|\bdados\b|\bdaten\b|数据|данн", re.IGNORECASE)
_ABOUT_LICENCE = re.compile(r"licen[cs]|licencia|licença|lizenz|лиценз|许可", re.IGNORECASE)
_FIELD = re.compile(
    r"^\W{0,4}licen[cs]e\W{1,6}(?:text\W{1,4}|name\W{1,4})?(?P<value>[A-Za-z0-9][\w .+()-]{1,60})"
    r"|License :: (?:OSI Approved :: )?(?P<trove>[\w .()+-]{3,80})",
    re.IGNORECASE | re.MULTILINE,
)
_FRONT = re.compile(r"\A---\n(?P<body>.{0,4000}?)\n---", re.DOTALL)
_MADE_UP = re.compile(
    r"\b(?:data ?set|data|datos|dados)\b[^.\n]{0,40}\b(?:is|are|was|were|es|son|são)\b[^.\n]{0,30}"
    r"\b(?:synthetic|simulated|sintétic|made up)|\b(?:using|uses|on|usando) (?:a )?(?:fully )?synthetic data\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Terms:
    """On which terms one asset may be used, as one place states it."""

    asset: Asset
    licence: str
    """SPDX id where there is one, else its own words; empty when only a restriction is stated."""
    hold: Hold | None
    place: Location


def rights_check(delivered: Delivered, plan: Plan, answers: Answers | None) -> Check:
    """Whether code, data and weights may be used; `answers` stand above what the delivery says of itself."""
    standings = {asset: _standing(asset, delivered, plan, answers) for asset in _present(plan)}
    denied = [s for s in standings.values() if s.allowed is False]
    known = [s for s in standings.values() if s.allowed]
    failed = bool(denied) or standings["code"].allowed is not True
    places = [place for s in standings.values() for place in s.places]
    return Check(
        id="O8",
        area="own",
        state="fail" if failed else "pass",
        message=_sentence([s.words for s in standings.values()]),
        credit=1.0 if failed else len(known) / len(standings),
        severity="high" if denied else "medium" if failed else "info",
        locations=tuple(places[:6]),
        measured={asset: s.licence or "not stated" for asset, s in standings.items()},
        why="Without a right to use it, what runs today may have to be taken down tomorrow.",
        mend=_mend(standings, denied),
        clause=_clause(denied),
    )


def data_terms(delivered: Delivered) -> Iterator[Location]:
    """The places at which the terms of the data are told."""
    return (terms.place for terms in stated(delivered) if terms.asset == "data")


@dataclass(frozen=True)
class _Standing:
    allowed: bool | None
    words: str
    licence: str = ""
    hold: Hold | None = None
    places: tuple[Location, ...] = ()


def _present(plan: Plan) -> tuple[Asset, ...]:
    present: list[Asset] = ["code"]
    if plan.data:
        present.append("data")
    if any(model.present for model in plan.models):
        present.append("weights")
    return tuple(present)


def _standing(asset: Asset, delivered: Delivered, plan: Plan, answers: Answers | None) -> _Standing:
    """What was agreed, else what is stated, else what follows from the terms of the code, else open."""
    return (
        _agreed(asset, answers)
        or _as_stated(asset, [terms for terms in stated(delivered) if terms.asset == asset])
        or _with_the_code(asset, delivered, plan, answers)
        or _Standing(None, f"nothing says on which terms {WORDS[asset]} may be used")
    )


def _agreed(asset: Asset, answers: Answers | None) -> _Standing | None:
    term = answers.term(f"rights.{asset}") if answers else None
    if answers is None or term is None:
        return None
    place = answers.place(f"rights.{asset}")
    words = f"{WORDS[asset]}: agreed" if term else f"rights in {WORDS[asset]} were not agreed"
    return _Standing(bool(term), words, "as agreed" if term else "not agreed", None, (place,) if place else ())


def _as_stated(asset: Asset, told: Sequence[Terms]) -> _Standing | None:
    if not told:
        return None
    what = WORDS[asset]
    held = next((terms for terms in told if terms.hold), None)
    if held:
        name = f" ({held.licence})" if held.licence else ""
        return _Standing(False, f"{what}: {held.hold}{name}", held.licence or held.hold or "", held.hold, (held.place,))
    named = next((terms for terms in told if terms.licence), told[0])
    words = f"{what}: {named.licence or 'terms are stated'}"
    if is_copyleft(named.licence):
        words += " (whoever passes on a changed copy has to pass on its source)"
    other = next((t for t in told if t.licence and _family(t.licence) != _family(named.licence)), None)
    if other is None or asset != "code":
        return _Standing(True, words, named.licence or "stated", None, (named.place,))
    words += f", though {other.place} names {other.licence}"
    return _Standing(True, words, named.licence, None, (named.place, other.place))


def _with_the_code(asset: Asset, delivered: Delivered, plan: Plan, answers: Answers | None) -> _Standing | None:
    """Weights that lie beside the code, and data that its makers made up, go by the licence of the code."""
    if asset == "code" or (asset == "data" and not any(_MADE_UP.search(page.text) for page in delivered.pages)):
        return None
    code = _standing("code", delivered, plan, answers)
    if not code.allowed:
        return None
    return _Standing(True, f"{WORDS[asset]}: under the terms of the code", code.licence)


def _family(licence: str) -> str:
    """The first part of a licence's name: `GPL` and `GPL-3.0` do not disagree, `MIT` and `Apache-2.0` do."""
    return re.split(r"[-\s]", licence.casefold())[0]


def stated(delivered: Delivered) -> Iterator[Terms]:
    """All that the delivery states of terms: files, then metadata and cards, then sentences."""
    yield from _files(delivered)
    yield from _metadata(delivered)
    for page in delivered.pages:
        yield from _front_matter(page)
        yield from _sections(page)
        yield from _sentences(page)


def _files(delivered: Delivered) -> Iterator[Terms]:
    found = [e.path for e in delivered.material.tree.files if e.readable and _LICENCE_FILE.search(e.path)]
    for path in sorted(found, key=lambda path: (path.count("/"), path)):
        folder = path.rpartition("/")[0] + "/"
        asset: Asset = "data" if _DATA_FOLDER.search(folder) else "weights" if _MODEL_FOLDER.search(folder) else "code"
        if path.count("/") > 2 or (asset == "code" and path.count("/") > 1) or path.endswith((".py", ".ipynb")):
            continue
        text = delivered.file(path)
        name = recognise_licence(text.text)
        if name or len(text.text) > 200:
            terms = _terms(asset, name or "a licence of its own wording", text, 1, text.text[:3_000])
            # The first lines name the holders; nobody needs their names to see which licence it is.
            yield replace(terms, place=Location(artifact=text.artifact, path=path))


def _metadata(delivered: Delivered) -> Iterator[Terms]:
    for path in ("pyproject.toml", "setup.cfg", "setup.py", "CITATION.cff", "package.json"):
        if path not in delivered.material.tree:
            continue
        text = delivered.file(path)
        for match in _FIELD.finditer(text.text):
            named = _name_of(match["value"] or match["trove"])
            if named:
                yield _terms("code", named, text, text.line_at(match.start()), "")
                break


def _name_of(value: str) -> str | None:
    """A licence by an id or by its name, None for what is neither (a variable, `file = LICENSE`)."""
    if known := spdx(value.strip(" \"'")):
        return known
    return next((named.licence for named in named_licences(value)), None)


def _front_matter(page: Page) -> Iterator[Terms]:
    """The `license:` of a card: a data set's when the card says so of itself, a model's otherwise."""
    front = _FRONT.match(page.text)
    if front and (match := re.search(r"^licen[cs]e:\s*(\S[^\n]{0,60})", front["body"], re.MULTILINE)):
        data = bool(re.search(r"dataset_info|task_categories|size_categories", front["body"]))
        name = _name_of(match[1]) or match[1].strip(" \"'").upper()
        line = page.line_at(front.start("body") + match.start())
        yield _terms("data" if data else "weights", name, page, line, "")


def _sections(page: Page) -> Iterator[Terms]:
    """Licences under a heading: about licences (then of the code, or of what the page is a card of), or about data."""
    of_data = re.search(r"data[_-]?(card|sheet)|(^|/)data/[^/]*$", page.path, re.IGNORECASE)
    of_model = re.search(r"model[_-]?card", page.path, re.IGNORECASE)
    for section in page.document.sections:
        about_licence = bool(_ABOUT_LICENCE.search(section.title))
        if not about_licence and not _ABOUT_DATA.search(section.title):
            continue
        asset: Asset = "code"
        if of_data or (_ABOUT_DATA.search(section.title)):
            asset = "data"
        elif of_model:
            asset = "weights"
        body = f"{section.title}\n{section.prose}"
        named = next(named_licences(body), None)
        held = next(kept_back(body), None)
        if named or (held and about_licence):
            yield _terms(asset, named.licence if named else "", page, section.line, section.prose)


def _sentences(page: Page) -> Iterator[Terms]:
    for asset, pattern in _SENTENCES.items():
        for match in islice(pattern.finditer(page.text), 20):
            begin = max(page.text.rfind("\n", 0, match.start()), page.text.rfind(". ", 0, match.start())) + 1
            end = page.text.find("\n", match.end())
            sentence = page.text[begin : end if end >= 0 else len(page.text)][:600]
            named = next(named_licences(sentence), None)
            held = next(kept_back(sentence), None)
            if named or held or re.search(r"\blicen[cs]ed\b|terms of", sentence, re.IGNORECASE):
                yield _terms(asset, named.licence if named else "", page, page.line_at(match.start()), sentence)


def _terms(asset: Asset, licence: str, text: Text, line: int, words: str) -> Terms:
    """Terms with what they keep back, by the licence's name or else by the words around it."""
    held = hold_of(licence) if licence else None
    if held is None and words and not (licence and spdx(licence)):
        held = next((kept.hold for kept in kept_back(words)), None)
    return Terms(asset, licence, held, text.at(line))


def _sentence(parts: Iterable[str]) -> str:
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def _mend(standings: dict[Asset, _Standing], denied: Sequence[_Standing]) -> str:
    if denied:
        return "Ask for other data or weights, or for a licence that allows your use, in writing."
    open_ = [WORDS[asset] for asset, s in standings.items() if s.allowed is None]
    return f"Have the terms for {' and '.join(open_)} put in writing." if open_ else ""


def _clause(denied: Sequence[_Standing]) -> str:
    held = [s for s in denied if s.hold]
    if not held:
        return ""
    names = ", ".join(dict.fromkeys(s.licence for s in held))
    return (
        f"What is delivered under terms that keep the intended use back ({names}) is replaced, or licensed for that"
        " use, before acceptance, at its makers' cost."
    )
