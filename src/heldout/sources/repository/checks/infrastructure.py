"""Cloud: infrastructure as code, the rights that it grants, and what it does about cost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, first, ramp
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.tools import tools_used

_LARGEST = 200_000
"""Bytes of the largest file that is looked at: what people write is shorter, what is longer is data."""
_FILES = ("*.tf", "*.bicep", "*.yml", "*.yaml", "*.json")
_RESOURCES = (
    ("Terraform", re.compile(r'^[ \t]*(?:resource|module)\s+"([\w.-]+)"', re.MULTILINE)),
    ("Bicep", re.compile(r"^[ \t]*(?:resource|module)\s+\w+\s+'([^'\n]+)'", re.MULTILINE)),
    ("CloudFormation", re.compile(r'^[ \t]*"?Type"?\s*:\s*["\']?((?:AWS|Custom|Alexa)::[\w:]+)', re.MULTILINE)),
)


def _sources(repo: Repository) -> Iterator[tuple[str, str]]:
    """(path, text) of files that may describe infrastructure."""
    for path in repo.glob(*_FILES)[:800]:
        entry = repo.tree.get(path)
        if entry is not None and entry.size <= _LARGEST and repo.part(path) in ("code", "example"):
            text = repo.text(path).text
            if path.endswith((".tf", ".bicep")) or "AWS::" in text or '"Statement"' in text or "Statement:" in text:
                yield path, text


def _line(text: str, match: re.Match[str]) -> int:
    return text.count("\n", 0, match.start() + len(match[0]) - len(match[0].lstrip())) + 1


class InfrastructureAsCode(Check):
    """Infrastructure as code

    What: Resources of a cloud that are described in files and can be applied again: Terraform, Bicep,
    CloudFormation, AWS CDK, Pulumi, and how many of them; whether state, variables and modules are used.

    Why: What was clicked together by hand cannot be repeated, reviewed or taken down again.

    Example: A `main.tf` with a bucket, a role, a training job and `variable` blocks for names and region speaks for.

    Limits: Whether it was ever applied cannot be seen. Fewer than three resources count little.
    """

    code = "CLD106"
    moves: ClassVar = {"cloud": Move(up=0.45), "deployment": Move(up=0.1)}
    why = "Infrastructure that is code can be reviewed, repeated and taken down."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Count resources by kind."""
        kinds: Counter[str] = Counter()
        where: dict[str, tuple[str, int]] = {}
        variables = False
        for path, text in _sources(repo):
            for tool, pattern in _RESOURCES:
                if (tool == "Terraform") != path.endswith(".tf") or (tool == "Bicep") != path.endswith(".bicep"):
                    continue
                for match in pattern.finditer(text):
                    kinds[match[1]] += 1
                    where.setdefault(tool, (path, _line(text, match)))
            variables = variables or bool(re.search(r'^(variable "|param \w+|Parameters:)', text, re.MULTILINE))
        programs = [u for u in tools_used(repo, "infrastructure") if u.tool.id in ("cdk", "pulumi", "serverless")]
        total = sum(kinds.values())
        if not total and not programs:
            return
        named = [*where, *(u.tool.name for u in programs)]
        yield self.found(
            f"Infrastructure is code ({', '.join(named)})"
            + (f": at least {total} block{'' if total == 1 else 's'} of resources and modules." if total else "."),
            *(repo.at(*place) for place in first(where.values(), 2)),
            *(repo.at(*u.places[0]) for u in first(programs, 2)),
            strength=max(ramp(total, 0, 12) * (1.0 if variables else 0.8), 0.6 if programs else 0.0),
            ask="Which of these resources would you set up differently today, and why?",
            resources=total,
        )


_ALL_ACTIONS = re.compile(
    r"(?:\"?Action\"?|\bactions)\s{0,40}[:=]\s{0,40}(?:\[\s{0,40})?(?:\n\s{0,40}-\s{0,40})?[\"']?\*[\"'\s\]]",
    re.IGNORECASE,
)
_ALL_RESOURCES = re.compile(
    r"(?:\"?Resource\"?|\bresources)\s{0,40}[:=]\s{0,40}(?:\[\s{0,40})?(?:\n\s{0,40}-\s{0,40})?[\"']?\*[\"'\s\]]",
    re.IGNORECASE,
)
_DENY = re.compile(r"[\"']?effect[\"']?\s*[:=]\s*[\"']?deny", re.IGNORECASE)
_TOO_MUCH = re.compile(
    r"policy/AdministratorAccess\b|role\s*=\s*\"roles/(?:owner|editor)\"|--role[= ][\"']?roles/(?:owner|editor)"
    r"|(?:acl\s*=\s*\"|AccessControl:\s*)(?:public-read-write|PublicReadWrite)"
)
_NAMED_ACTION = re.compile(
    r"[\"'\s-](?:s3|sagemaker|dynamodb|sqs|logs|ecr|secretsmanager|kms|lambda|glue|athena):[A-Z]\w+"
)


