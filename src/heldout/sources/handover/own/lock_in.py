"""O6, no lock-in: paths into somebody's machine, the makers' accounts and hosts, private packages, keys, services."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice

import yaml

from heldout.evidence import Location
from heldout.material.credentials import filled_in, find_secrets, is_key_file, is_sample
from heldout.material.own_machine import fixed_path, private_addresses
from heldout.material.redaction import mask_home
from heldout.sources.handover.own.delivered import MOST, Delivered, Text, in_comment, matches
from heldout.sources.handover.result import Check
from heldout.wording import listed

_SHOWN = 8
_STRINGS = 20_000
"""Strings of one text of code that are looked at."""
_STRING = re.compile(r"[rRbBfF]{0,2}([\"'])(?P<value>(?:\\.|(?!\1)[^\\\n]){4,300})\1")
_SETTING_PATH = re.compile(
    r"(?:^|[\s\"'=:,(\[])(?P<value>(?:/home/|/Users/|/mnt/|/media/|/scratch/|[A-Za-z]:[\\/])[^\s\"',;)\]]{2,200})",
    re.MULTILINE,
)
_ROOTS = re.compile(
    r"/home/|/Users/|[A-Za-z]:[\\/]|/(?:mnt|media|scratch|data|nfs|storage|share|srv|work|root|content|kaggle)"
)
_STORE = re.compile(
    r"(?P<url>(?:s3a?|gs|abfss?|wasbs?|gdrive|oss|hdfs|ssh)://(?P<name>[A-Za-z0-9][\w.@-]{2,100})[\w./@-]{0,120})"
    r"|(?P<blob>https://(?P<account>[a-z0-9]{3,24})\.(?:blob|dfs)\.core\.windows\.net[\w./-]{0,120})"
    r"|(?P<drive>https://drive\.google\.com/[\w./?=&-]{8,120})|(?P<hub>https://dagshub\.com/[\w.-]+/[\w.-]+)"
)
_PUBLIC_STORES = re.compile(
    r"example|your|my-?bucket|bucket-?name|\bmybucket|placeholder|<|test-bucket|xxx|commoncrawl|registry|amazonaws-?public|-public\b"
    r"|sagemaker-(sample|example)|cloud-samples|tensorflow|download\.pytorch|kaggle-data|mlflow-artifacts",
    re.IGNORECASE,
)
_INDEX = re.compile(
    r"(?:--(?:extra-)?index-url|(?<![\w-])-i|--find-links|index-url\s*=|extra-index-url\s*=|\[\[tool\.(?:poetry\.source|uv\.index)\]\]"
    r"[^\[]{0,200}?url\s*=|registry\s*=)[ =\"']{0,4}(?P<url>https?://[^\s\"'#]{4,200})"
)
_PUBLIC_INDEX = re.compile(
    r"//(?:[\w.-]+\.)?(?:pypi\.org|pythonhosted\.org|download\.pytorch\.org|data\.pyg\.org|conda\.anaconda\.org|npmjs\.org|nvidia\.com"
    r"|alpha-nightly|mirrors?\.|pypi\.tuna|pypi\.python\.org|pypi\.douban\.com|storage\.googleapis\.com/jax|github\.com|wheels?\.vllm\.ai)"
)
_PRIVATE_SOURCE = re.compile(r"git\+ssh://[^\s\"'#]{6,200}|(?:^|[\s\"'@])git@[\w.-]+:[\w./-]{3,150}", re.MULTILINE)
_DATABASE = re.compile(
    r"(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redshift|mssql)(?:\+\w{1,20})?://[^\s\"'<>{}]{1,100}?@(?P<host>[\w.-]{4,200})"
)
_LOCAL_HOST = re.compile(r"^(localhost|127\.|0\.0\.0\.0|db$|postgres$|mysql$|mongo$|host|\w+$|example\.)")
_TRACKING = re.compile(
    r"(?:set_tracking_uri\(\s*|MLFLOW_TRACKING_URI[\"']?\s*[\]:=]+\s*)[\"']?(?P<url>https?://(?P<host>[\w.-]+)[^\s\"')]{0,120})"
)
_DOCS = (".md", ".rst")


@dataclass(frozen=True)
class Tie:
    """One thing that ties a delivery to its makers: the kind, in words; what it is; where it stands."""

    kind: str
    what: str
    place: Location
    grave: bool = True


def lock_in_check(delivered: Delivered) -> Check:
    """Whether it is free of what only its makers have; services that take any account are named and do not fail."""
    ties = _ties(delivered)
    services = _services(delivered)
    counts: dict[str, int] = {}
    for tie in ties:
        counts[tie.kind] = counts.get(tie.kind, 0) + 1
    failed = bool(ties)
    secret = any(tie.kind in _SECRET_KINDS for tie in ties)
    message = "; ".join(_words(kind, counts[kind], ties) for kind in counts) if ties else _FREE
    if services:
        message += f"; it uses {listed(list(services))}, for which you need an account of your own"
    return Check(
        id="O6",
        area="own",
        state="fail" if failed else "pass",
        message=message[:1].upper() + message[1:] + ".",
        severity="high" if secret or any(tie.grave for tie in ties) else "medium" if failed else "info",
        locations=tuple(tie.place for tie in _first_of_each(ties))[:_SHOWN] or tuple(services.values())[:3],
        measured={_measure(kind): number for kind, number in counts.items()}
        | ({"services": ", ".join(services)} if services else {}),
        why="What stands on its makers' machines or in their accounts stops when they close them.",
        mend=_mend(counts) if failed else "",
        clause=_CLAUSE_SECRETS if secret and len(counts) == 1 else "",
    )


_FREE = "Nothing was found that only its makers have: no private package, account, host, path or key"
_SECRET_KINDS = ("key or password", "file of keys")
_CLAUSE_SECRETS = (
    "Before acceptance every key that was ever part of the delivery is withdrawn; the client puts in its own."
)


def _ties(delivered: Delivered) -> list[Tie]:
    everything = [*_secrets(delivered), *_packages(delivered), *_stores(delivered), *_hosts(delivered)]
    return [*everything, *_paths(delivered)]


def _paths(delivered: Delivered) -> Iterator[Tie]:
    """Absolute paths in strings of code, and in values of settings; comments and placeholders apart."""
    for text in delivered.code:
        if not _ROOTS.search(text.text) or text.part == "docs":
            continue
        strings = islice(_STRING.finditer(text.text), _STRINGS)
        for match in islice((one for one in strings if fixed_path(_plain(one["value"]))), MOST):
            value = _plain(match["value"])
            if not in_comment(text, match):
                platform = fixed_path(value) == "platform"
                kind = "path of a hosted platform" if platform else "path into their own machine"
                yield Tie(kind, mask_home(value)[:80], text.place(match), not platform)
    for text in delivered.settings:
        for match in islice(_SETTING_PATH.finditer(text.text), MOST):
            found = fixed_path(match["value"])
            if found in ("home", "machine") and not in_comment(text, match) and not _within_image(text, found):
                yield Tie(
                    "path into their own machine",
                    mask_home(match["value"])[:80],
                    text.at(text.line_at(match.start("value"))),
                )


def _plain(literal: str) -> str:
    """What a string's source stands for, as far as paths go."""
    return literal.replace("\\\\", "\\")


