"""Results in the front matter of a model card: `model-index`, and the newer files of evaluation results."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from heldout.evidence.types import Location
from heldout.material.yaml_files import UnreadableYamlError, compose
from heldout.sources.handover.claims.context import Context
from heldout.sources.handover.claims.names import mentions, metric
from heldout.sources.handover.claims.numbers import numbers, scaled
from heldout.sources.handover.claims.words import split_in
from heldout.sources.handover.plan import Reading

_Map = dict[str, yaml.Node]


def front_matter(text: str, context: Context) -> list[Reading]:
    """The results that the YAML at the head of a card states; `context.line` is the line at which the YAML begins."""
    try:
        root = compose(text)
    except UnreadableYamlError:
        return []
    entries = _items(_map(root).get("model-index"))
    return [r for entry in entries for r in _model(_map(entry), context)]


def eval_results(text: str, context: Context) -> list[Reading]:
    """A list of `{dataset: {id, task_id}, value, metric}`: one file of results each, beside the card."""
    try:
        root = compose(text)
    except UnreadableYamlError:
        return []
    found: list[Reading] = []
    for item in _items(root):
        fields = _map(item)
        dataset = _map(fields.get("dataset"))
        label = "; ".join(filter(None, [_text(dataset.get(k)) for k in ("id", "name", "task_id", "config")]))
        names = [_text(fields.get(k)) for k in ("metric", "name", "type")] + [_text(dataset.get("task_id"))]
        found += _result(names, fields.get("value"), _text(dataset.get("split")), "", label, context)
    return found


def _model(fields: _Map, context: Context) -> Iterator[Reading]:
    model = _text(fields.get("name"))
    for result in _items(fields.get("results")):
        parts = _map(result)
        dataset = _map(parts.get("dataset"))
        label = "; ".join(dict.fromkeys(filter(None, [_text(dataset.get(k)) for k in ("name", "type")])))
        split = _text(dataset.get("split"))
        for entry in _items(parts.get("metrics")):
            metric_fields = _map(entry)
            names = [_text(metric_fields.get(k)) for k in ("name", "type")]
            yield from _result(names, metric_fields.get("value"), split, model, label, context)


def _result(
    names: list[str], value: yaml.Node | None, split: str, model: str, label: str, context: Context
) -> Iterator[Reading]:
    mention = next((found[0] for name in names if (found := mentions(name, log=True))), None)
    listed = numbers(_text(value))
    if mention is None or value is None or len(listed) != 1:
        return
    on_scale = scaled(listed[0], metric(mention.metric))
    if on_scale is None:
        return
    about = " ".join([*names, split])
    yield Reading(
        metric=mention.metric,
        name=mention.name,
        value=on_scale[0],
        written=listed[0].written,
        half_digit=on_scale[1],
        split=split_in(about),
        model=model,
        label=label[:120],
        location=Location(
            path=context.path,
            line=(context.line or 1) + value.start_mark.line,
            snippet=f"{' '.join(filter(None, names[:1]))}: {_text(value)}",
        ),
    )


def _map(node: yaml.Node | None) -> _Map:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _text(node: yaml.Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""