class LeastPrivilege(Check):
    """Rights named, and no more than needed

    What: Policies that allow every action on every resource, administrator or owner roles given to programs,
    buckets open for writing; against policies that name their actions.

    Why: What a program may do, its bugs and its thieves may do too: a training job needs one bucket, not the account.

    Example: `Action: ["s3:GetObject"]` on one bucket speaks for; `Action: "*"` with `Resource: "*"` speaks against.

    Limits: Trust policies, denials and rights given in the provider's console are not judged.
    """

    code = "CLD107"
    moves: ClassVar = {"cloud": Move(up=0.3, down=0.5)}
    severity = "high"
    why = "Rights that are wider than needed turn a small mistake into a large one."
    mend = "Name the actions and the resources that the program needs."
    ask = "Which rights does this program really need, and how would you find out?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for wildcards and for named actions."""
        wide: list[tuple[str, int]] = []
        named: dict[str, tuple[str, int]] = {}
        for path, text in _sources(repo):
            for match in _ALL_ACTIONS.finditer(text):
                near = text[max(0, match.start() - 400) : match.end() + 400]
                if _ALL_RESOURCES.search(near) and not _DENY.search(near):
                    wide.append((path, _line(text, match)))
            wide += [(path, _line(text, m)) for m in _TOO_MUCH.finditer(text)]
            for match in _NAMED_ACTION.finditer(text):
                named.setdefault(match[0].strip("\"' -\n"), (path, _line(text, match)))
        if wide:
            yield self.against(
                f"At least {len(wide)} polic{'ies' if len(wide) > 1 else 'y'} "
                f"allow{'' if len(wide) > 1 else 's'} everything.",
                *(repo.at(*place) for place in first(wide, 3)),
                strength=ramp(len(wide), 0, 2),
                places=len(wide),
            )
        elif len(named) >= 2:
            yield self.found(
                f"Rights are given by name: at least {len(named)} actions, and none was seen for everything.",
                *(repo.at(*place) for place in first(named.values(), 3)),
                strength=ramp(len(named), 0, 6),
                actions=len(named),
            )


_COST = {
    "old objects expire by rule": re.compile(
        r"lifecycle_rule|aws_s3_bucket_lifecycle_configuration|LifecycleConfiguration|put_bucket_lifecycle"
        r"|add_lifecycle_delete_rule"
        r"|intelligent_tiering|managementPolicies"
    ),
    "work runs on spot or preemptible machines": re.compile(
        r"use_spot_instances|EnableManagedSpotTraining|capacity_type\s*=\s*\"SPOT\"|spot_price|preemptible\s*=\s*true"
        r"|provisioning_model\s*=\s*\"SPOT\"|spotInstance|--preemptible|--provisioning-model[= ]SPOT"
        r"|use_spot:\s*true|priority\s*=\s*\"Spot\""
    ),
    "a budget or alarm for cost is set": re.compile(
        r"aws_budgets_budget|AWS::Budgets|google_billing_budget|consumption_budget|EstimatedCharges"
    ),
    "idle machines go down to none or stop": re.compile(
        r"min_(?:node_)?(?:count|instances|replicas|size|capacity)\"?\s*[:=]\s*\"?0\b|minReplicas:\s*0\b"
        r"|idle_seconds_before_scaledown"
        r"|auto_?termination|scale_to_zero|minScale:\s*\"?0"
    ),
}


class CloudCost(Check):
    """Cost kept in mind

    What: Rules by which stored objects expire, spot or preemptible machines, budgets, and machines that stop
    when idle, in code or infrastructure files.

    Why: Training and storage are paid by the hour and by the month: whoever set a limit has met a bill before.

    Example: `use_spot_instances=True` with `checkpoint_s3_uri`, or a `lifecycle_rule` on the bucket of
    artefacts, speak for.

    Limits: Cost control in the provider's console is not seen, and its absence says nothing.
    """

    code = "CLD108"
    moves: ClassVar = {"cloud": Move(up=0.3)}
    why = "Cost that is bounded in code does not depend on somebody's memory."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Count the kinds of cost control."""
        using = {
            path
            for use in tools_used(repo, "cloud-aws", "cloud-gcp", "cloud-azure", "infrastructure", depth="mentioned")
            for path, _ in use.places
        }
        paths = [*sorted(using), *(path for path, _ in _sources(repo) if path not in using)]
        found: dict[str, tuple[str, int]] = {}
        for path in paths[:400]:
            if path.endswith(".ipynb"):
                continue
            text = _without_words(repo.text(path).text) if path.endswith(".py") else repo.text(path).text
            for kind, pattern in _COST.items():
                if kind not in found and (match := pattern.search(text)):
                    found[kind] = (path, _line(text, match))
        if found:
            yield self.found(
                f"Cost is kept in mind: {', '.join(found)}.",
                *(repo.at(*place) for place in first(found.values(), 3)),
                strength=ramp(len(found), 0, 2),
                kinds=len(found),
            )


def _without_words(code: str) -> str:
    """Code without docstrings and comments; the lines keep their numbers."""
    bare = re.sub(r'"""(?:[^"\\]|\\.|"(?!""))*"""', lambda found: "\n" * found[0].count("\n"), code)
    return re.sub(r"(?m)#[^\n\"']*$", "", bare)


CHECKS: tuple[Check, ...] = (InfrastructureAsCode(), LeastPrivilege(), CloudCost())
