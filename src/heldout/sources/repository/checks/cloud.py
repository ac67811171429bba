"""Cloud: which operations of AWS, Google Cloud and Azure are really called, and how their failures are met."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, ramp
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import argument, says_something
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.tools import names, places, tools_used

SDK = re.compile(
    r"^(boto3|botocore|aioboto3|aiobotocore|s3fs|sagemaker|awswrangler|google\.(cloud|auth|oauth2)|gcsfs"
    r"|vertexai|azure|azureml|adlfs)(\.|$)"
)
# fmt: off
OPERATIONS = frozenset({
    "upload_file", "upload_fileobj", "download_file", "download_fileobj", "put_object", "get_object",
    "list_objects", "list_objects_v2", "copy_object", "delete_object", "delete_objects", "head_object",
    "get_paginator", "generate_presigned_url", "create_bucket", "send_message", "receive_message",
    "send_message_batch", "invoke", "invoke_endpoint", "put_item", "get_item", "update_item", "batch_writer",
    "scan", "publish", "put_record", "put_records", "create_training_job", "create_endpoint", "create_model",
    "describe_training_job", "run_instances", "start_query_execution", "get_query_execution",
    "get_query_results", "get_secret_value", "get_parameter", "put_metric_data", "submit_job", "start_job_run",
    "upload_from_filename", "upload_from_string", "upload_from_file", "download_to_filename",
    "download_as_string", "download_as_bytes", "download_as_text", "list_blobs", "get_bucket", "get_blob",
    "blob", "load_table_from_dataframe", "load_table_from_uri", "insert_rows_json", "to_dataframe",
    "access_secret_version", "get_secret", "upload_blob", "download_blob", "get_blob_client",
    "get_container_client", "submit", "create_or_update", "deploy", "batch_predict", "read_csv", "read_parquet",
    "to_parquet", "to_csv",
})
# fmt: on
# fmt: off
WEAK = frozenset({
    "blob", "invoke", "publish", "scan", "submit", "deploy", "read_csv", "read_parquet", "to_parquet", "to_csv",
    "get_bucket",
})
# fmt: on
"""Names that other libraries use too: counted only when another operation stands in the same file."""
_FAILURES = re.compile(
    r"(ClientError|BotoCoreError|NoCredentialsError|EndpointConnectionError|S3UploadFailedError|NoSuchKey"
    r"|NotFound|GoogleAPIError"
    r"|GoogleCloudError|GoogleAPICallError|Forbidden|ResourceNotFoundError|AzureError|HttpResponseError"
    r"|ResourceExistsError|WaiterError)$"
)


@dataclass(frozen=True, slots=True)
class CloudUse:
    """What one module does with a provider: lines, 0 for none."""

    operations: tuple[str, ...]
    line: int
    caught: int
    paged: int
    retried: int
    streamed: int
    unpaged: int


def uses_sdk(module: Module) -> bool:
    """Whether the module imports a provider's SDK for a purpose of its own."""
    # `file_utils.py` with s3_etag is copied from project to project with language models: it shows nobody's own use.
    return "s3_etag" not in module.text and any(SDK.match(name) for name in module.imports)


