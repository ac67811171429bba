"""Deployment: container images, read from their Dockerfiles."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, fraction, looked_at, ramp
from heldout.sources.repository.dockerfiles import Dockerfile, Instruction, dockerfiles
from heldout.sources.repository.repository import Repository

_OFFICIAL = frozenset(
    {
        "python",
        "ubuntu",
        "debian",
        "alpine",
        "centos",
        "fedora",
        "node",
        "nginx",
        "golang",
        "openjdk",
        "rust",
        "ruby",
        "php",
        "r-base",
    }
)


_WORKSHOP = re.compile(r"gitpod|\.devcontainer|\.vscode")
"""Paths of images for an editor, where the newest is what is wanted."""


_VERSION = re.compile(
    r"\d|bookworm|bullseye|buster|stretch|trixie|sid|jammy|focal|bionic|noble|xenial|\$|\{\{", re.IGNORECASE
)
"""What a tag has to hold to name a version: a number, or the name of a release; `alpine` and `stable` move on."""


def _public(image: str) -> bool:
    """Whether a name without a version is fetched from a registry, not built beside this one."""
    return "/" in image or image in _OFFICIAL


class ImageBase(Check):
    """Base images named by version

    What: Whether the base images of the project's Dockerfiles carry a version or a digest, or none or `latest`.

    Why: An image built on `latest` is another image tomorrow; the day it breaks, nobody can build the old one.

    Example: `FROM python:3.11-slim` speaks for, `FROM python` and `FROM tensorflow/tensorflow:latest-gpu` speak
    against.

    Limits: A tag says which version was meant, only a digest says which bytes. Names set by the builder's arguments
    without a default are left out.
    """

    code = "DEP121"
    moves: ClassVar = {"deployment": Move(up=0.1, down=0.3), "reproducibility": Move(up=0.1, down=0.1)}
    severity = "low"
    why = "A base without a version makes every build a different one."
    mend = "Name the version of the base image, or its digest."
    ask = "How would you rebuild last year's image of this project?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare pinned and floating bases."""
        files = [d for d in dockerfiles(repo) if not _WORKSHOP.search(d.path) and not d.path.startswith(repo.copies)]
        bases = [(d.path, b) for d in files for b in d.bases]
        own = {made.name for made in repo.declarations.distributions}
        floating = [
            (p, b)
            for p, b in bases
            if not b.digest
            and (not _VERSION.search(b.tag) or b.tag.startswith("latest"))
            and _public(b.image)
            and b.image.rpartition("/")[2] not in own
        ]
        if floating:
            _, base = floating[0]
            yield self.against(
                (f"{len(floating)} of {len(bases)} base images are" if len(bases) > 1 else "The base image is")
                + f" named without a version: `{base.image}{':' + base.tag if base.tag else ''}`.",
                *(repo.at(p, b.line) for p, b in first(floating, 3)),
                strength=fraction(len(floating), len(bases)),
                floating=len(floating),
                bases=len(bases),
            )
        elif bases and all(b.digest or _VERSION.search(b.tag) for _, b in bases):
            digests = sum(b.digest for _, b in bases)
            yield self.found(
                "Every base image that is fetched is named by version" + (f", {digests} by digest." if digests else ".")
                if len(bases) > 1
                else f"The base image is named by {'digest' if digests else 'version'}.",
                *(repo.at(p, b.line) for p, b in first(bases, 3)),
                strength=1.0 if digests else 0.7,
                bases=len(bases),
            )


_INSTALLS = re.compile(
    r"\b(pip3?|conda|mamba|poetry|pipenv|uv|npm)\b[^&;]{0,200}?\b(install|sync|env (create|update))\b"
)
_WHOLE = re.compile(r"^(--\S+\s+)*(\.|\./)\s+\S")
_SLIM = re.compile(r"slim|alpine|distroless|micromamba|minimal")