def _within_image(text: Text, kind: str | None) -> bool:
    """Whether a path is one inside a container, where an absolute path means the same everywhere."""
    image = re.search(r"(^|/)(dockerfile|containerfile|docker-compose|compose)[^/]*$", text.path, re.IGNORECASE)
    return kind == "machine" and bool(image)


def _stores(delivered: Delivered) -> Iterator[Tie]:
    for text, match in matches((*delivered.code, *delivered.settings), _STORE):
        if _PUBLIC_STORES.search(match[0]) or in_comment_or_docs(text, match):
            continue
        yield Tie("store in an account of theirs", match[0][:80], text.place(match))


def _hosts(delivered: Delivered) -> Iterator[Tie]:
    for text in (*delivered.code, *delivered.settings):
        for address, at in islice(private_addresses(text.text), MOST):
            line = text.at(text.line_at(at))
            if not re.search(r"^\s*(#|//)", text.lines[(line.line or 1) - 1]):
                yield Tie("address in a private network", address[:80], line)
        for pattern in (_DATABASE, _TRACKING):
            for match in islice(pattern.finditer(text.text), MOST):
                if not _LOCAL_HOST.search(match["host"]) and not in_comment_or_docs(text, match):
                    yield Tie("server of theirs", match["host"], text.place(match))


