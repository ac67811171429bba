"""What fitting, transforming, predicting and scoring do: where rows meet estimators."""

from __future__ import annotations

import ast
from dataclasses import replace

from heldout.sources.repository.leakage import apis
from heldout.sources.repository.leakage.columns import NEIGHBOURS, UNSURE
from heldout.sources.repository.leakage.library import rows_of
from heldout.sources.repository.leakage.methods import Methods
from heldout.sources.repository.leakage.values import Call, Fit, Influence, ReadOff, Value, bounded, gather, leaves

_ESTIMATOR_METHODS = (
    apis.FITS | apis.PREDICTS | apis.SCORES | apis.FITS_TRANSFORMS | apis.RESAMPLES | apis.TRANSFORMS | {"get_support"}
)
_AMBIGUOUS = frozenset({"train", "score", "accuracy"})
_WATCHED = ("validation_data", "eval_set", "eval_sets", "evals", "valid_sets", "val_data", "dev_dataset", "valid_set")
_CHOOSERS = frozenset(
    {
        "ColumnTransformer",
        "make_column_transformer",
        "DataFrameMapper",
        "ColumnSelector",
        "ItemSelector",
        "FunctionTransformer",
    }
)
_TRANSFORMERS = apis.LEARNING_TRANSFORMERS | apis.PLAIN_TRANSFORMERS