class ImageBuild(Check):
    """Images that build quickly and stay small

    What: Habits in Dockerfiles: dependencies installed before the code is copied (so that a change of code does
    not install all again), caches of pip and apt not kept, a slim base or several stages, a `.dockerignore`.

    Why: The image is built and shipped at every change; with data sets and caches in it, that takes minutes
    instead of seconds.

    Example: `COPY requirements.txt .`, `RUN pip install -r requirements.txt`, then `COPY . .` speaks for; `COPY
    . .` first and `pip install -r requirements.txt` after it speaks against.

    Limits: An install of the project itself (`pip install .`) needs the code and is not counted against.
    """

    code = "DEP122"
    moves: ClassVar = {"deployment": Move(up=0.15, down=0.15)}
    why = "An image that builds in seconds is built often; one that takes minutes is built rarely."
    mend = "Copy the dependency file and install from it first, copy the code after that."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Count the habits over all Dockerfiles."""
        images = dockerfiles(repo)
        if not images:
            return
        habits: dict[str, tuple[str, int]] = {}
        wrong: list[tuple[str, int]] = []
        beside = {image.path.rpartition("/")[0] for image in images} | {""}
        ignored = [p for p in repo.glob(".dockerignore", "*.dockerignore") if p.rpartition("/")[0] in beside]
        if ignored:
            habits["a .dockerignore"] = (ignored[0], 1)
        for image in images:
            for habit, line in self._habits(image):
                habits.setdefault(habit, (image.path, line))
            line = _code_before_packages(image)
            if line:
                wrong.append((image.path, line))
        if len(habits) >= 2:
            yield self.found(
                f"Habits in building images: {', '.join(habits)}.",
                *(repo.at(*place) for place in first(habits.values(), 4)),
                strength=ramp(len(habits), 0, 4),
                habits=len(habits),
            )
        if wrong:
            yield self.against(
                f"{looked_at(len(wrong), len(images), 'Dockerfile', 'copies', 'copy')} all code before the packages are"
                " installed, so each change installs them again.",
                *(repo.at(*place) for place in first(wrong, 3)),
                strength=fraction(len(wrong), len(images)),
                images=len(wrong),
            )

    def _habits(self, image: Dockerfile) -> Iterator[tuple[str, int]]:
        installs = [i for i in image.of("RUN") if _INSTALLS.search(i.value[:5000])]
        listed = next((i for i in installs if _BY_LIST.search(i.value[:5000])), None)
        if listed is not None and not _code_before(image, listed.line) and _copies_later(image, listed):
            yield "packages installed before the code is copied", listed.line
        for run in image.of("RUN"):
            if "--no-cache-dir" in run.value or "--mount=type=cache" in run.value or "conda clean" in run.value:
                yield "package caches left out", run.line
            if "rm -rf /var/lib/apt/lists" in run.value:
                yield "system package lists removed", run.line
        slim = next((b for b in image.bases if _SLIM.search(b.tag) or _SLIM.search(b.image)), None)
        if slim is not None:
            yield "a slim base", slim.line
        # Of an image of somebody else's one may copy too: that is no stage.
        if len(image.of("FROM")) > 1 and any(i.word == "COPY" and "--from=" in i.value for i in image.last_stage):
            yield "several stages", image.last_stage[0].line


_BY_LIST = re.compile(
    r"install\b[^&;]{0,200}(-r|--requirement)[\s=]*\S+|\b(poetry|pipenv|npm|yarn)\s+(install|ci)"
    r"|\buv sync|env (create|update)"
)
"""What installs all that is listed, and not one tool."""
_LISTS = re.compile(
    r"require|constraint|pyproject|\.lock|lock\.|pipfile|package(-lock)?\.json|environment|setup\.(py|cfg)|readme|\.toml|licen[cs]e"
    r"|poetry\.|\.whl|wheels?\b|deps|\.npmrc|conda",
    re.IGNORECASE,
)
"""Files that say what has to be installed, or that an installer asks for."""


def _code_before(image: Dockerfile, line: int) -> bool:
    """Whether anything but lists of packages is copied before a line, in its stage."""
    stage = next(i.stage for i in image.instructions if i.line == line)
    copies = [i for i in image.of("COPY", "ADD") if i.stage == stage and i.line < line and "--from" not in i.value]
    return any(not _LISTS.search(source) for i in copies for source in _sources(i.value))


def _sources(value: str) -> list[str]:
    """What a COPY copies: its words but the options and the last."""
    words = [word.strip("[]\"',") for word in value[:2000].split() if not word.startswith("--")]
    return words[:-1]


def _copies_later(image: Dockerfile, after: Instruction) -> bool:
    return any(i.line > after.line and "--from" not in i.value for i in image.of("COPY", "ADD"))


def _copies_all(value: str) -> bool:
    return bool(_WHOLE.match(value[:300]))


def _code_before_packages(image: Dockerfile) -> int:
    """The line of the copy of everything that stands before an install from a requirements file; 0 if none."""
    copied = stage = 0
    for instruction in image.instructions:
        if instruction.stage != stage:
            copied, stage = 0, instruction.stage
        if instruction.word in ("COPY", "ADD"):
            if not copied and _copies_all(instruction.value):
                copied = instruction.line
        elif (
            instruction.word == "RUN"
            and copied
            and re.search(r"install\b[^&;]{0,200}-r\s+\S+", instruction.value[:5000])
        ):
            own = re.search(r"(setup\.py|pip3? install\s+(-\S+\s+)*\.($|\s|\[))", instruction.value[:5000])
            if not own:
                return copied
    return 0


class ImageUser(Check):
    """Services that do not run as root

    What: Whether an image that serves requests changes to another user than root before it starts.

    Why: A model server reads input from strangers; a fault in it gives them what the process may do.

    Example: `USER app` before `CMD` speaks for; an image that exposes a port, starts a server and never leaves
    root speaks against, a little.

    Limits: The platform can set the user from outside, which the Dockerfile does not show. Images of development
    environments and training jobs are left alone.
    """

    code = "DEP123"
    moves: ClassVar = {"deployment": Move(up=0.1, down=0.1)}
    severity = "low"
    why = "What a server may do, whoever breaks into it may do too."
    mend = "Create a user in the image and change to it with USER before CMD."
    ask = "Under which rights does this service run, and why those?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look at the images that serve."""
        good, root = [], []
        for image in dockerfiles(repo):
            users = [i for i in image.last_stage if i.word == "USER"]
            named = [u for u in users if u.value.partition(":")[0].strip().lower() not in ("root", "0")]
            if users and named and users[-1] is named[-1]:
                good.append((image.path, named[-1].line))
            elif _serves_clearly(image) and repo.part(image.path) == "code":
                root.append((image.path, image.last_stage[-1].line))
        if good:
            yield self.found(
                f"{len(good)} image{'s' if len(good) > 1 else ''} leave{'s' if len(good) == 1 else ''} root "
                f"before starting.",
                *(repo.at(*place) for place in first(good, 3)),
                images=len(good),
            )
        elif root:
            yield self.against(
                f"The image{'s' if len(root) > 1 else ''} that serve{'s' if len(root) == 1 else ''} requests run"
                f"{'s' if len(root) == 1 else ''} as root.",
                *(repo.at(*place) for place in first(root, 3)),
                strength=0.7,
                images=len(root),
            )


