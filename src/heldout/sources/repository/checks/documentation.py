"""Craft and communication: the README, results, limits, documentation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from heldout.evidence import Finding
from heldout.material.document import Document, Section, count_words
from heldout.sources.repository.checks.base import Check, Move, first, ramp, rounded, some
from heldout.sources.repository.needs import purpose
from heldout.sources.repository.repository import Repository

_INSTALL = re.compile(
    r"\b(pip[\d.]*|conda|micromamba|mamba|poetry|uv|pipx|pipenv|pdm|pixi|hatch|rye|apt(-get)?|yum|dnf|brew|choco|npm|pnpm"
    r"|yarn|cargo|guix|spack|dvc|just|invoke)\s+(-\S+\s+|env\s+|tool\s+|pip\s+)*(install|create|update|sync|add|ci|i)\b"
    r"|\b(uvx?|pipx)\s+run\b|\bdocker[ -]compose\s+(-\S+\s+)*(up|build|run)\b|\bdocker\s+(build\w*|pull|run)\b"
    r"|\bmake\s+(-\S+\s+)*\w*(install|build|all|setup|deps|develop|init|env|requirements|bootstrap)\w*"
    r"|\bmake\b[ \t]*$|python\S*\s+setup\.py|install\.packages"
    r"|(\./|bash\s+|sh\s+|source\s+)\S*(install|setup|bootstrap|build)\S*",
    re.IGNORECASE | re.MULTILINE,
)
"""A command that installs something: a heading, `git clone` and `cd` leave nothing installed."""

_PREPARES = re.compile(
    r"^[ \t]*(?:[-*+]\s+|\d+[.)]\s+)?(?:\([\w.-]+\)\s*)?[$>%!]?[ \t]*(?:sudo\s+)?"
    r"(?:git|cd|pip[\d.]*|conda|mamba|micromamba|poetry\s+(install|add)"
    r"|uv\s+(sync|pip|add|venv)|apt(-get)?|brew"
    r"|python[\d.]*\s+(-m\s+(pip|venv|virtualenv|ipykernel)|setup\.py|--version|-V)|source|virtualenv"
    r"|mkdir|cp|mv|export|set|npm|yarn|wget|curl\s+-[LO]|unzip|tar|\S*activate\S*)\b[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
"""Lines that make ready and run nothing of the work."""

_RUN = re.compile(
    r"\bpython[\d.]*[ \t]+\S+|\bimport\s+\w+|\bfrom\s+\w+\S*\s+import\b"
    r"|^[ \t]*+(\$|>|>>>|%|\./|bash\s|sh\s|docker run|docker[ -]compose (up|run)|make\s|mpirun|CUDA_VIS)[ \t]*\S"
    r"|^[ \t]*+[\w-]+[ \t]+(--?\w+|[\w./-]+\.\w+)|\w+\.\w+\(|jupyter",
    re.MULTILINE,
)

_RUN_LINE = re.compile(r"^[ \t]*(?:[$>][ \t]*)?python[\d.]*[ \t]+(?:-u[ \t]+)?[\w./-]+\.py\b", re.MULTILINE)
"""A command that stands among the prose."""

_HOSTED = re.compile(r"mybinder\.org|colab\.research", re.IGNORECASE)

_DATA = re.compile(
    r"\b(data\s?sets?|data|corpus|corpora|datos|daten(satz)?|donn[ée]es|dados|checkpoints?|weights|pre-?trained"
    r"|(embedding|language|base|supported|available) models?)\b"
    r"|数据|資料|データ|데이터|данны|korpus|veri seti",
    re.IGNORECASE,
)

_NAMED_DATA = re.compile(
    r"\b(data\s?sets?|corpus|corpora|datos|daten(satz)?|donn[ée]es|dados|checkpoints?|weights|pre-?trained"
    r"|(the|training|test|raw|sample|our|following) data|download\w*[^.\n]{0,60}\bdata)\b"
    r"|数据|資料|データ|데이터|данны|korpus|veri seti",
    re.IGNORECASE,
)
"""Data that are meant in particular; "works on imaging data" names none."""

_LINK = re.compile(r"https?://|\]\(|`_|\bdownload|\.(csv|json|zip|gz|txt|npy|h5|pth?)\b|\bdata/", re.IGNORECASE)


class Readme(Check):
    """A README that says what, why and how

    What: Whether the README says in words what the project is, how to install it, how to run it (a command or code
    that can be copied), which data it needs, and more than a page title about any of these.

    Why: It is the first thing that a user, a colleague and the engineer themself in a year will read.

    Example: Four sentences of purpose, `pip install -r requirements.txt`, `python train.py --data data/`, and where
    the data come from speak for; a title and a badge speak against.

    Limits: Judged by its parts, in any language; whether the commands work is not tried. A title alone tells no
    purpose, and `git clone` alone installs nothing. Long texts are not better. Where folders have a README each,
    nothing is said against a short one before them.
    """

    code = "COM101"
    moves: ClassVar = {"communication": Move(up=0.5, down=0.6), "craft": Move(up=0.25, down=0.25)}
    severity = "medium"
    why = "A project that cannot be understood from its front page is not used by anybody else."
    mend = "Say in a paragraph what it is for, then how to install, run and check it, with commands to copy."
    ask = "Explain in two sentences what this project is for, to somebody who has never heard of the method."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for the parts of the README nearest to the root."""
        if repo.code_lines < 20:
            return
        if repo.readme is None or repo.readme.path.count("/") > 1:
            if repo.complete:
                yield self.against(
                    f"No README for some {rounded(repo.code_lines):,} lines of code (tests and documentation apart).",
                    strength=1.0,
                )
            else:
                yield self.unknown("No README in this archive.")
            return
        document = repo.documents[0][1]
        parts = _parts(document)
        has = [name for name, there in parts.items() if there]
        # A sentence or two tell what it is for, if not well: that earns nothing, and nothing is said against it.
        opening = sum(section.words for section in document.sections[:4])
        hinted = {name for name, hint in _HINTS.items() if hint.search(repo.readme.text)}
        lacks = [n for n, there in parts.items() if not (there or n in hinted or (n == _PURPOSE and opening >= 8))]
        if purpose(repo) == "library":  # who uses a library brings the data
            lacks = [name for name in lacks if name != _DATA_TOLD]
        place = repo.at(repo.readme.path, 1)
        folder = repo.readme.path.rpartition("/")[0]
        name = f"The README in {folder}" if folder else "The README"
        folders = {path.rpartition("/")[0] for path in repo.glob("readme*") if 1 <= path.count("/") <= 2}
        if document.words < 30 and len(has) <= 1 and lacks and not folders - {folder, ".github", "docs"}:
            yield self.against(
                f"{name} has {'few' if document.words else 'hardly any'} words beside its headings and does not tell"
                f" {_or(lacks)}.",
                place,
                strength=1.0 - ramp(document.words, 0, 60) * 0.5,
                words=document.words,
            )
        elif len(has) >= 2:
            yield self.found(
                f"{name} tells {_and(has)}{f', but not {_or(lacks)}' if lacks else ''}.",
                place,
                strength=ramp(len(has), 1, 4) * ramp(document.words, 0, 150),
                words=document.words,
                parts=len(has),
            )


