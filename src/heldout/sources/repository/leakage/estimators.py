"""What fitting, transforming, predicting and scoring do: where rows meet estimators."""

from __future__ import annotations

import ast

from heldout.sources.repository.leakage import apis
from heldout.sources.repository.leakage.library import Keywords, Library, rows_of
from heldout.sources.repository.leakage.values import Fit, Influence, Value, bounded, gather, leaves

ESTIMATOR_METHODS = apis.FITS | apis.PREDICTS | apis.SCORES | apis.FITS_TRANSFORMS | apis.RESAMPLES | apis.TRANSFORMS
_ANSWERS = ("y", "labels", "target")
_WATCHED = ("validation_data", "eval_set", "eval_sets", "evals", "valid_sets", "val_data", "dev_dataset", "valid_set")


class Estimators(Library):
    """Objects that learn."""

    def is_estimator_call(self, value: Value, name: str, arguments: list[Value], keywords: Keywords) -> bool:
        """Whether `value.name(...)` is to be read as a call on something that learns."""
        if name in apis.TRANSFORMS:
            learns = value.fit is not None or bool(value.cls)
            return learns or (not value.grouped and not value.rows and bool(rows_of(arguments)))
        if name in {"train", "score", "accuracy"} and not rows_of([*arguments, *keywords.values()]):
            return False
        return name in ESTIMATOR_METHODS

    def estimator_method(
        self, value: Value, name: str, node: ast.Call, arguments: list[Value], keywords: Keywords
    ) -> Value:
        """A method of something that learns."""
        data = [
            *arguments,
            *(
                v
                for k, v in keywords.items()
                if k in {"X", "x", "y", "X_train", "dtrain", "train_set", "raw_documents"}
            ),
        ]
        if name in apis.FITS:
            self.learn(value, node, data, keywords)
            return value
        if name in apis.FITS_TRANSFORMS:
            self.learn(value, node, data, keywords)
            return self.put_through(value, node, data)
        if name in apis.RESAMPLES:
            return self.balance(value, node, data)
        if name in apis.TRANSFORMS:
            return self.put_through(value, node, data)
        whole = gather(data)
        if name in apis.SCORES:
            for fit in fits_of(value):
                self.record_evaluation(node, "metric", [fit], whole)
            return Value()
        first = data[0] if data else Value()
        result = first.derived()
        result.pending = frozenset()
        fits = fits_of(value)
        self.record_evaluation(node, "predict", fits, first)
        result.judged = frozenset(fits)
        return result

    def learn(self, value: Value, node: ast.AST, data: list[Value], keywords: Keywords) -> None:
        """`fit`: what the estimator knows from now on."""
        line = getattr(node, "lineno", self.line)
        learnt = gather(data[:2])
        name = value.cls.rpartition(".")[2] or value.path or "the estimator"
        searched = name in apis.SEARCHES
        fit = Fit(self.site(node), line, learnt.rows, learnt.influences, name, self.loops > 0, searched)
        for target in (value, *value.parts):
            target.fit = fit
        if name in apis.LEARNING_TRANSFORMERS | apis.PLAIN_TRANSFORMERS and not searched:
            return
        if searched:
            self.record_split(node, f"{name}.fit", data[:2], inner=True)
        inner = [v.fit for v in value.within if v.fit is not None]
        if name in apis.VISUALISERS and inner:
            value.fit = inner[0]
            return
        self.fits[fit] = None
        share = keywords.get("validation_split")
        if share is not None and share.constant not in (0, 0.0, None):
            self.record_split(node, "validation_split", data[:2])
        for watched in (keywords[k] for k in _WATCHED if k in keywords):
            for held in self.watched(watched):
                self.record_evaluation(node, "validation", [fit], held)

    def watched(self, value: Value) -> list[Value]:
        """The data of `eval_set=[(X, y), ...]` or `validation_data=(X, y)`."""
        if value.items and all(item.items for item in value.items):
            return [gather(leaves(item)) for item in value.items]
        if (
            value.items
            and len(value.items) > 1
            and not any(v.constant for v in value.items if isinstance(v.constant, str))
        ):
            first = value.items[0]
            return [first] if first.rows else [value]
        return [value]

    def put_through(self, value: Value, node: ast.AST, data: list[Value]) -> Value:
        """`transform`: what was learnt gets into the rows."""
        host = data[0] if data else Value()
        result = host.derived()
        result.pending = frozenset()
        line = getattr(node, "lineno", self.line)
        for fit in fits_of(value):
            if self.learns_of_rows(value) and fit.rows:
                made = Influence(
                    "statistic", fit.rows, fit.name, fit.line, host.column, weak=not self.well_known(value),
                    flow=((fit.line, f"{fit.name} is fitted on these rows"), (line, f"{fit.name} changes the rows")),
                )  # fmt: skip
                result.influences = bounded(result.influences | {made} | fit.influences)
        return result

    def learns_of_rows(self, value: Value) -> bool:
        """Whether an estimator's `transform` carries what `fit` saw; encoders of categories do not count."""
        inner = [v for v in value.within if v.cls]
        name = value.cls.rpartition(".")[2]
        if name in apis.PLAIN_TRANSFORMERS:
            return False
        if inner and name not in apis.SEARCHES:
            return any(self.learns_of_rows(v) for v in inner)
        return value.blueprint is None

    def well_known(self, value: Value) -> bool:
        """Whether the estimator's class is in our table."""
        return value.cls.rpartition(".")[2] in apis.LEARNING_TRANSFORMERS

    def balance(self, value: Value, node: ast.AST, data: list[Value]) -> Value:
        """`fit_resample`: oversamplers make rows, undersamplers leave some out."""
        name = value.cls.rpartition(".")[2]
        results = [v.derived() for v in data[:2]]
        if name not in apis.UNDERSAMPLERS:
            results = [self.copied(v, name or "resampling", node) for v in results]
        result = gather(results)
        result.items = results
        return result


def fits_of(value: Value) -> list[Fit]:
    """The fits that an estimator may hold, and those of what is inside it if it holds none itself."""
    found = [v.fit for v in (value, *value.parts) if v.fit is not None]
    if not found:
        found = [v.fit for v in value.within if v.fit is not None]
    return list(dict.fromkeys(found))
