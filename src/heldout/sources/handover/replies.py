"""What a service's answer says to a person: a page without what a browser hides, and whether it is an error.

Services that catch whatever goes wrong answer 200 with the words of the error in the page or in the JSON.
"""

from __future__ import annotations

import html
import json
import re

_PAGE = re.compile(r"<!doctype html|<html\b|<body\b", re.IGNORECASE)
_HIDDEN = re.compile(r"<!--.*?-->|<(script|style|svg)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_LACKS = re.compile(
    r"(?:no such file or directory|filenotfounderror|\[errno 2\]|traceback \(most recent|modulenotfounderror|"
    r"no module named|\b(?:model|modelo|pickle|scaler|vectori[sz]er|encoder|tokenizer)\b[^.<]{0,60}"
    r"not (?:be )?(?:found|loaded|available)|"
    r"\bno (?:trained )?models? (?:found|loaded)|(?:failed|unable|could not) (?:to )?load|not fitted)[^<\n]{0,120}",
    re.IGNORECASE,
)
"""Words of an error that lies in the service, and not in what it was asked."""
_KEYS = ("error", "errors", "exception", "traceback", "detail", "message")


def readable(text: str) -> str:
    """A page without scripts, styles and drawings, which would stand before what it says; other answers as they are."""
    return _HIDDEN.sub(" ", text) if _PAGE.search(text[:2_000]) else text


def seen_text(body: str) -> str:
    """The words of a page as a person sees them, in one line."""
    return " ".join(html.unescape(_TAG.sub(" ", body)).split())


def trouble_in(body: str, front: str = "") -> str:
    """The words in which an answer says that something of the service is not there, whatever its status; else nothing.

    `front` is the page before anything was asked: what stands there too is no answer.
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        words, known = seen_text(body), seen_text(front)
    else:
        said = [told[key] for key in told if key.lower() in _KEYS] if isinstance(told, dict) else []
        words, known = " ".join(str(one) for one in said), ""
    found = next((match[0].strip() for match in _LACKS.finditer(words) if match[0] not in known), "")
    return found[:200]