_PURPOSE = "what it is for"
_DATA_TOLD = "which data or models go with it"
_HINTS = {
    "how to install it": re.compile(
        r"install|instal|requirement|depend|environment|virtualenv|\bvenv|clone|docker|colab|download|set ?up"
        r"|prerequisit"
        r"|requisit|dipenden|librer|bibliote|pacchett|paquet|pacote|voraussetz|abhängig|testat|tested|prerekvi|wymaga"
        r"|\bbuild|\bmake\b|compose|インストール|環境|セットアップ|安裝|依赖|설치|환경|kurulum|zależn|instalac"
        r"|conda|\bpip|安装|环境|установ|einricht|tested (on|with)|built with|librar|technolog|\bpython ?\d",
        re.IGNORECASE,
    ),
    "how to run it": re.compile(
        r"```|`[^`\n]*\.(py|ipynb|sh)|\brun|\busage|execut|launch|\bstart|notebook|streamlit|docker|colab|demo|https?://[\w.-]*app"
        r"|\bpython[\d.]*[ \t]+\S|\.(py|ipynb|sh)\b|esegu|avvi|utiliz|nutz|benutz|anwend|uruchom|çalıştır|実行|使い方"
        r"|ejecu|ausf[üu]hr|运行|使用|запус|lanc",
        re.IGNORECASE,
    ),
    "which data or models go with it": re.compile(
        r"\bdata|model|corpus|corpora|images?\b|\.csv|kaggle|dato?s\b|daten|donn|dado|dati\b|weights|数据|данн",
        re.IGNORECASE,
    ),
}
"""Words by which a README may tell a part after all: then nothing is said of it."""


