"""Safety: secrets in files, code that runs what it is given, and licences."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import ClassVar

from heldout.evidence import Finding, Location
from heldout.material.credentials import Secret, filled_in, find_secrets, is_key_file, is_sample, mask
from heldout.material.licences import recognise_licence
from heldout.material.paths import part_of
from heldout.sources.repository.checks.base import Check, Move, Text, first
from heldout.sources.repository.module import Module
from heldout.sources.repository.repository import Repository


class Secrets(Check):
    """Secrets in files

    What: Keys, tokens and passwords in the formats of the usual providers (AWS, Google, Azure, GitHub, GitLab,
    Slack, Stripe, OpenAI, Anthropic, Hugging Face and others), private keys, database addresses with a password,
    and assignments of random-looking values to names such as `api_key`. The secret itself is never shown.

    Why: What was published once is copied by machines within minutes and stays in the history after it is deleted.

    Example: `AWS_SECRET_ACCESS_KEY = "..."` with a real key speaks against; `os.environ["AWS_SECRET_ACCESS_KEY"]` and
    placeholders do not.

    Limits: Tests, examples by name and documentation are left out for anything but the sure formats. Whether a key
    still works is not tried. The history is not searched.
    """

    code = "SAF101"
    moves: ClassVar = {"cloud": Move(down=0.4), "judgement": Move(down=0.3), "craft": Move(down=0.15)}
    severity = "high"
    why = "A published key is used by strangers within minutes, at the owner's cost."
    mend = "Withdraw the key, read it from the environment or a secret store, and clean the history."
    ask = "How do keys get to the code that needs them in your projects, and what do you do when one was published?"

    def on_text(self, text: Text) -> Iterable[Finding]:
        """Look through any text file."""
        yield from self._look(text.text, text.path, text.location)

    def on_module(self, module: Module) -> Iterable[Finding]:
        """Look through the cells of notebooks, which are no text files."""
        if module.notebook is not None:
            yield from self._look(module.text, module.path, module.location)

    def _look(self, text: str, path: str, place: Callable[[int], Location]) -> Iterable[Finding]:
        if is_sample(path) or path.endswith(":Zone.Identifier") or (part := part_of(path)) == "test":
            return
        guesses = part == "code" and not path.lower().endswith((".md", ".rst", ".txt", ".html", ".css", ".xml"))
        found: dict[str, tuple[Secret, int]] = {}
        for secret in find_secrets(text, guesses=guesses):
            example = not secret.sure and _SHOWS.search(text, max(secret.start - 400, 0), secret.start)
            if secret.kind not in found and not example:
                found[secret.kind] = (secret, text.count("\n", 0, secret.start) + 1)
        lines = text.split("\n") if found else []
        for kind, (secret, line) in found.items():
            if secret.kind == "Google API key" and path.endswith((".html", ".js", ".ts", ".json", ".xml")):
                continue  # keys of browsers and apps are public by design
            shown = mask(lines[line - 1][:2000])[:160]
            where = place(line).model_copy(update={"snippet": shown})
            yield self.against(
                f"{_a(kind)} stands in {path}."
                if secret.sure
                else f"What looks like {_a(kind, low=True)} stands in {path}: a random-looking value.",
                where,
                severity="high" if secret.sure else "medium",
                strength=1.0 if secret.sure else 0.5,
                kind=kind,
            )


_SHOWS = re.compile(
    r"\bexamples?[\"']?\s{0,3}[:=][^\n]*$|[\"']examples?[\"']\s{0,3}:\s{0,40}[\[{][^}\]]*$", re.IGNORECASE
)
"""What stands before a value that only shows how one looks: `{"example": {"new_password": "..."}}`."""


def _a(kind: str, *, low: bool = False) -> str:
    """`An AWS access key`."""
    article = "an" if kind[0] in "AEIOUaeiou" or kind.startswith(("SSH", "SMTP", "NPM", "npm")) else "a"
    return f"{article if low else article.title()} {kind}"


class KeyFiles(Check):
    """Files that hold keys

    What: Files that by their names hold keys and by their content do: private keys, `.env` with passwords,
    `.netrc`, cloud credentials, `kaggle.json`.

    Why: Such files are made to be kept outside the repository.

    Example: `.env` with `DB_PASSWORD=...` filled in speaks against; `.env.example` with empty values speaks for
    nothing and against nobody.

    Limits: Certificates without a private key are not counted; tests may keep keys made for them.
    """

    code = "SAF102"
    moves: ClassVar = {"cloud": Move(down=0.3), "judgement": Move(down=0.2)}
    severity = "high"
    why = "Everyone who has a copy of the repository has the key."
    mend = "Withdraw the key, remove the file from the history, and name it in .gitignore."
    ask = "How should a new colleague get the settings and keys that this project needs?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Open the files with such names."""
        for path in repo.paths:
            if not is_key_file(path) or repo.part(path) != "code":
                continue
            if filled := filled_in(path, repo.text(path).text):
                yield self.against(
                    f"{path} is a file made to hold keys, and it is filled in.",
                    repo.at(path),
                    severity="high" if filled == "sure" else "medium",
                    strength=1.0 if filled == "sure" else 0.6,
                )


_UNCHECKED = re.compile(r"verify\s{0,3}=\s{0,3}False|_create_unverified_context|CERT_NONE")


