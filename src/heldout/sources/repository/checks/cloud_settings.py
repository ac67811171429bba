"""Cloud: where keys and names come from: settings, or the code itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, fraction, ramp
from heldout.sources.repository.checks.cloud import OPERATIONS, SDK, WEAK, uses_sdk
from heldout.sources.repository.checks.practice import plural
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import argument, called_name, constant, literal_of
from heldout.sources.repository.repository import Repository

# fmt: off
_KEYS = (
    "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "account_key", "sas_token",
    "client_secret", "service_account_key", "connection_string", "conn_str",
)
# fmt: on
_DUMMY = re.compile(
    r"test|fake|dummy|example|mock|minio|your|xxx|change|placeholder|foo|bar|<|\*|^.{0,7}$|local", re.IGNORECASE
)
_CHAIN = re.compile(
    r"(DefaultAzureCredential|ManagedIdentityCredential|AzureCliCredential|google\.auth\.default|get_execution_role"
    r"|Workspace\.from_config|secretmanager\.SecretManagerServiceClient|SecretClient)$"
)


class CloudCredentials(Check):
    """Keys of the cloud kept out of code

    What: Clients made with keys written into the code, against clients that take theirs from the environment, a
    role, a profile or a secret store.

    Why: A key in code is copied with it, for ever; whoever finds it spends the owner's money and reads the
    owner's data.

    Example: `boto3.client("s3")` and `DefaultAzureCredential()` speak for;
    `boto3.client("s3", aws_secret_access_key="wJalr...")` speaks against.

    Limits: Placeholders, test values and keys of local services (minio) are left out by their wording. The value is
    never shown. Keys elsewhere in the repository are looked at by the checks of safety.
    """

    code = "CLD103"
    moves: ClassVar = {"cloud": Move(up=0.25, down=0.9)}
    severity = "high"
    why = "A key in code is a key of everyone who ever saw the code."
    mend = "Revoke the key, and let the SDK find one in the environment, a role or a secret store."
    ask = "Is this key still valid, and how would you find out who has used it?"
    parts = ("code", "example")

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note clients by how they get their keys."""
        if not uses_sdk(module):
            return
        for key in _KEYS:
            for call in module.keyworded.get(key, ()):
                value = constant(argument(call, key))
                if isinstance(value, str) and not _DUMMY.search(value):
                    place = module.location(call, call.lineno).model_copy(update={"snippet": None})
                    yield self.against(f"A client of the cloud is made with a literal `{key}`.", place, key=key)
        for call, name in module.calls:
            if _CHAIN.search(name) or (
                name
                in (
                    "boto3.client",
                    "boto3.resource",
                    "boto3.Session",
                    "boto3.session.Session",
                    "google.cloud.storage.Client",
                    "google.cloud.bigquery.Client",
                    "s3fs.S3FileSystem",
                    "gcsfs.GCSFileSystem",
                )
                and not any(
                    k.arg in _KEYS or k.arg in ("key", "secret", "credentials") or k.arg is None for k in call.keywords
                )
            ):
                yield call.lineno
                return

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Report the clients that find their keys outside the code."""
        found = repo.notes(self)
        if found:
            yield self.found(
                f"Clients of the cloud in at least {len(found)} file{'s' if len(found) > 1 else ''} find their keys "
                f"outside the code.",
                *(repo.at(n.path, n.note) for n in first(found, 3)),
                strength=ramp(len(found), 0, 2),
                files=len(found),
            )


# fmt: off
_NAMED = (
    "Bucket", "bucket", "bucket_name", "region_name", "QueueUrl", "TableName", "EndpointName", "project",
    "container_name", "dataset_id",
)
# fmt: on


class CloudNames(Check):
    """Buckets, regions and projects as settings

    What: Whether names of buckets, queues, tables, projects and regions are written into the calls or passed in
    as settings.

    Why: A name in the code ties it to one account and one stage: the same code cannot run in a test account or
    at a customer's.

    Example: `s3.upload_file(path, settings.bucket, key)` speaks for; `Bucket="johns-ml-bucket-2"` in the call
    speaks against.

    Limits: A constant at the top of a module counts as neither. Public data sets' buckets are named in code for
    good reason; examples are left alone.
    """

    code = "CLD104"
    moves: ClassVar = {"cloud": Move(up=0.25, down=0.25)}
    why = "Code that takes its bucket and region as settings runs in every account."
    mend = "Take the names from configuration or the environment."
    ask = "What would have to be changed to run this in another account?"
    parts = ("code",)

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note literal and passed names of calls in a module that uses an SDK."""
        if not uses_sdk(module) or module.notebook is not None:
            return
        literal, passed = 0, 0
        line = fixed = 0
        for keyword in _NAMED:
            for call in module.keyworded.get(keyword, ()):
                value = argument(call, keyword)
                if not (isinstance(call.func, ast.Attribute) and _cloud_call(module, call)):
                    continue
                if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
                    literal += 1
                    fixed = fixed or call.lineno
                elif value is not None and _from_outside(module, value):
                    passed += 1
                    line = line or call.lineno
        for name in ("upload_file", "download_file", "Bucket", "bucket", "get_bucket", "upload_fileobj"):
            for call in module.called.get(name, ()):
                position = 1 if name.startswith("upload") else 0
                value = call.args[position] if len(call.args) > position else None
                if (
                    isinstance(call.func, ast.Attribute)
                    and isinstance(value, ast.Constant)
                    and isinstance(value.value, str)
                ):
                    literal += 1
                    fixed = fixed or call.lineno
                elif isinstance(call.func, ast.Attribute) and value is not None and _from_outside(module, value):
                    passed += 1
                    line = line or call.lineno
        if literal or passed:
            yield literal, passed, fixed, line

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare literal and passed names."""
        found = repo.notes(self)
        literal = sum(n.note[0] for n in found)
        passed = sum(n.note[1] for n in found)
        if passed and passed >= 2 * literal:
            where = [(n.path, n.note[3]) for n in found if n.note[3]]
            yield self.found(
                f"At least {plural(passed, 'call')} to a cloud {'takes' if passed == 1 else 'take'} the name of a"
                f" bucket, region, endpoint, table or project as a setting;"
                f" {literal or 'none'} {'was' if literal < 2 else 'were'} seen with a fixed one.",
                *(repo.at(*place) for place in first(where, 3)),
                strength=fraction(passed, passed + literal) * ramp(passed, 0, 4),
                passed=passed,
                literal=literal,
            )
        elif literal >= 2:
            where = [(n.path, n.note[2]) for n in found if n.note[2]]
            yield self.against(
                f"At least {literal} calls to a cloud have the name of a bucket, region, endpoint, table or project"
                " written into them.",
                *(repo.at(*place) for place in first(where, 3)),
                strength=fraction(literal, passed + literal) * ramp(literal, 0, 5),
                passed=passed,
                literal=literal,
            )


def _from_outside(module: Module, value: ast.expr) -> bool:
    """Whether a name of something is given by a variable, and that is no literal of the file."""
    given = isinstance(value, ast.Name | ast.Attribute | ast.Subscript | ast.Call)
    return given and literal_of(module, value) is None


def _cloud_call(module: Module, call: ast.Call) -> bool:
    name = module.resolve(call.func)
    return bool(SDK.match(name)) if name else called_name(call) in OPERATIONS - WEAK


CHECKS: tuple[Check, ...] = (CloudCredentials(), CloudNames())