def _serves_clearly(image: Dockerfile) -> bool:
    official = ("tensorflow/serving", "nvcr.io", "pytorch/torchserve", "tiangolo/", "nginx", "postgres", "jupyter/")
    exposed = any(i.word == "EXPOSE" and not re.search(r"\b(8888|6006|22)\b", i.value) for i in image.last_stage)
    starts = any(i.word in ("CMD", "ENTRYPOINT") and "jupyter" not in i.value for i in image.last_stage)
    return exposed and starts and not any(b.image.startswith(official) for b in image.bases)


_SECRET_NAME = re.compile(
    r"\b(\w*(?:PASSWORD|PASSWD|SECRET(?:_ACCESS)?_KEY|API_?KEY|ACCESS_TOKEN|AUTH_TOKEN"
    r"|PRIVATE_KEY))[= ]\s*[\"']?([^\s\"'$]{6,})"
)
_PLACEHOLDER = re.compile(
    r"change|example|your|xxx|placeholder|dummy|<|\*\*|test|none|null|true|false|secret$|password$", re.IGNORECASE
)
_SECRET_FILE = re.compile(
    r"(^|\s|/)(\.env|id_rsa|id_ed25519|\.aws|\.netrc|\.ssh|credentials(\.json)?|kaggle\.json"
    r"|service[-_]account\S*\.json)(/?)(\s|$)"
)


class ImageSecrets(Check):
    """Secrets built into an image

    What: Passwords, tokens and keys set by ENV or ARG with a literal value, and key files copied into the image.

    Why: Whoever can pull the image can read every layer of it, also one whose files were removed later.

    Example: `ENV API_KEY=9f86d081884c` and `COPY .env /app/.env` speak against; a secret mounted at build or
    passed at start is fine.

    Limits: Placeholders are left out by their wording. Development passwords of a local database count as well
    when they stand in an image.
    """

    code = "DEP124"
    moves: ClassVar = {"deployment": Move(down=0.4), "judgement": Move(down=0.3)}
    severity = "high"
    why = "A secret in a layer is a secret of everyone who pulls the image."
    mend = "Take the secret out, change it, and pass it when the container starts or by a build secret."
    ask = "Who could read this image, and is the value still in use?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look at ENV, ARG, COPY and ADD."""
        found = []
        for image in dockerfiles(repo):
            for instruction in image.of("ENV", "ARG"):
                match = _SECRET_NAME.search(instruction.value[:2000])
                if match and not _PLACEHOLDER.search(match[2]) and _plain(match[2]) not in _plain(match[1]):
                    found.append((image.path, instruction.line, f"`{match[1]}` has a literal value"))
            for instruction in image.of("COPY", "ADD"):
                match = _SECRET_FILE.search(instruction.value[:2000])
                if (
                    match
                    and "--from" not in instruction.value
                    and not (match[2] == ".env" and _harmless(repo, image.path))
                ):
                    found.append(
                        (
                            image.path,
                            instruction.line,
                            f"`{match[2]}`, which usually holds keys, is copied into the image",
                        )
                    )
        if found:
            surely = any("literal" in what or ".env" not in what for _, _, what in found)
            yield self.against(
                f"A Dockerfile builds what should stay secret into the image: {found[0][2]}.",
                *(repo.at(path, line).model_copy(update={"snippet": None}) for path, line, _ in first(found, 3)),
                severity="high" if surely else "medium",
                strength=1.0 if surely else 0.5,
                places=len(found),
            )


def _plain(name: str) -> str:
    """Letters and digits alone: a value that only repeats the name of its variable is a placeholder."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _harmless(repo: Repository, dockerfile: str) -> bool:
    """Whether the `.env` beside the Dockerfile can be read and holds nothing that looks like a secret."""
    path = f"{dockerfile.rpartition('/')[0]}/.env".lstrip("/")
    return path in repo.tree and not _SECRET_NAME.search(repo.text(path).text)


CHECKS: tuple[Check, ...] = (ImageBase(), ImageBuild(), ImageUser(), ImageSecrets())