def _packages(delivered: Delivered) -> Iterator[Tie]:
    for text, match in matches((*delivered.settings, *delivered.code), _INDEX):
        if not _PUBLIC_INDEX.search(match["url"]) and not in_comment_or_docs(text, match):
            yield Tie("private package index", re.sub(r"//[^@/]*@", "//", match["url"])[:80], text.place(match))
    for text, match in matches(delivered.settings, _PRIVATE_SOURCE):
        if not in_comment_or_docs(text, match):
            yield Tie("package from a private repository", match[0].strip(" \"'@")[:80], text.place(match))


def _secrets(delivered: Delivered) -> Iterator[Tie]:
    for path in delivered.paths:
        if is_key_file(path) and (sure := filled_in(path, delivered.file(path).text)):
            yield Tie("file of keys", path, Location(artifact=delivered.material.name, path=path), sure == "sure")
    for text in (*delivered.code, *delivered.settings, *delivered.pages):
        if is_sample(text.path) or is_key_file(text.path):
            continue
        guesses = text.part == "code" and not text.path.lower().endswith(_DOCS)
        for secret in islice(find_secrets(text.text, guesses=guesses), MOST):
            yield Tie("key or password", secret.kind, text.at(text.line_at(secret.start)), secret.sure)


def in_comment_or_docs(text: Text, match: re.Match[str]) -> bool:
    """Whether a match is only told: in a document, or behind the sign of a comment (`://` is none)."""
    if text.path.lower().endswith(_DOCS) or text.part == "docs":
        return True
    line = text.lines[text.line_at(match.start()) - 1]
    column = match.start() - (text.text.rfind("\n", 0, match.start()) + 1)
    return bool(re.search(r"(^|\s)(#|//)(?!/)", line[:column]))


@cache
def _service_patterns() -> dict[str, re.Pattern[str]]:
    text = (files("heldout.sources.handover.own") / "services.yaml").read_text(encoding="utf-8")
    return {name: re.compile(pattern, re.MULTILINE) for name, pattern in yaml.safe_load(text).items()}


def _services(delivered: Delivered) -> dict[str, Location]:
    """Services that the code reaches, each with its first place."""
    found: dict[str, Location] = {}
    for name, pattern in _service_patterns().items():
        first = next(matches((*delivered.code, *delivered.settings), pattern), None)
        if first is not None:
            found[name] = first[0].place(first[1])
    return found


def _first_of_each(ties: Iterable[Tie]) -> Iterator[Tie]:
    """One place of each kind first, then the others."""
    ordered = list(ties)
    firsts = {tie.kind: tie for tie in reversed(ordered)}
    yield from firsts.values()
    yield from (tie for tie in ordered if firsts[tie.kind] is not tie)


def _words(kind: str, number: int, ties: Iterable[Tie]) -> str:
    example = next(tie for tie in ties if tie.kind == kind)
    plural = {
        "path into their own machine": "paths into their own machine",
        "path of a hosted platform": "paths of a hosted platform",
        "file of keys": "files of keys",
        "store in an account of theirs": "stores in accounts of theirs",
        "address in a private network": "addresses in a private network",
        "server of theirs": "servers of theirs",
        "private package index": "private package indexes",
        "package from a private repository": "packages from private repositories",
        "key or password": "keys or passwords",
    }
    shown = f" (`{example.what}`)" if kind != "key or password" else f" ({example.what})"
    return f"{number} {kind if number == 1 else plural[kind]}{shown}"


def _measure(kind: str) -> str:
    return kind.replace(" ", "_")


def _mend(counts: dict[str, int]) -> str:
    mends = {
        "key or password": "withdraw the keys and read them from the environment",
        "file of keys": "withdraw the keys and read them from the environment",
        "private package index": "deliver the private packages, or put them on the client's own index",
        "package from a private repository": "deliver the private packages with the code",
        "store in an account of theirs": "move data and models to an account of the client's, its address a setting",
        "address in a private network": "make the address a setting, and say what has to answer there",
        "server of theirs": "make the address a setting, and say what has to answer there",
        "path into their own machine": "take paths from a setting, relative to the project",
        "path of a hosted platform": "take paths from a setting, relative to the project",
    }
    text = "; ".join(dict.fromkeys(mends[kind] for kind in counts))
    return text[:1].upper() + text[1:] + "."
