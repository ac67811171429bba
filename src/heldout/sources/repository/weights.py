"""Links in READMEs and guides behind which trained weights lie, by what the text says of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from heldout.sources.repository.checks.base import Text
from heldout.sources.repository.documents import sections

_LINK = re.compile(r"https?://[^\s<>\"'`)\]]{4,300}")
_DEFINED = re.compile(r"^[ \t]*\[([^\]\n]{1,80})\]:[ \t]*(https?://\S{4,300})", re.MULTILINE)
_NAMED = re.compile(r"\[([^\]\n]{1,80})\](?![(:])")
_WEIGHT_FILE = re.compile(
    r"\.(pth?|ckpt|onnx|safetensors|tflite|weights|caffemodel|gguf|mar)(\.(zip|tar|gz|tgz))?([?#]|$)"
)
_STORE = re.compile(
    r"drive\.google\.com|dropbox\.com|1drv\.ms|onedrive|mega\.nz|zenodo\.org|figshare\.com|pan\.baidu\.com|\bbox\.com"
    r"|/releases/download/|storage\.googleapis\.com|\bs3[.-][\w.-]*amazonaws|huggingface\.co/|ngc\.nvidia\.com"
    r"|\.(zip|tgz|tar|gz|bin|h5|hdf5|pkl|joblib)([?#]|$)",
    re.IGNORECASE,
)
"""Where weights are put, and how what holds them ends."""
_WEIGHTS = re.compile(
    r"\b(model )?(weights|checkpoints?)\b|\b(pre-?)?trained (\w+ ){0,2}(models?|networks?)\b"
    r"|\b(our|published|released) (\[?[\w. -]{1,40}\]? )?models?\b",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(r"weights?\b|weights\d|checkpoint|pre_?trained|[_/]models?/", re.IGNORECASE)
_OFFERED = re.compile(
    r"download|available|releas|publish|provid|\bhere\b|\bget\b|\bobtain|\blinks?\b|\bfetch|put (it|them) in",
    re.IGNORECASE,
)
_ABOUT_DATA = re.compile(r"data ?sets?\b|corpus|corpora|\bembeddings?\b|word2?vec|glove", re.IGNORECASE)


def linked_weights(text: Text) -> Iterator[tuple[int, str]]:
    """(line, address) of the links that the text says lead to trained weights."""
    defined = {name.casefold(): address for name, address in _DEFINED.findall(text.text[:200_000])}
    for section in sections(text):
        for number, line in enumerate(section.body.split("\n"), start=section.line + 1):
            named = [defined[n.casefold()] for n in _NAMED.findall(line[:1000]) if n.casefold() in defined]
            for address in (*_LINK.findall(line[:1000]), *named):
                if _DEFINED.match(line) or re.match(r"https?://(localhost|127\.|0\.0\.0\.0)", address):
                    continue
                if _WEIGHT_FILE.search(address) or (
                    _STORE.search(address) and _offers(section.title, line[:1000], address)
                ):
                    yield number, address


def _offers(title: str, line: str, address: str) -> bool:
    if _ABOUT_DATA.search(line) or "your-" in address:
        return False
    said = f"{title} {_LINK.sub(' ', line)}"
    return _IN_ADDRESS.search(address) is not None or bool(_WEIGHTS.search(said) and _OFFERED.search(said))
