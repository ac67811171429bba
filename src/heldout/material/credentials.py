"""Secrets in text: own patterns for the usual providers, and assignments whose value looks random.

`mask` hides every one of them, so that no report shows what it warns of.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret found: what kind, and where in the text it begins and ends; the value itself is not kept.

    `sure` is True for a format that only one provider uses.
    """

    kind: str
    start: int
    end: int
    sure: bool


@dataclass(frozen=True, slots=True)
class _Pattern:
    kind: str
    marks: tuple[str, ...]
    """Texts of which one has to be there before the pattern is tried: a search for them costs next to nothing."""
    pattern: re.Pattern[str]
    sure: bool = True


def _pattern(kind: str, marks: str, pattern: str, *, sure: bool = True) -> _Pattern:
    return _Pattern(kind, tuple(marks.split()), re.compile(pattern), sure)


# The secret is the group named `s` where there is one, else the whole match. Every repeat is bounded.
_PATTERNS = (
    _pattern(
        "AWS access key",
        "AKIA ASIA",
        # In a presigned address only the name of the key stands, and it has run out.
        r"(?<![A-Za-z0-9+/])(?<!Credential=)(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9+/=])",
    ),
    _pattern(
        "AWS secret key",
        "aws AWS",
        r"(?i:aws_?(?:secret)?_?(?:access)?_?(?:secret)?_?key(?:_id)?)[\"']?\s{0,5}[:=]\s{0,5}[\"']?"
        r"(?P<s>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
    ),
    _pattern(
        "private key",
        "PRIVATE",
        r"-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED |PGP )?PRIVATE KEY(?: BLOCK)?-----"
        r"(?P<s>(?:\\n|\s){1,4}[A-Za-z0-9+/=\s\\:,.-]{60,4000})",
    ),
    _pattern("Azure storage key", "AccountKey", r"AccountKey=(?P<s>[A-Za-z0-9+/]{86}==)"),
    _pattern("Azure shared access signature", "sig=", r"[?&]sv=[^\s\"']{1,300}?&sig=(?P<s>[A-Za-z0-9%+/]{40,100})"),
    _pattern("GitHub token", "ghp_ gho_ ghs_ ghu_ ghr_", r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
    _pattern("GitHub token", "github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{60,90}\b"),
    _pattern("GitLab token", "glpat-", r"\bglpat-[A-Za-z0-9_-]{20,50}\b"),
    _pattern("Slack token", "xox", r"\bxox[abprs]-[0-9]{8,15}-[A-Za-z0-9-]{10,80}"),
    _pattern(
        "Slack webhook",
        "hooks.slack.com",
        r"hooks\.slack\.com/services/(?P<s>T[A-Z0-9]{7,12}/B[A-Z0-9]{7,12}/\w{20,30})",
    ),
    _pattern("Stripe key", "_live_", r"\b[sr]k_live_[A-Za-z0-9]{20,100}\b"),
    _pattern(
        "OpenAI key",
        "sk-",
        r"\bsk-(?:[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,200})\b",
    ),
    _pattern("Anthropic key", "sk-ant-", r"\bsk-ant-[A-Za-z0-9_-]{40,200}"),
    _pattern("Hugging Face token", "hf_", r"\bhf_[A-Za-z]{34}\b"),
    _pattern("Google API key", "AIza", r"\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
    _pattern("Google OAuth secret", "GOCSPX-", r"\bGOCSPX-[A-Za-z0-9_-]{28}\b"),
    _pattern("SendGrid key", "SG.", r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b"),
    _pattern("PyPI token", "pypi-AgE", r"\bpypi-AgE[A-Za-z0-9_-]{50,300}"),
    _pattern("npm token", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    _pattern("Telegram bot token", ":AA", r"(?<![0-9A-Za-z])[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"),
    _pattern("Databricks token", "dapi", r"\bdapi[0-9a-f]{32}\b"),
    _pattern(
        "Kaggle key",
        "username",
        r"\"username\"\s?:\s?\"[^\"]{1,60}\"\s?,\s?\"key\"\s?:\s?\"(?P<s>[0-9a-f]{32})\"",
    ),
    _pattern(
        "database password",
        "://",
        r"\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|oracle)(?:\+\w{1,20})?"
        r"://[^\s:@/\"'<>{}$%]{1,60}:(?P<s>[^\s@/\"'<>{}$]{3,100})@(?P<host>[^\s/\"':?]{1,200})",
        sure=False,
    ),
    _pattern(
        "JSON web token",
        "eyJ",
        r"\beyJ[A-Za-z0-9_-]{15,500}\.eyJ[A-Za-z0-9_-]{15,2000}\.[A-Za-z0-9_-]{20,500}",
        sure=False,
    ),
)

_KEYWORDS = ("password", "passwd", "secret", "api_key", "apikey", "api-key", "token", "private_key", "credential")
_ASSIGNED = re.compile(
    r"(?i:(?:password|passwd|secret|api[_-]?key|token|private_key|credential))(?P<rest>[A-Za-z_]{0,20})[\"']?\]?"
    r"\s{0,4}(?::\s{0,4}str\s{0,4})?(?:=|:|=>)\s{0,4}(?P<q>[\"'])(?P<s>[^\"'\s\\]{12,200})(?P=q)"
)
_PLACEHOLDER = re.compile(
    r"example|sample|placeholder|your|change.?me|insert|replace|dummy|fake|test|xxx|\*\*\*|\.\.\.|<|>|\$\{|\{\{|%\(|%s"
    r"|todo|secret|passw|token|redacted|abcdef|123456|null|none|default|localhost|foobar|deadbeef|00000000",
    re.IGNORECASE,
)
_WEAK_PASSWORDS = frozenset(
    {"pass", "pwd", "postgres", "root", "admin", "user", "guest", "mysql", "redis", "mongo", "airflow", "minio"}
)
_LOCAL = re.compile(
    r"^(localhost|127\.|0\.0\.0\.0|host\b|hostname|db$|postgres$|mysql$|mongo$|redis$|database$|server$|\w+$)"
)


def find_secrets(text: str, *, guesses: bool = True) -> Iterator[Secret]:
    """The secrets of a text, those of a sure format first; with `guesses` also assignments of random-looking values."""
    taken: list[tuple[int, int]] = []
    for known in _PATTERNS:
        if not any(mark in text for mark in known.marks):
            continue
        for match in known.pattern.finditer(text):
            start, end = match.span("s") if "s" in known.pattern.groupindex else match.span()
            if _real(known, match, text[start:end]):
                taken.append((start, end))
                yield Secret(known.kind, start, end, known.sure)
    if not guesses:
        return
    low = text.lower()
    if not any(word in low for word in _KEYWORDS):
        return
    for match in _ASSIGNED.finditer(text):
        start, end = match.span("s")
        if _random(match["s"]) and not any(a <= start < b for a, b in taken):
            yield Secret("password or key", start, end, sure=False)


def mask(text: str) -> str:
    """The text with every secret replaced by its first characters, where a provider writes its name, and stars."""
    if not text:
        return text
    masked = text
    for secret in sorted(find_secrets(text), key=lambda s: -s.start):
        keep = 4 if secret.sure and secret.kind != "private key" else 0
        masked = masked[: secret.start + keep] + "*" * 8 + masked[secret.end :]
    return masked


def entropy(text: str) -> float:
    """Shannon entropy in bits per character (Shannon 1948)."""
    size = len(text)
    return -sum(n / size * math.log2(n / size) for n in Counter(text).values()) if size else 0.0


def _real(known: _Pattern, match: re.Match[str], value: str) -> bool:
    if known.kind == "database password":
        weak = value.lower() in _WEAK_PASSWORDS or bool(_PLACEHOLDER.search(value)) or len(set(value)) < 4
        return (
            not weak
            and not re.search(r"[][()^*\\]", value)  # a pattern that such addresses are matched with
            and value.lower() != match[0].split("://")[1].split(":")[0].lower()
            and not _LOCAL.match(match["host"])
        )
    if known.kind == "private key":
        body = re.sub(r"\\n|\s", "", value)
        return entropy(body[:400]) > 4.5
    if known.kind == "JSON web token":
        return entropy(value) > 4.5
    return "EXAMPLE" not in value.upper() and "XXXX" not in value.upper() and entropy(value) > 2.8


_WORDY = re.compile(r"^[a-z]+([_./:-][a-z0-9]+)*$|^[A-Z]+([_.-][A-Z0-9]+)*$|^[a-z]+([A-Z][a-z]+)+\d{0,2}$")


def _random(value: str) -> bool:
    """Whether a value looks made by a machine: letters and digits mixed, high entropy, no words, no address."""
    if re.match(r"sha\d|argon2|bcrypt|pbkdf2|md5", value, re.IGNORECASE):
        return False  # the hash of a password is made to be stored
    if _PLACEHOLDER.search(value) or "://" in value or "/" in value[:2] or _WORDY.match(value):
        return False
    digits = sum(c.isdigit() for c in value)
    letters = sum(c.isalpha() for c in value)
    if digits < 2 or letters < 4 or not value.isascii() or any(c in value for c in "()[]{}$%,;|"):
        return False
    need = 3.0 if re.fullmatch(r"[0-9a-fA-F]+", value) and len(value) >= 24 else 3.4
    return len(value) >= 16 and entropy(value) >= need


_SAMPLE_NAME = re.compile(
    r"example|sample|template|dist$|fixture|mock|dummy|(^|/)locale|\.po$|package-lock|yarn\.lock|\.sum$|\.min\.", re.I
)
_KEY_FILES = re.compile(
    r"(^|/)(id_(rsa|dsa|ecdsa|ed25519)|\.netrc|\.pgpass|credentials\.json|kaggle\.json|service[_-]?account[^/]*\.json"
    r"|\.aws/credentials|\.pypirc|secrets?\.(json|ya?ml|toml)"
    r"|[^/]+\.(pem|p12|pfx|keystore|jks|ppk)|\.env(\.(local|prod|production))?)$",
    re.IGNORECASE,
)
_FILLED = re.compile(
    r"(?i)(password|passwd|secret|key|token|pass)\w{0,30}[\"']?\s{0,4}[:=]\s{0,4}[\"']?([^\s\"'#<>{}$]{8,})"
    r"|login \S+ password \S+"
)
_EMPTY = re.compile(
    r"your|change|example|xxx|test|replace|placeholder|://|key_?\d|x-api-key"
    r"|(url|uri|host|header|name|path|file|minutes|seconds|days|hours|expir\w*)[\"']?\s{0,4}[:=]",
    re.IGNORECASE,
)
"""A line that names a key and gives none: a text to be replaced, an address, a header, a time."""


def is_sample(path: str) -> bool:
    """Whether a file by its name only shows what a secret would look like, or is full of random text by nature."""
    return bool(_SAMPLE_NAME.search(path))


def is_key_file(path: str) -> bool:
    """Whether a file is by its name made to hold keys, and no sample of such a file."""
    return bool(_KEY_FILES.search(path)) and not is_sample(path)


def filled_in(path: str, text: str) -> Literal["sure", "likely"] | None:
    """Whether a file made to hold keys holds any: surely, when one is known by its form."""
    text = text[:100_000]
    if "PRIVATE KEY" in text or '"private_key"' in text or any(True for _ in find_secrets(text)):
        return "sure"
    if path.lower().endswith((".pem", ".p12", ".pfx", ".keystore", ".jks", ".ppk")):
        return None
    values = (match[0] for match in _FILLED.finditer(text))
    return "likely" if any(not _EMPTY.search(value) for value in values) else None