class _CloudCheck(Check):
    """Base of the checks that read SDK use."""

    parts = ("code", "example")

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note what the module does with a provider."""
        if uses_sdk(module):
            use = _read(module)
            if use is not None:
                yield use


def _read(module: Module) -> CloudUse | None:
    found = {name: calls[0].lineno for name in OPERATIONS if (calls := _there(module, name))}
    if not (found.keys() - WEAK):
        direct = [
            c.lineno for c, name in module.calls if re.match(r"(awswrangler|vertexai|sagemaker|azureml)\.\w+\.", name)
        ]
        if not direct:
            return None
        found = {"sdk": direct[0]}
    caught = next((h.lineno for h in module.nodes(ast.ExceptHandler) if h.type is not None and _catches(h.type)), 0)
    paged = _first_called(module, "get_paginator", "paginate", "by_page") or next(
        (
            n.lineno
            for n in module.nodes(ast.Constant)
            if n.value in ("NextContinuationToken", "IsTruncated", "NextToken")
        ),
        0,
    )
    retried = next(
        (
            c.lineno
            for k in ("retries", "retry", "max_attempts", "retry_total")
            for c in module.keyworded.get(k, ())
            if says_something(argument(c, k))
        ),
        0,
    ) or _first_called(module, "get_waiter", "wait_until_exists")
    retried = retried or next(
        (
            d.lineno
            for f, _ in module.functions
            for d in f.decorator_list
            if re.match(r"[\w.]*retry", ast.unparse(d)[:60])
        ),
        0,
    )
    streamed = _first_called(
        module, "TransferConfig", "upload_fileobj", "download_fileobj", "iter_chunks", "chunks"
    ) or next(
        (
            c.lineno
            for k in ("chunk_size", "max_concurrency", "multipart_threshold")
            for c in module.keyworded.get(k, ())
        ),
        0,
    )
    return CloudUse(
        tuple(sorted(found)), min(found.values()), caught, paged, retried, streamed, 0 if paged else _unpaged(module)
    )


def _there(module: Module, name: str) -> list[ast.Call]:
    """The calls of this name; of those that tables have too, only calls that name a place in the cloud."""
    calls = module.called.get(name, [])
    if name not in ("read_csv", "read_parquet", "to_parquet", "to_csv"):
        return calls
    return [c for c in calls if re.search(r"['\"](s3a?|gs|gcs|abfss?|az|wasbs?)://", ast.unparse(c)[:300])]


def _catches(kind: ast.expr) -> bool:
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(_FAILURES.search(k.attr if isinstance(k, ast.Attribute) else getattr(k, "id", "")) for k in kinds)


def _first_called(module: Module, *wanted: str) -> int:
    return next((module.called[name][0].lineno for name in wanted if module.called.get(name)), 0)


def _unpaged(module: Module) -> int:
    """A listing of a bucket that stops at the first thousand keys: no paging, no small MaxKeys."""
    for name in ("list_objects_v2", "list_objects"):
        for call in module.called.get(name, ()):
            keys = {k.arg for k in call.keywords}
            if (
                isinstance(call.func, ast.Attribute)
                and "Bucket" in keys
                and not keys & {"MaxKeys", None, "ContinuationToken", "Marker"}
            ):
                return call.lineno
    return 0


class CloudOperations(_CloudCheck):
    """A provider's services used from code

    What: Operations on AWS, Google Cloud or Azure that code calls through the provider's SDK (store, fetch,
    query, queue, train, deploy), or that scripts call on the command line.

    Why: Data and models of most companies live there; a call that is really made tells more than a name in a
    list of skills.

    Example: `s3.upload_file(path, bucket, key)` or `client.query(sql).to_dataframe()` speak for; `import boto3` alone
    does not.

    Limits: Data read through a URL by pandas (`s3://...`) are not counted. Calls wrapped by a framework are not seen.
    """

    code = "CLD101"
    moves: ClassVar = {"cloud": Move(up=0.45)}
    why = "Calls that are really made show which services this person has worked with."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Count the operations that differ."""
        uses = [(n.path, n.note) for n in repo.notes(self) if isinstance(n.note, CloudUse)]
        providers = tools_used(repo, "cloud-aws", "cloud-gcp", "cloud-azure")
        scripts = [use for use in providers if use.tool.id.endswith("-cli")]
        kinds = sorted({name for _, use in uses for name in use.operations})
        if uses:
            named = (
                f" ({names(u for u in providers if u not in scripts)})"
                if any(u not in scripts for u in providers)
                else ""
            )
            shown = ", ".join(f"`{k}`" for k in kinds[:8]) + (f" and {len(kinds) - 8} more" if len(kinds) > 8 else "")
            yield self.found(
                f"At least {len(uses)} {'file calls' if len(uses) == 1 else 'files call'} cloud services, or what"
                f" answers like them, by a provider's library{named}: {shown}.",
                *(repo.at(p, use.line) for p, use in first(uses, 3)),
                strength=0.4 + 0.6 * ramp(len(kinds), 1, 6),
                ask="What did this cost a month, and how do you know?",
                files=len(uses),
                operations=len(kinds),
            )
        elif scripts:
            yield self.found(
                f"Scripts call a cloud provider by its command line ({names(scripts)}).",
                *places(repo, scripts),
                strength=0.3,
            )


