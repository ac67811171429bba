"""What a shipped model is, as `inside/model.py` found it; whether it is the documented kind and the retrained one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from heldout.evidence.types import Frozen, Location, Measured
from heldout.sources.handover import foreign
from heldout.sources.handover.plan import Model
from heldout.sources.handover.result import Check

_LARGEST = 16 * 1024 * 1024
_VERSION = re.compile(r"\d{1,2}(?:\.\d{1,3}){1,2}")
SAME = 1e-6
"""Largest difference of predictions, as a share of the largest one (at least of 1), that rounding explains."""
CLOSE = 0.98
"""Share of equal answers from which on two models that are not the same are called close."""
_NEAR = 0.05

FAMILIES: tuple[tuple[str, str, str], ...] = (
    # (what people write, what the class is called, the name of the family); the first that fits counts
    (r"xg ?boost|extreme gradient", r"xgb|xgboost", "XGBoost"),
    (r"light ?gbm|lgbm", r"lgbm|lightgbm", "LightGBM"),
    (r"cat ?boost", r"catboost", "CatBoost"),
    (r"ada ?boost", r"adaboost", "AdaBoost"),
    (r"gradient boost\w*|\bgbm\b|\bgbdt\b", r"gradientboosting", "gradient boosting"),
    (r"random forest", r"randomforest", "random forest"),
    (r"extra ?trees|extremely randomi[sz]ed", r"extratrees", "extra trees"),
    (r"decision tree", r"decisiontree", "decision tree"),
    (r"logistic regression|\blogit\b|\blogreg\b", r"logisticregression", "logistic regression"),
    (r"support vector|\bsvm\b|\bsvc\b|\bsvr\b", r"svc|svr|linearsv", "support vector machine"),
    (r"naive bayes|naïve bayes", r"(gaussian|multinomial|bernoulli|complement|categorical)nb", "naive Bayes"),
    (r"\bk ?nn\b|nearest neighbou?rs?", r"kneighbors|nearestneighbors", "nearest neighbours"),
    (r"\bridge\b", r"ridge", "ridge"),
    (r"\blasso\b", r"lasso", "lasso"),
    (r"elastic ?net", r"elasticnet", "elastic net"),
    (r"linear regression|\bols\b", r"linearregression", "linear regression"),
    (r"isolation forest", r"isolationforest", "isolation forest"),
    (r"k ?means", r"kmeans", "k-means"),
    (r"prophet", r"prophet", "Prophet"),
    (r"\bs?arimax?\b", r"arima", "ARIMA"),
    (
        r"neural net\w*|\bmlp\b|perceptron|\bcnn\b|\blstm\b|\brnn\b|\bgru\b|transformer|\bbert\b|deep learning|keras",
        r"mlp|keras|tensorflow|torch|sequential|functional|transformers",
        "neural network",
    ),
    (r"stacking", r"stacking", "stacking"),
    (r"voting", r"voting", "voting"),
)


class Predicted(Frozen):
    """What came of asking a model."""

    rows: int = 0
    why: str = ""
    """Why it could not be asked, in words; empty when it answered."""
    sha256: str = ""
    """Over all answers with every digit: two runs that agree in it agree in everything."""
    how: str = ""
    """How its input columns were chosen."""
    columns: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    seconds: float | None = None

    @property
    def ok(self) -> bool:
        """Whether it answered for at least one row."""
        return self.rows > 0 and not self.why


class Compared(Frozen):
    """How far the answers of two models for the same rows are apart."""

    rows: int
    equal: int
    how: Literal["chances", "values", "answers", "classes differ"]
    max_difference: float | None = None
    largest: float | None = None

    @property
    def same(self) -> bool:
        """Whether nothing but rounding is between them."""
        if self.max_difference is None:
            return self.rows > 0 and self.equal == self.rows and self.how == "answers"
        return self.max_difference <= SAME * max(1.0, self.largest or 0.0)

    @property
    def close(self) -> bool:
        """Whether they agree but for little."""
        if self.how == "values":
            return self.max_difference is not None and self.max_difference <= _NEAR * (self.largest or 0.0)
        return self.rows > 0 and self.equal >= CLOSE * self.rows and self.how != "classes differ"


class ModelReport(Frozen):
    """One shipped model."""

    path: str
    format: str = ""
    loaded: bool = False
    why: str = ""
    """Why it could not be loaded, in words."""
    error: str = ""
    """Name of the exception that loading raised."""
    kind: Literal["model", "weights", "other", ""] = ""
    name: str = ""
    """Its class with its module; what a pipeline ends in stands after ` > `."""
    part: str = ""
    """Under which name the model stands in a dictionary or list that was shipped in its stead."""
    parts: dict[str, str] = Field(default_factory=dict)
    names: tuple[str, ...] = ()
    columns: int | None = None
    text: bool = False
    classes: tuple[str, ...] = ()
    parameters: dict[str, str] = Field(default_factory=dict)
    handles: tuple[str, ...] = ()
    """Kinds of bad input that a step of it deals with: `missing`, `unseen`."""
    numbers: int | None = None
    warnings: tuple[str, ...] = ()
    """What its libraries said while it was loaded: other versions, most often."""
    saved_with: dict[str, str] = Field(default_factory=dict)
    """Versions of its libraries that it says it was saved with, by name."""
    sha256: str = ""
    predicted: Predicted | None = None
    """None when it was not asked."""
    against: ModelReport | None = None
    compared: Compared | None = None

    @property
    def short_name(self) -> str:
        """The class alone, of what it ends in."""
        return self.name.rpartition(" > ")[2].rpartition(".")[2]


def read_model_report(content: bytes) -> ModelReport | None:
    """What `inside/model.py` wrote; None when it is nothing of the kind. The file is foreign and is doubted."""
    raw = foreign.as_object(content, _LARGEST)
    return _report(raw) if isinstance(raw.get("path"), str) else None


def same_family(documented: str, name: str) -> bool | None:
    """Whether a class is of the kind that a text names; None when either is of no kind known here."""
    told, found = _family(documented, 0), _family(name.replace("_", ""), 1)
    # `LogisticRegression` and `GradientBoostingClassifier` stand in texts as they are.
    told = told or _family(re.sub(r"[\s_-]", "", documented), 1)
    return None if told is None or found is None else told == found


def family(name: str) -> str | None:
    """The kind of model that a class is of, in words."""
    return _family(name.replace("_", ""), 1)


def _family(text: str, column: int) -> str | None:
    for row in FAMILIES:
        if re.search(row[column], re.sub(r"[-_]+", " ", text.lower())):
            return row[2]
    return None


def t7_check(models: Sequence[tuple[Model, ModelReport]]) -> Check:
    """The rubric's T7: is a delivered model of the documented kind, and the one that its training makes?

    Each report is of a delivered model, run with `--against` the retrained one where there is one. Where several are
    delivered, it is enough that one is the retrained; older ones are told of.
    """
    loaded = [(model, report) for model, report in models if report.loaded and report.kind != "other"]
    if not loaded:
        why = f" {models[0][0].path}: {models[0][1].why}." if models and models[0][1].why else ""
        return Check(
            id="T7", area="retrain", state="not_assessable", message=f"No delivered model could be loaded.{why}"
        )
    for model, report in loaded:
        if model.documented and same_family(model.documented, report.name) is False:
            message = f"The documents say {model.documented}; the delivered {model.path} is a {report.short_name}."
            return _check("fail", message, model, {"class": report.name, "documented": model.documented})
    pairs = [(model, report, report.compared) for model, report in loaded if report.compared is not None]
    if not pairs:
        return _unpaired(loaded)
    best = max(pairs, key=lambda pair: (pair[2].same, pair[2].close, pair[2].equal / max(1, pair[2].rows)))
    return _judged(best[0], best[2], len(pairs))


def _unpaired(loaded: Sequence[tuple[Model, ModelReport]]) -> Check:
    model, report = loaded[0]
    asked, other = report.predicted, report.against
    why = asked.why if asked is not None and asked.why else ""
    if not why and other is not None:
        why = other.why or (other.predicted.why if other.predicted is not None else "")
    message = f"The delivered {model.path} ({report.short_name}) could not be held against a retrained one"
    return _check("not_assessable", f"{message}: {why}." if why else f"{message}.", model, {"class": report.name})


def _judged(model: Model, told: Compared, number: int) -> Check:
    measured: dict[str, Measured] = {"rows": told.rows, "equal": told.equal, "max_difference": told.max_difference}
    more = f" It is the nearest of {number} delivered models." if number > 1 else ""
    if told.how == "classes differ":
        return _check("fail", f"{model.path} knows other classes than the retrained model.", model, measured)
    if told.same:
        message = f"{model.path} answers as the retrained model does for all {told.rows:,} rows.{more}"
        return _check("pass", message, model, measured)
    apart = f" by up to {told.max_difference:.4g}" if told.max_difference is not None else ""
    share = f"{told.equal:,} of {told.rows:,} answers are equal"
    message = f"{model.path} is not the model that the training makes: {share}, and they differ{apart}.{more}"
    if told.close:
        message = (
            f"{model.path} is close to the retrained model and not the same: {share}, the rest differ{apart}.{more}"
        )
        return _check("pass", message, model, measured, credit=0.5)
    return _check("fail", message, model, measured)


def _check(
    state: Literal["pass", "fail", "not_assessable"],
    message: str,
    model: Model,
    measured: dict[str, Measured],
    credit: float = 1.0,
) -> Check:
    return Check(
        id="T7",
        area="retrain",
        state=state,
        message=message,
        credit=credit,
        severity="medium" if state == "fail" else "info",
        locations=(Location(path=model.path), *model.locations[:2]),
        measured=measured,
    )


def _report(raw: dict[str, Any], depth: int = 0) -> ModelReport:
    against = raw.get("against")
    kind = raw.get("kind")
    return ModelReport(
        path=foreign.text(raw.get("path"), 400),
        format=foreign.text(raw.get("format"), 40),
        loaded=raw.get("loaded") is True,
        why=foreign.text(raw.get("why"), 600),
        error=foreign.text(foreign.fields(raw.get("error")).get("name"), 100),
        kind=kind if kind in ("model", "weights", "other") else "",
        name=foreign.text(raw.get("class"), 400),
        part=foreign.text(raw.get("part"), 100),
        parts=_words(raw.get("parts")),
        names=foreign.texts(raw.get("names"), 500, 120),
        columns=foreign.count(raw.get("columns")),
        text=raw.get("text") is True,
        classes=foreign.texts(raw.get("classes"), 200, 120),
        parameters=_words(raw.get("parameters")),
        handles=tuple(kind for kind in ("missing", "unseen") if kind in foreign.items(raw.get("handles"))),
        numbers=foreign.count(raw.get("numbers")),
        warnings=foreign.texts(raw.get("warnings"), 10, 400),
        saved_with={name: word for name, word in _words(raw.get("saved_with")).items() if _VERSION.fullmatch(word)},
        sha256=_hash(raw.get("sha256")),
        predicted=_predicted(raw.get("predicted")),
        against=_report(against, 1) if isinstance(against, dict) and not depth else None,
        compared=_compared(raw.get("compared")),
    )


def _predicted(raw: object) -> Predicted | None:
    if not isinstance(raw, dict):
        return None
    return Predicted(
        rows=foreign.count(raw.get("rows")) or 0,
        why=foreign.text(raw.get("why"), 600),
        sha256=_hash(raw.get("sha256")),
        how=foreign.text(raw.get("how"), 200),
        columns=foreign.texts(raw.get("columns"), 500, 120),
        first=foreign.texts(raw.get("first"), 5, 500),
        seconds=foreign.number(raw.get("seconds")),
    )


def _compared(raw: object) -> Compared | None:
    if not isinstance(raw, dict):
        return None
    rows, equal, how = foreign.count(raw.get("rows")), foreign.count(raw.get("equal")), raw.get("how")
    if rows is None or equal is None or equal > rows or how not in ("chances", "values", "answers", "classes differ"):
        return None
    return Compared(
        rows=rows,
        equal=equal,
        how=how,
        max_difference=foreign.number(raw.get("max_difference")),
        largest=foreign.number(raw.get("largest")),
    )


def _words(value: object) -> dict[str, str]:
    pairs = list(foreign.fields(value).items())[:100]
    return {foreign.text(key, 100): foreign.text(word, 200) for key, word in pairs}


def _hash(value: object) -> str:
    return value if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value) else ""