class Estimators(Methods):
    """Objects that learn."""

    def is_estimator_call(self, value: Value, name: str, call: Call) -> bool:
        """Whether `value.name(...)` is to be read as a call on something that learns."""
        if name in apis.TRANSFORMS:
            learns = value.fit is not None or bool(value.cls)
            return learns or (not value.grouped and not value.rows and bool(rows_of(call.arguments)))
        if name in _AMBIGUOUS and not rows_of(call.given):
            return False
        return name in _ESTIMATOR_METHODS

    def estimator_method(self, value: Value, name: str, call: Call) -> Value:
        """A method of something that learns."""
        if name in apis.FITS:
            self.learn(value, call, call.data)
            return value
        if name in apis.FITS_TRANSFORMS:
            self.learn(value, call, call.data)
            return self.put_through(value, call)
        if name in apis.RESAMPLES:
            return self.balance(value, call)
        if name in apis.TRANSFORMS:
            return self.put_through(value, call)
        if name == "get_support":
            return self.statistic(
                gather(Value(rows=f.rows) for f in fits_of(value)), f"{short(value.cls)}'s choice", call.node
            )
        fits = fits_of(value)
        if name in apis.SCORES:
            judged = gather(call.data)
            judged.rows = next((v.rows for v in call.data if v.rows), judged.rows)
            truth = call.node.args[1] if len(call.node.args) > 1 else None
            self.record_evaluation(call.node, "metric", fits, judged, truth=truth)
            return Value()
        result = call.first.derived()
        # What is predicted is of these rows; what had changed them met the model, and is told of it.
        result.pending, result.influences = frozenset(), frozenset()
        self.record_evaluation(call.node, "predict", fits, call.first)
        result.judged = frozenset(fits)
        return result

    def learn(self, value: Value, call: Call, data: list[Value], *, stepwise: bool = False) -> None:
        """`fit`: what the estimator knows from now on."""
        learnt = gather(data[:2])
        learnt.rows = next((v.rows for v in data if v.rows), learnt.rows)
        name = short(value.cls) or value.path or "the estimator"
        fit = Fit(self.site(call.node), self.place(call.node), learnt.rows, learnt.influences, name, self.around())
        fit = replace(fit, away=bool(self.abroad))
        features, answer = [*data, Value(), Value()][:2]
        fit = replace(
            fit,
            searched=name in apis.SEARCHES,
            stepwise=stepwise,
            answer=answer.column,
            read_off=self.given_away(value, features, answer),
            wraps=frozenset(v.fit.site for v in value.within if v.fit is not None),
            given_answer=answer.base is features
            and answer.column is not None
            and bool(features.rows)
            and features.columns.holds(answer.column),
            seen=features.influences,
        )
        for target in (value, *value.parts):
            target.fit = fit
        if name in _TRANSFORMERS and not fit.searched:
            return
        if fit.searched:
            self.record_split(call.node, f"{name}.fit", data[:2], inner=True)
        inner = [v.fit for v in value.within if v.fit is not None]
        if name in apis.VISUALISERS and inner:
            value.fit = inner[0]
            return
        self.fits[fit] = None
        if "validation_split" in call.keywords and call.told("validation_split") not in (0, None):
            self.record_split(call.node, "validation_split", data[:2], inner=True)
        if further := rows_of(data[2:]):
            self.entrusted.add((name, further | self.called_aside(*call.node.args[2:])))
        for keyword in _WATCHED:
            given = next((k.value for k in call.node.keywords if k.arg == keyword), None)
            for held in self.watched(call.keywords.get(keyword, Value())):
                self.record_evaluation(call.node, "validation", [fit], held, given)

    def given_away(self, value: Value, features: Value, answer: Value) -> tuple[ReadOff, ...]:
        """The columns that give the answer away to an estimator that sees all of its features."""
        made_of = answer.made_of - {NEIGHBOURS}
        named = answer.column or (next(iter(made_of)) if len(made_of) == 1 else None)
        if named is None or not features.rows or self.chooses_columns(value):
            return ()
        return self.read_off(features.rows, features.columns, named)

    def chooses_columns(self, value: Value) -> bool:
        """Whether an estimator looks at some columns of a table only."""
        return short(value.cls) in _CHOOSERS or any(self.chooses_columns(v) for v in value.within)

    def watched(self, value: Value) -> list[Value]:
        """The data of `eval_set=[(X, y), ...]` or `validation_data=(X, y)`."""
        if value.items and all(item.items for item in value.items):
            return [gather(leaves(item)) for item in value.items]
        if value.items and len(value.items) > 1 and value.items[0].rows:
            return value.items if "list" in value.marks else value.items[:1]
        return [value]

    def put_through(self, value: Value, call: Call) -> Value:
        """`transform`: what was learnt gets into the rows."""
        host = call.first
        result = host.derived()
        result.pending = frozenset()
        if self.chooses_columns(value) or not (well_known(value) or short(value.cls) in apis.PLAIN_TRANSFORMERS):
            result.columns = UNSURE
        line = self.place(call.node)
        for fit in fits_of(value):
            if self.learns_of_rows(value) and fit.rows:
                steps = ((fit.line, f"{fit.name} is fitted on these rows"), (line, f"{fit.name} changes the rows"))
                weak = not well_known(value)
                made = Influence(
                    "statistic", fit.rows, fit.name, fit.line, host.column, weak, flow=steps, away=fit.away
                )
                result.influences = bounded(result.influences | {made} | fit.influences)
        return result

    def learns_of_rows(self, value: Value) -> bool:
        """Whether an estimator's `transform` carries what `fit` saw; encoders of categories do not count."""
        inner = [v for v in value.within if v.cls]
        name = short(value.cls)
        if name in apis.PLAIN_TRANSFORMERS:
            return False
        if inner and name not in apis.SEARCHES:
            return any(self.learns_of_rows(v) for v in inner)
        # A class of the source is followed where it has the methods itself; what it inherits them from may learn.
        own = any(self.own_method(value, method) for method in ("transform", "fit_transform"))
        return value.blueprint is None or not own

    def own_method(self, value: Value, name: str) -> bool:
        """Whether the source defines a method in the class of a value."""
        body = value.blueprint.body if value.blueprint is not None else []
        return any(isinstance(part, ast.FunctionDef) and part.name == name for part in body)

    def balance(self, value: Value, call: Call) -> Value:
        """`fit_resample`: oversamplers make rows, undersamplers leave some out."""
        name = short(value.cls)
        results = [v.derived() for v in call.data[:2]]
        if name not in apis.UNDERSAMPLERS:
            results = [self.copied(v, name or "resampling", call.node) for v in results]
        result = gather(results)
        result.items = results
        return result


def fits_of(value: Value) -> list[Fit]:
    """The fits that an estimator may hold, and those of what is inside it if it holds none itself."""
    found = [v.fit for v in (value, *value.parts) if v.fit is not None]
    if not found:
        found = [v.fit for v in value.within if v.fit is not None]
    return list(dict.fromkeys(found))


def well_known(value: Value) -> bool:
    """Whether our table holds the class of an estimator, or of one inside it."""
    return short(value.cls) in apis.LEARNING_TRANSFORMERS or any(well_known(v) for v in value.within)


def short(path: str) -> str:
    """The last part of a dotted name."""
    return path.rpartition(".")[2]