_OF_USE = re.compile(
    r"^\W*(set ?up|install|instala|requirement|pr[ée]-?requi|depend|usage|how to|como|cómo|run"
    r"|quick ?start|getting started"
    r"|licen[cs]e|einrichtung|nutzung|安装|使用)",
    re.IGNORECASE,
)
"""Headings under which nobody tells what a work is for."""


def _parts(document: Document) -> dict[str, bool]:
    """Which of the things that a front page has to tell are there."""
    first_sections = [section for section in document.sections[:4] if not _OF_USE.match(section.title)]
    opening = sum(section.words for section in first_sections)
    headed = any(count_words(section.title) >= 10 for section in document.sections[:3])
    says = any(
        _says_what(section.prose) and (at < 2 or _ON_PURPOSE.search(f"{section.title}\n{section.prose}"))
        for at, section in enumerate(document.sections[:4])
        if section in first_sections
    )
    text = "\n".join(f"{section.title}\n{section.prose}" for section in document.sections)
    blocks = "\n".join(block for _, block in document.code)
    data = any(
        (_DATA.search(s.title) and _LINK.search(s.prose + "\n".join(b for _, b in s.code))) or _tells_data(s)
        for s in document.sections
    )
    inline = "\n".join(re.findall(r"`([^`\n]{4,200})`", text))
    return {
        _PURPOSE: (opening >= 25 and says) or headed,
        "how to install it": bool(_INSTALL.search(text) or _INSTALL.search(blocks)),
        "how to run it": bool(
            _RUN.search(_PREPARES.sub("", blocks))
            or _RUN.search(_PREPARES.sub("", inline))
            or _HOSTED.search(text)
            or _RUN_LINE.search(text)
        ),
        _DATA_TOLD: data,
    }


def _says_what(prose: str) -> bool:
    """Whether a paragraph that is no list tells, in a sentence, what the work is or does and not how it came about."""
    for paragraph in re.split(r"\n\s*\n", prose):
        bare = " ".join(line for line in paragraph.split("\n") if not _ITEM.match(line))
        if count_words(bare) >= 8 and not _ABOUT_MAKING.match(bare.strip()):
            return True
    return False


_ON_PURPOSE = re.compile(
    r"^\W*(about|overview|introduc\w*|descri\w*|background|what|why|how|motiva\w*|abstract|summary|purpose|goals?|key|features?"
    r"|(project|general|problem)\b|proyecto|projeto|objetivo\w*|resum\w*|visão|einleitung|überblick|ziel\w*|idea)\b"
    r"|\b(this|our|the) (\w+ )?(repo\w*|project|package|library|work|tool|app\w*|system|thesis|assignment|study)\b"
    r"|\bis an? ([\w-]+ ){0,5}(tool\w*|library|package|framework|project|implementation|app\w*|api|service|system|model"
    r"|pipeline|module|collection|wrapper|extension|method|algorithm|network)\b"
    r"|\b(este|esse|dieses|ce|questo) (proyecto|projeto|projekt|projet|progetto)\b"
    r"|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0400-\u04ff]",
    re.IGNORECASE,
)
"""What a later section says when it tells what a work is for: the first two may say it in any words."""

