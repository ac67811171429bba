"""The case: the folder that joins the commands.

    case.toml                       title, the role's frozen identity, the subjects
    standard.json                   the frozen copy of the role and of the competencies it is read by
    subjects/ada/evidence/*.json    one file per run of a source on an artifact
    subjects/ada/interviews/*.json  one file per scorecard that an interviewer handed in
    kits/*.json                     who asks what in interviews, frozen once made
    questions/*.yaml                the company's own interview questions
    decision/*.json                 what was decided, by whom and why, and how it turned out

All of it can be read and mended by hand; what is wrong is told with the file and, where it can be, the line.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from heldout.errors import InputError
from heldout.evidence.files import locked, read_text, to_mend, write_atomically
from heldout.evidence.types import Artifact, Dossier, Evidence, Finding
from heldout.standard import Role, RoleIdentity, Standard

SCHEMA = 1
_Model = TypeVar("_Model", bound=BaseModel)
_SLUG = r"^[\p{L}\p{N}\p{M}]+(-[\p{L}\p{N}\p{M}]+)*$"
SubjectKind = Literal["person", "freelancer", "agency", "team"]
SubjectPart = Literal["evidence", "interviews"]
CasePart = Literal["decision", "kits"]
NOBODY, LATER = "nobody", "later"
"""What can be decided beside a subject: nobody of them, or to look further first. No subject goes by these names."""


class CaseError(InputError):
    """A case folder, or what was asked of it, cannot be used; the message names the file and the mend."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Subject(_Frozen):
    """The person, agency or team looked at. `slug` names its folder, `name` is what people read."""

    slug: str = Field(pattern=_SLUG, max_length=60)
    name: str = Field(min_length=1, max_length=100)
    kind: SubjectKind = "person"


class SubjectEntry(_Frozen):
    """A subject as `case.toml` keeps it, under its slug."""

    name: str = Field(min_length=1, max_length=100)
    kind: SubjectKind = "person"


class CaseFile(_Frozen):
    """What `case.toml` holds."""

    schema_: Literal[1] = Field(alias="schema")
    title: str = Field(min_length=1, max_length=200)
    created: datetime
    role: RoleIdentity
    subjects: dict[str, SubjectEntry] = Field(default_factory=dict)


class EvidenceFile(_Frozen):
    """What one file of `subjects/NAME/evidence/` holds: the dossier of one run."""

    schema_: Literal[1] = Field(alias="schema")
    source: str
    written_at: datetime
    dossier: Dossier


class StandardFile(_Frozen):
    """What `standard.json` holds: the yardstick as it was when the case was made."""

    schema_: Literal[1] = Field(alias="schema")
    standard: Standard


