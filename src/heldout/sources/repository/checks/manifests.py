"""Deployment: the manifests that run containers, of Kubernetes and Compose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from heldout.evidence import Finding
from heldout.material.yaml_files import line_of, mappings
from heldout.sources.repository.checks.base import Check, Move, first, fraction, ramp
from heldout.sources.repository.checks.practice import plural
from heldout.sources.repository.repository import Repository

_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Pod", "Job", "CronJob")


class Manifests(Check):
    """Manifests with probes, limits and versions

    What: Kubernetes workloads and Compose services: health checks and probes, limits of memory and CPU, restart
    rules, more than one replica, images named by version.

    Why: The platform can restart, place and replace only what tells it how: without limits one model takes the memory
    of all, without a probe a dead one keeps getting requests.

    Example: A Deployment with `readinessProbe`, `resources.limits` and `image: scorer:1.4.2` speaks for.

    Limits: Helm templates are no YAML before they are rendered and are not read. Images that the project builds
    itself in Compose have no version to name.
    """

    code = "DEP125"
    moves: ClassVar = {"deployment": Move(up=0.2, down=0.15)}
    severity = "low"
    why = "A manifest tells the platform when the service is ill, how much it may take, and which version it is."
    mend = "Give the workload a readiness probe, limits of memory and CPU, and an image named by version."
    ask = "What happens here when the model takes more memory than expected?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Count what the containers of all manifests are given."""
        shown: dict[str, tuple[str, int]] = {}
        many: Counter[str] = Counter()
        containers = bare = 0
        floating: list[tuple[str, int]] = []
        for path in repo.glob("*.yml", "*.yaml")[:400]:
            if repo.part(path) not in ("code", "example") or path.startswith(".github/"):
                continue
            text = re.sub(r"^[ \t]*#.*$", "", repo.text(path).text, flags=re.MULTILINE)  # the lines stay
            if not ("containers:" in text or "services:" in text):
                continue
            for container, kubernetes, replicas in _containers(text):
                containers += 1
                kinds = _given(container, replicas)
                bare += not kinds
                for kind, needle in kinds.items():
                    shown.setdefault(kind, (path, line_of(text, needle)))
                    many[kind] += 1
                image = container.get("image")
                if (
                    kubernetes
                    and repo.part(path) == "code"
                    and isinstance(image, str)
                    and re.fullmatch(r"[\w./-]+:latest", image)
                ):
                    floating.append((path, line_of(text, image)))
        if shown.keys() - {"a restart rule"}:
            yield self.found(
                f"Of {plural(containers, 'container')} seen in manifests, some set "
                f"{', '.join(f'{kind} (at least {many[kind]})' for kind in shown)}.",
                *(repo.at(*place) for place in first(shown.values(), 4)),
                strength=ramp(len(shown), 0, 4) * (1 - 0.5 * fraction(bare, containers)),
                containers=containers,
                kinds=len(shown),
            )
        if floating:
            yield self.against(
                f"At least {plural(len(floating), 'Kubernetes container')} run{'' if len(floating) > 1 else 's'} an"
                " image by `latest`.",
                *(repo.at(*place) for place in first(floating, 3)),
                strength=ramp(len(floating), 0, 3),
                containers=len(floating),
            )


def _containers(text: str) -> Iterator[tuple[dict[Any, Any], bool, object]]:
    """(container, whether of Kubernetes, how many replicas it is to have) of every workload in a YAML text."""
    for document in mappings(text):
        if document.get("kind") in _WORKLOADS and "apiVersion" in document:
            outer = document.get("spec")
            replicas = outer.get("replicas") if isinstance(outer, dict) else None
            for spec in _pod_specs(document.get("spec")):
                items = spec.get("containers")
                yield from (
                    (c, True, replicas) for c in (items if isinstance(items, list) else ()) if isinstance(c, dict)
                )
        services = document.get("services")
        if isinstance(services, dict) and "apiVersion" not in document:
            yield from (
                (s, False, _asked(s))
                for s in services.values()
                if isinstance(s, dict) and ({"image", "build"} & s.keys())
            )


def _pod_specs(spec: object) -> Iterator[dict[Any, Any]]:
    if not isinstance(spec, dict):
        return
    if "containers" in spec:
        yield spec
    for key in ("template", "jobTemplate"):
        inner = spec.get(key)
        if isinstance(inner, dict):
            yield from _pod_specs(inner.get("spec"))


def _asked(service: dict[Any, Any]) -> object:
    """The replicas of a Compose service."""
    deploy = service.get("deploy")
    return deploy.get("replicas") if isinstance(deploy, dict) else service.get("scale")


def _given(container: dict[Any, Any], replicas: object) -> dict[str, str]:
    """What a container is given -> the word in the text that shows it."""
    found = {}
    for kind, keys in {
        "health checks": ("readinessProbe", "livenessProbe", "startupProbe", "healthcheck"),
        "limits of memory or CPU": ("mem_limit", "cpus"),
        "a restart rule": ("restart",),
    }.items():
        key = next((k for k in keys if container.get(k)), None)
        if key is not None:
            found[kind] = f"{key}:"
    for outer in ("resources", "deploy"):
        inner = container.get(outer)
        inner = inner.get("resources") if outer == "deploy" and isinstance(inner, dict) else inner
        if isinstance(inner, dict) and isinstance(inner.get("limits"), dict):
            found["limits of memory or CPU"] = "limits:"
    if isinstance(replicas, int) and replicas > 1:
        found["more than one replica"] = f"replicas: {replicas}"
    return found


CHECKS: tuple[Check, ...] = (Manifests(),)