class UncheckedCertificates(Check):
    """Downloads without checking whom they come from

    What: `verify=False` in a call of requests or httpx, and `ssl._create_unverified_context`.

    Why: Anyone on the way can hand over other data or another model, and nobody will notice.

    Example: `requests.get(url, verify=False)` speaks against; a certificate bundle of the company is right.

    Limits: Calls with a variable are not counted. Tests and notebooks of others are not looked at.
    """

    code = "SAF106"
    moves: ClassVar = {"judgement": Move(down=0.1), "craft": Move(down=0.1)}
    why = "Without the check anybody on the way can replace what is downloaded."
    mend = "Give the certificate bundle instead of switching the check off."
    ask = "What would have to be set up so that the certificate check can stay on here?"

    def on_module(self, module: Module) -> Iterable[Finding]:
        """Find the calls and the switch."""
        if not _UNCHECKED.search(module.text):
            return
        verbs = {"get", "post", "put", "delete", "patch", "head", "request", "Session", "Client", "AsyncClient"}
        web = any(name.partition(".")[0] in ("requests", "httpx", "aiohttp") for name in module.imports)
        lines = []
        for call, name in [*module.calls, *module.method_calls]:
            off = any(k.arg == "verify" and getattr(k.value, "value", True) is False for k in call.keywords)
            if off and web and name.rpartition(".")[2] in verbs:
                lines.append(call.lineno)
        for number, line in enumerate(module.lines, start=1):
            if "ssl._create_unverified_context" in line and not line.lstrip().startswith("#"):
                lines.append(number)
        if lines:
            yield self.against(
                f"Places at which the check of whom a download comes from is switched off: at least {len(lines)}.",
                *(module.location(line) for line in sorted(lines)[:3]),
                strength=min(0.4 + 0.2 * len(lines), 1.0),
            )


class CodeLicence(Check):
    """A licence for the code

    What: A licence file, recognised by its own words, or a licence named in the package's metadata or README.

    Why: Without a licence nobody else has the right to use, change or run the code, a company least of all.

    Example: `LICENSE` with the text of Apache-2.0 speaks for; no file and no word speaks against a published project.

    Limits: Whether the licence fits what was taken from others is a question for people.
    """

    code = "SAF107"
    moves: ClassVar = {"handover": Move(up=0.2, down=0.15), "craft": Move(up=0.1)}
    why = "Without a licence nobody else may use the work."
    mend = "Add a LICENSE file with the text of a licence."
    ask = "Under which terms may somebody else use this code and its models?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for the file, then for a word."""
        files = [p for p in repo.glob("licen[cs]e*", "copying*", "unlicense*", "mit-license*") if p.count("/") <= 1]
        for path in sorted(files, key=lambda p: p.count("/")):
            text = repo.text(path).text
            name = recognise_licence(text)
            if name or len(text) > 200:
                yield self.found(
                    f"The code has a licence: {name or 'one of its own wording'}.",
                    repo.at(path),
                    licence=name or "other",
                )
                return
        places: list[Location] = []
        for path in (
            "pyproject.toml",
            "setup.py",
            "setup.cfg",
            "PKG-INFO",
            *([repo.readme.path] if repo.readme else []),
        ):
            if path in repo.tree:
                text = repo.text(path).text
                if match := re.search(r"(?im)^\W{0,4}licen[cs]e\b.{0,3}[:=\s].{2,}|License :: |^#+ *licen[cs]e", text):
                    places.append(repo.at(path, text.count("\n", 0, match.start()) + 1))
        if places:
            yield self.found("A licence is named, though its text is not there.", *places[:2], strength=0.5)
        elif repo.code_lines >= 200 and repo.complete:
            yield self.against("No licence is named for the code.", severity="info", strength=0.7)


_THINGS = r"\b(?:data ?sets?|data|corpus|corpora|weights|checkpoints?|models?|images|photos|annotations|embeddings)\b"
_GAP = r"(?:(?![.!?] |\n\n|and is ).)"
_TERMS = re.compile(
    rf"{_THINGS}{_GAP}{{0,60}}?\b(?:is|are|was|were|released|available|distributed|provided|shared|published)\b"
    rf"{_GAP}{{0,40}}?\b(?:licen[cs]ed (?:under|by)|under (?:the |an? )?(?:\S+ ){{0,4}}?(?:licen[cs]e|terms)"
    r"|for (?:academic |scientific |non-?commercial |research )+(?:use|purposes?|only)|for non-?commercial)"
    rf"|{_THINGS}{_GAP}{{0,60}}?(?:\bsubject to (?:\S+ ){{0,4}}?(?:terms|licen[cs]e)"
    r"|(?:\bis|\bare|:|\bunder) (?:the )?(?:CC[- ]BY|CC0|Creative Commons))"
    r"|\b(?:licen[cs]e|terms of use|copyright) (?:of|for|in) (?:the |these |this |all |our )?(?:\w+ ){0,2}"
    rf"{_THINGS}|{_THINGS} (?:licen[cs]e|terms of use)\b",
    re.IGNORECASE | re.DOTALL,
)


class DataTerms(Check):
    """Terms of the data and models

    What: A sentence in the README or documentation that tells under which licence or terms the data or models may be
    used.

    Why: A model made from data that may not be used so is a liability that the buyer inherits.

    Example: "The weights are for research use only; the images are CC BY 4.0" speaks for.

    Limits: Found by phrases in English; whether the terms are kept is a question for people.
    """

    code = "SAF108"
    moves: ClassVar = {"judgement": Move(up=0.2), "handover": Move(up=0.1)}
    ml_only = True
    why = "Rights in data and weights decide whether a model may be used at all."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for such sentences in the texts."""
        places = []
        for path, _ in repo.documents[:30]:
            text = repo.text(path)
            if match := _TERMS.search(text.text[:200_000]):
                places.append(text.location(text.text.count("\n", 0, match.start()) + 1))
        if places:
            yield self.found("The terms of data or models are told.", *first(places, 3), places=len(places))


CHECKS: tuple[Check, ...] = (Secrets(), KeyFiles(), UncheckedCertificates(), CodeLicence(), DataTerms())