@dataclass(frozen=True)
class Case:
    """A case folder. Subjects and evidence are read anew at each access: other processes may write them."""

    path: Path
    title: str
    created: datetime
    identity: RoleIdentity
    standard: Standard

    @classmethod
    def create(cls, path: Path, *, standard: Standard, role: Role, title: str = "") -> Self:
        """Make a case folder for `role` of `standard`; raises CaseError when the folder is in use."""
        try:
            path.mkdir(parents=True, exist_ok=True)
            with locked(path):
                if any(entry.name != ".lock" for entry in path.iterdir()):
                    raise CaseError(f"{path} is not empty; name a new folder for the case")
                frozen = StandardFile(schema=SCHEMA, standard=standard.for_role(role))
                write_atomically(path / "standard.json", frozen.model_dump_json(by_alias=True, indent=1) + "\n")
                content = CaseFile(
                    schema=SCHEMA,
                    title=title or f"{role.name}",
                    created=datetime.now(UTC).replace(microsecond=0),
                    role=standard.identity(role),
                )
                write_atomically(path / "case.toml", _toml(content))
        except OSError as error:
            raise CaseError(f"cannot make the case {path} ({error.strerror}); choose a folder to write to") from error
        except ValidationError as error:
            raise CaseError(f"the case cannot be made: {_words(error)}; give a title of 1 to 200 characters") from error
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """The case in `path`; raises CaseError when there is none, or when its files are wrong."""
        if not (path / "case.toml").is_file():
            raise CaseError(f"{path} is no case (it has no case.toml); make one: heldout case new {path} --role ROLE")
        content = _read_case_file(path)
        standard = _read_standard(path, content.role)
        return cls(path, content.title, content.created, content.role, standard)

    @property
    def role(self) -> Role:
        """The role as it was when the case was made."""
        return self.standard.roles[0]

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """Everyone looked at, in the order in which they were added; raises CaseError when case.toml is wrong."""
        return _subjects(_read_case_file(self.path))

    def subject(self, name: str) -> Subject:
        """The subject of that name or slug; raises CaseError when there is none, naming those that there are."""
        found = _find(self.subjects, name)
        if found is None:
            known = ", ".join(subject.name for subject in self.subjects) or "none yet"
            raise CaseError(
                f"the case has no subject {name!r}; it has: {known}. "
                f"Somebody new: heldout case add-subject {self.path} NAME"
            )
        return found

    def add_subject(self, name: str, kind: SubjectKind = "person") -> Subject:
        """Add a subject; raises CaseError when the name is taken (letter case apart) or cannot name a folder."""
        with locked(self.path):
            return self._add(name, kind)

    def ensure_subject(self, name: str, kind: SubjectKind = "person") -> Subject:
        """The subject of that name, added when absent; raises CaseError as `add_subject` does."""
        with locked(self.path):
            return _find(self.subjects, name) or self._add(name, kind)

    def _add(self, name: str, kind: SubjectKind) -> Subject:
        content = _read_case_file(self.path)
        subject = Subject(slug=slug(name), name=_display(name), kind=kind)
        if subject.slug in (NOBODY, LATER):
            raise CaseError(
                f"{name!r} is what `heldout decide --choose` takes for a decision without a name; write a longer name, "
                "with a first name or a place say"
            )
        for other in _subjects(content):
            if other.slug == subject.slug:
                raise CaseError(
                    f"{name!r} would share the folder of the subject {other.name!r}; "
                    f"write {other.name!r} if it is the same one, or a name that differs in letters or digits"
                )
        entry = SubjectEntry(name=subject.name, kind=kind)
        changed = content.model_copy(update={"subjects": {**content.subjects, subject.slug: entry}})
        write_atomically(self.path / "case.toml", _toml(changed))
        return subject

    def write_dossier(self, dossier: Dossier, *, kind: SubjectKind = "person") -> Path:
        """Keep the dossier of one run under its subject (added when absent), and return the file written.

        The name is made of source and content looked at, so the same review of the same thing replaces itself.
        """
        with locked(self.path):
            subject = _find(self.subjects, dossier.subject) or self._add(dossier.subject, kind)
            source = "+".join(sorted({evidence.source for evidence in dossier.evidence})) or "findings"
            folder = self.folder_of(subject, "evidence")
            folder.mkdir(parents=True, exist_ok=True)
            target = folder / f"{slug(source)}-{_content_name(dossier.artifacts)}.json"
            content = EvidenceFile(schema=SCHEMA, source=source, written_at=datetime.now(UTC), dossier=dossier)
            write_atomically(target, content.model_dump_json(by_alias=True, indent=1) + "\n")
        return target

    def dossier(self, subject: str | Subject) -> Dossier:
        """All evidence about one subject, of all runs; where two runs say the same thing's worth, the later one's.

        Raises CaseError when there is no such subject or a file is wrong (all wrong files at once).
        """
        found = subject if isinstance(subject, Subject) else self.subject(subject)
        files, problems = [], []
        for path in sorted(self.folder_of(found, "evidence").glob("*.json")):
            try:
                files.append(read_model(path, EvidenceFile))
            except CaseError as error:
                problems.append(str(error))
        if problems:
            raise CaseError("\n".join(problems))
        return _merged(found.name, self.role.id, sorted(files, key=lambda file: file.written_at))

    def delete_subject(self, name: str) -> tuple[Path, ...]:
        """Remove a subject's files and its entry for good, and return what was removed, relative to the case.

        Links are removed, never followed. Raises CaseError when there is no such subject.
        """
        with locked(self.path):
            subject = self.subject(name)
            if (self.path / "subjects").is_symlink():
                raise CaseError(
                    f"{self.path / 'subjects'} is a link; what it leads to is not deleted, remove it by hand"
                )
            removed = _remove(self.path / "subjects" / subject.slug)
            content = _read_case_file(self.path)
            kept = {key: entry for key, entry in content.subjects.items() if key != subject.slug}
            write_atomically(self.path / "case.toml", _toml(content.model_copy(update={"subjects": kept})))
        return tuple(path.relative_to(self.path) for path in removed)

    def folder(self, part: CasePart) -> Path:
        """The case's folder of that name, there or not; raises CaseError when it leads out of the case."""
        return _no_link(self.path / part)

    def folder_of(self, subject: Subject, part: SubjectPart) -> Path:
        """The subject's folder for evidence or interviews, there or not; raises CaseError for a way out of the case.

        Everything about a subject lies below its folder, so that deleting the subject deletes it all.
        """
        return _no_link(_no_link(_no_link(self.path / "subjects") / subject.slug) / part)