_ITEM = re.compile(r"\s*([-*+]\s|\d+[.)]\s|\||#|!\[|\[!\[|<)")
_ABOUT_MAKING = re.compile(
    r"(note|warning|news|update|authors?|made by|developed by|this repository was made by|copyright|licen[cs]e"
    r"|autor(es)?|por razones)\b",
    re.IGNORECASE,
)


def _tells_data(section: Section) -> bool:
    """Whether a section names data or weights, and a link, a file or a download in the same or the next two lines."""
    blocks = "\n".join(block for _, block in section.code)
    lines = section.prose.split("\n")
    return any(
        _NAMED_DATA.search(line) and (_LINK.search("\n".join(lines[number : number + 3])) or _LINK.search(blocks))
        for number, line in enumerate(lines)
    )


class Results(Check):
    """Results that a reader can see

    What: A table with numbers, or figures that are neither badges nor logos, in the README or in documents beside it.

    Why: What came out is what the reader came for; without it nobody can tell whether the work worked.

    Example: A table of scores per data set, or a plot of predictions with a sentence, speaks for; a training
    repository whose README holds no number and no picture speaks against.

    Limits: Whether the numbers are right is for the statistics checks. What notebooks show is not counted here, also
    where they are the documentation. Libraries need no results, and nothing is said against them.
    """

    code = "COM102"
    moves: ClassVar = {"communication": Move(up=0.45, down=0.2)}
    why = "Readers want to see what came out, and how sure it is."
    mend = "Put the main result with its unit and its spread on the first page, and say in words what it means."
    ask = "What is the main result of this work, and what does it mean for somebody who would use it?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for tables and pictures in the texts."""
        texts = repo.documents
        tables = [repo.at(path, line) for path, d in texts for line in d.tables]
        pictures = [repo.at(path, line) for path, d in texts for line in d.pictures]
        if tables or pictures:
            shown = ", and ".join(
                f"{'at least one ' if n == 1 else ''}{what}{'' if n == 1 else 's'} {of}"
                for n, what, of in (
                    (len(tables), "table", "with numbers and the name of a metric or result"),
                    (len(pictures), "picture", "(badges and logos apart; what is on them was not looked at)"),
                )
                if n
            )
            yield self.found(
                f"The README or other texts show {shown}.",
                *first([*tables, *pictures], 3),
                strength=0.6 * ramp(len(tables), 0, 2) + 0.4 * ramp(len(pictures), 0, 3),
                tables=len(tables),
                figures=len(pictures),
            )
        elif (
            repo.complete
            and repo.readme is not None
            and "/" not in repo.readme.path
            and repo.ml.training
            and not repo.notebooks
            and not repo.glob("setup.py", "pyproject.toml", "setup.cfg")
            and not re.search(r"\d+\.\d+\s*%?|\d+\s*%", repo.readme.text)
            and not any(_RESULT_FILE.search(entry.path) for entry in repo.tree.files)
            and not (_PAPER.search(repo.readme.text) and repo.glob("*.pdf", "*.docx", "*.pptx"))
        ):
            yield self.against(
                "The code trains models, but no text was seen that tells what came out: a number, a table or a figure.",
                repo.at(repo.readme.path, 1),
            )