class CloudFailures(_CloudCheck):
    """Failures and sizes of the cloud met in code

    What: In files that call a provider: its errors caught by name, listings paged, retries and waiters,
    streamed or multipart transfers; and listings of a bucket that silently end after the first thousand keys.

    Why: The network fails, and a bucket grows: code that never met either works only in the demonstration.

    Example: `paginator = s3.get_paginator("list_objects_v2")` and `except ClientError` speak for; a lone
    `s3.list_objects_v2(Bucket=b)["Contents"]` speaks against.

    Limits: SDKs retry some failures by themselves, which is not counted. A listing that can never be long is
    reported too.
    """

    code = "CLD102"
    moves: ClassVar = {"cloud": Move(up=0.45, down=0.3), "robustness": Move(up=0.1)}
    severity = "medium"
    why = "A listing that stops at 1,000 keys loses data without an error."
    mend = "Page through the listing with get_paginator."
    ask = "What does this code do when the bucket holds a million objects?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Sum up the kinds of care, and the listings without pages."""
        uses = [(n.path, n.note) for n in repo.notes(self) if isinstance(n.note, CloudUse)]
        care: dict[str, tuple[str, int]] = {}
        for path, use in uses:
            for kind, line in (
                ("the provider's errors are caught by name", use.caught),
                ("listings are paged", use.paged),
                ("failed calls are retried or waited for", use.retried),
                ("large transfers are streamed or cut in parts", use.streamed),
            ):
                if line:
                    care.setdefault(kind, (path, line))
        if care:
            yield self.found(
                f"In code that calls the cloud, {', '.join(care)}.",
                *(repo.at(*place) for place in first(care.values(), 4)),
                strength=ramp(len(care), 0, 3),
                kinds=len(care),
            )
        short = [(p, use) for p, use in uses if use.unpaged]
        if short:
            yield self.against(
                f"At least {len(short)} listing{'s' if len(short) > 1 else ''} of a bucket"
                f" end{'s' if len(short) == 1 else ''} after the first 1,000 keys.",
                *(repo.at(p, use.unpaged) for p, use in first(short, 3)),
                strength=ramp(len(short), 0, 2),
                places=len(short),
            )


class CloudTests(Check):
    """Cloud code tested without the cloud

    What: Tests that use a fake or local service of the cloud: moto, LocalStack, MinIO, emulators of Google
    Cloud, Azurite, botocore's Stubber.

    Why: Code that can only be tried against the real account is tried rarely, and costs money or data when it
    is wrong.

    Example: `@mock_aws` on a test that writes and lists objects speaks for.

    Limits: A local service in a compose file counts when the project also calls a cloud SDK.
    """

    code = "CLD105"
    moves: ClassVar = {"cloud": Move(up=0.3)}
    why = "Tests against a local service find the mistakes before the real account does."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for fakes in tests and in files."""
        fakes = [
            (m.path, line)
            for m in repo.tests
            for name, line in sorted(m.imports.items())
            if name.partition(".")[0] == "moto" or name.endswith(("stub.Stubber", "testcontainers.localstack"))
        ]
        uses = tools_used(repo, "cloud-fake")
        calls = tools_used(repo, "cloud-aws", "cloud-gcp", "cloud-azure", depth="mentioned")
        if fakes or (uses and calls):
            yield self.found(
                "Code for the cloud is tested against a local stand-in in"
                f" at least {len(fakes)} file{'s' if len(fakes) > 1 else ''}."
                if fakes
                else f"Something that answers like a cloud's own service is set up to run outside it: {names(uses)}.",
                *(repo.at(*place) for place in first(fakes, 3)),
                *places(repo, uses, 1),
                strength=1.0 if fakes else 0.5,
                files=len(fakes),
            )


CHECKS: tuple[Check, ...] = (CloudOperations(), CloudFailures(), CloudTests())