def _no_link(folder: Path) -> Path:
    if folder.is_symlink():
        raise CaseError(f"{folder} is a link; put the folder itself there, so that nothing leaves the case")
    return folder


def slug(name: str) -> str:
    """The folder name for a subject's name: small letters and digits of any script, joined by hyphens.

    Raises CaseError when nothing is left of the name, or when it is longer than 100 characters.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", _display(name)).casefold())
    letters = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in folded)
    result = "-".join(letters.split())[:60].rstrip("-")
    if not result:
        raise CaseError(f"{name!r} has no letter or digit to name a folder by; write a name with some")
    return result


def _display(name: str) -> str:
    """The name as people read it: trimmed, composed, on one line; raises CaseError for what cannot be shown."""
    shown = unicodedata.normalize("NFC", " ".join(name.split()))
    if len(shown) > 100:
        raise CaseError(f"the name {shown[:20]!r}... has more than 100 characters; shorten it")
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in shown):
        raise CaseError(f"the name {shown!r} holds characters that cannot be seen; type it anew")
    return shown


def _find(subjects: tuple[Subject, ...], name: str) -> Subject | None:
    shown = _display(name)
    return next((subject for subject in subjects if shown in (subject.name, subject.slug)), None)


def _subjects(content: CaseFile) -> tuple[Subject, ...]:
    return tuple(Subject(slug=key, name=entry.name, kind=entry.kind) for key, entry in content.subjects.items())


def _content_name(artifacts: tuple[Artifact, ...]) -> str:
    """A short name for exactly these contents, whatever their order."""
    digests = sorted(artifact.digest or artifact.origin for artifact in artifacts)
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()[:16]


def _merged(subject: str, role: str, files: list[EvidenceFile]) -> Dossier:
    """One dossier of many, oldest first; the later of two equal observations wins."""
    artifacts: dict[tuple[str, ...], Artifact] = {}
    evidence: dict[tuple[str, ...], Evidence] = {}
    findings: dict[str, Finding] = {}
    for file in files:
        for artifact in file.dossier.artifacts:
            artifacts[artifact.kind, artifact.origin, artifact.digest] = artifact
        for one in file.dossier.evidence:
            key = (one.competency, one.source, one.instrument, one.rater, one.group, one.subject_digest)
            evidence[key] = one
        for finding in file.dossier.findings:
            findings[finding.model_dump_json()] = finding
    return Dossier(
        subject=subject,
        role=role,
        artifacts=tuple(artifacts.values()),
        evidence=tuple(evidence.values()),
        findings=tuple(findings.values()),
    )


def _remove(folder: Path) -> list[Path]:
    """Delete a folder (or the link that stands in its place) and list what was in it."""
    if folder.is_symlink():
        folder.unlink()
        return [folder]
    if not folder.exists():
        return []
    inside = sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    shutil.rmtree(folder)
    return [*inside, folder]


def _read_case_file(folder: Path) -> CaseFile:
    """`case.toml`, checked; raises CaseError."""
    path = folder / "case.toml"
    # Readers hold no lock. Whoever adds a subject writes case.toml before the folder, so the folders are listed
    # first; whoever deletes one removes the folder first, so a stray must still be there after case.toml was read.
    present = [entry for entry in (folder / "subjects").glob("*") if not entry.name.startswith(".")]
    try:
        content = CaseFile.model_validate(tomllib.loads(read_text(path)))
        crooked = [subject.slug for subject in _subjects(content) if slug(subject.slug) != subject.slug]
    except tomllib.TOMLDecodeError as error:
        raise CaseError(f"{path} is not TOML: {error}; mend it by hand") from error
    except ValidationError as error:
        raise CaseError(_schema_message(path, error)) from error
    except (OSError, ValueError) as error:
        raise CaseError(f"{path} cannot be read: {error}; {to_mend(error)}") from error
    if crooked:
        raise CaseError(
            f"{path}: [subjects.{_quoted(crooked[0])}] must be {slug(crooked[0])!r}: small letters, no signs"
        )
    wanted = {subject.slug for subject in _subjects(content)}
    strays = [(unicodedata.normalize("NFKC", entry.name), entry) for entry in present]
    if unknown := sorted(name for name, entry in strays if name not in wanted and os.path.lexists(entry)):
        raise CaseError(
            f"{folder / 'subjects' / unknown[0]} belongs to no subject of {path}; "
            f'add a table [subjects."{unknown[0]}"] with its name there, or remove the folder'
        )
    return content


def _read_standard(folder: Path, identity: RoleIdentity) -> Standard:
    """The frozen standard, still the one that case.toml names; raises CaseError."""
    path = folder / "standard.json"
    standard = read_model(path, StandardFile).standard
    if len(standard.roles) != 1 or standard.identity(standard.roles[0]) != identity:
        raise CaseError(
            f"{path} is not the {identity} that {folder / 'case.toml'} was made for; restore it, "
            "or make a new case with a new version of the role: a standard does not change once it is in use"
        )
    return standard


def read_model(path: Path, model: type[_Model]) -> _Model:
    """A JSON file of a case as `model`; raises CaseError that names the file and what is wrong in it."""
    try:
        return model.model_validate_json(read_text(path))
    except ValidationError as error:
        raise CaseError(_schema_message(path, error)) from error
    except (OSError, ValueError) as error:
        raise CaseError(f"{path} cannot be read: {error}; {to_mend(error)}, or run the command again") from error


def _schema_message(path: Path, error: ValidationError) -> str:
    for detail in error.errors():
        if detail["loc"] == ("schema",) and isinstance(detail["input"], int):
            if detail["input"] > SCHEMA:
                return (
                    f"{path} was written by a newer Heldout (schema {detail['input']}); upgrade: pip install -U heldout"
                )
            return (
                f"{path} has schema {detail['input']}, older than any that this Heldout reads (schema {SCHEMA}); "
                "restore it from a copy, or make the case anew"
            )
    return f"{path} is not as it was written: {_words(error)}; restore it or run the command again"


def _words(error: ValidationError) -> str:
    shown = [f"{'.'.join(map(str, detail['loc'])) or 'file'}: {detail['msg']}" for detail in error.errors()]
    return "; ".join(shown[:5]) + (f"; and {len(shown) - 5} more" if len(shown) > 5 else "")


def _toml(content: CaseFile) -> str:
    """`case.toml` as people would write it."""
    lines = [
        "# A Heldout case. The role is frozen: to change it, make a new case.",
        f"schema = {content.schema_}",
        f"title = {_quoted(content.title)}",
        f"created = {content.created.isoformat()}",
        "",
        "[role]",
        *(f"{key} = {_quoted(value)}" for key, value in content.role.model_dump().items()),
    ]
    for key, entry in content.subjects.items():
        table: Mapping[str, str] = entry.model_dump()
        lines += ["", f"[subjects.{_quoted(key)}]", *(f"{name} = {_quoted(value)}" for name, value in table.items())]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's, save for DEL, which JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