_RESULT_FILE = re.compile(
    r"(plots?|figures?|figs|results?|outputs?|reports?|scores?|losses|curves?|confusion|roc|metrics?|predictions?|submissions?)"
    r"[^/]*(/[^/]+)*\.(png|jpe?g|svg|pdf|csv|json|txt|xlsx|docx?|pptx?|gif)$",
    re.IGNORECASE,
)
"""Files of what came out, kept beside the code."""

_PAPER = re.compile(r"\.(pdf|docx|pptx)\b|\b(paper|report|thesis|slides|poster|presentation)\b", re.IGNORECASE)
"""Words of a README for a text that is kept beside it, which may tell what came out and is not read."""


class Guides(Check):
    """Documentation beyond the README

    What: Texts (Markdown, reStructuredText) of at least 80 words that go beyond the README. Licences, change logs,
    roadmaps, guides for contributors and orders to programs are left out.

    Why: A front page cannot hold a tutorial, a reference and the reasons for a design.

    Example: `docs/` with a tutorial, a how-to and explanations counts in full; an empty Sphinx skeleton for nothing.

    Limits: A wiki or web site kept elsewhere is not seen. Pages generated from docstrings are not counted.
    """

    code = "COM104"
    needs_whole = True
    moves: ClassVar = {"communication": Move(up=0.5), "craft": Move(up=0.1)}
    why = "People who were not there learn the work from its guides."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Count the pages with substance."""
        front = _lines(repo.documents[0][1]) if repo.documents and repo.readme else frozenset()
        pages = [
            (path, d)
            for path, d in repo.documents
            if d.words >= 80 and repo.readme and path != repo.readme.path and not _says_again(d, front)
        ]
        if pages:
            pages.sort(key=lambda page: -page[1].words)
            named = ", ".join(f"`{path}`" for path, _ in pages[:2])
            yield self.found(
                f"Beside the README there {'is a text' if len(pages) == 1 else 'are texts'} for readers of some 80"
                f" words of prose or more: {named}{' among others' if len(pages) > 2 else ''}.",
                *(repo.at(path, 1) for path, _ in pages[:3]),
                strength=ramp(len(pages), 0, 6),
                pages=len(pages),
                words=sum(d.words for _, d in pages),
            )


def _lines(document: Document) -> frozenset[str]:
    """The lines of prose that are long enough to be told apart."""
    return frozenset(
        bare for section in document.sections for line in section.prose.split("\n") if len(bare := line.strip()) >= 40
    )


def _says_again(document: Document, front: frozenset[str]) -> bool:
    """Whether most lines of a text are those of the front page."""
    own = _lines(document)
    return len(own & front) > 0.5 * len(own) if own else False


class ChangeLog(Check):
    """A change log that users can read

    What: A file of changes with at least two versions and words under them.

    Why: Users of a model or library have to know what an update changes for them.

    Example: `CHANGELOG.md` with versions 0.2 and 0.1 and a few lines each speaks for.

    Limits: Releases described on a hosting site only are not seen, and nothing is said against their absence.
    """

    code = "CRF202"
    moves: ClassVar = {"craft": Move(up=0.1)}
    why = "A change log tells users what an update means for them."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Count versions in the file."""
        for path in repo.glob(
            "change*log*", "changes*", "history.*", "news.*", "release*notes*", "whats_new*", "whats-new*", "whatsnew*"
        ):
            if path.endswith((".py", ".sh", ".yml", ".yaml", ".json")) or path.count("/") > 2:
                continue
            text = repo.text(path).text
            versions = len(set(re.findall(r"^\W{0,6}(?:version |release |v)?(\d+\.\d+[\w.+-]*)", text, re.M | re.I)))
            if versions >= 2 and count_words(text[:50_000]) >= 30:
                yield self.found(
                    f"A change log tells what changed in {some(versions, 'version')}.",
                    repo.at(path, 1),
                    versions=versions,
                )
                return


def _and(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _or(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} or {items[-1]}"


CHECKS: tuple[Check, ...] = (Readme(), Results(), Guides(), ChangeLog())
