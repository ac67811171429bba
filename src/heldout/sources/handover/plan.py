"""The plan of an audit: what there is to build, run, retrain and compare, each with the place that says so.

A vendor can write it as `delivery.toml`; where nobody did, it is found (`discover`), written to a file, and edited by
the person who audits. Nothing runs that is not in the plan.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from heldout.evidence.types import Frozen, Location

Purpose = Literal["prepare", "train", "evaluate", "predict", "test", "serve", "notebook", "other"]
Origin = Literal["declared", "documented", "inferred"]
"""`declared` in a file that machines read (dvc.yaml, MLproject, Makefile ...); `documented` in a text that people read;
`inferred` by us from the code, which the report says."""

Split = Literal["train", "validation", "test", "cross-validation", "unknown"]
Bound = Literal["", "at_least", "at_most", "about"]
"""Whether a number is stated as such, as a limit (`over 95 %`), or as a rough one (`about 95 %`)."""


class Environment(Frozen):
    """One set of packages that something is run with."""

    id: str
    folder: str = "."
    files: tuple[str, ...] = ()
    """The declarations, in the order in which they are honoured: the first that can be installed counts."""
    also: tuple[str, ...] = ()
    """Declarations to install on top of that one, where they can be had: `requirements-dev.txt` for the tests."""
    requirements: tuple[str, ...] = ()
    """Requirements of nobody's declaration: added by the person who audits, or, when `files` is empty, from imports."""
    python: str | None = None
    """The version declared, as `3.9` or `3.9.18`, or a range as written (`>=3.8,<3.12`, `^3.8`); None: nothing says."""
    as_of: date | None = None
    """The day of the last commit (or of the newest file), for packages as they were then."""
    locations: tuple[Location, ...] = ()


class Step(Frozen):
    """One command of the delivery."""

    id: str
    purpose: Purpose
    command: str
    """As a POSIX shell reads it."""
    folder: str = "."
    environment: str = "default"
    origin: Origin = "inferred"
    after: tuple[str, ...] = ()
    """Ids of steps that must have run before."""
    outputs: tuple[str, ...] = ()
    """Paths or globs, relative to the delivery: what it makes, deleted before a retraining."""
    inputs: tuple[str, ...] = ()
    variables: dict[str, str] = Field(default_factory=dict)
    """Environment variables that it needs."""
    port: int | None = None
    """For `serve`: where it listens."""
    notebook: str | None = None
    downloads: bool = False
    """Whether its code fetches data or weights from a network: not to be run again where its outputs are delivered."""
    locations: tuple[Location, ...] = ()


class GuideLine(Frozen):
    """One command of the deployment guide, as its makers wrote it down for whoever takes over."""

    command: str
    folder: str = "."
    """Where it is meant to be typed: the `cd` before it."""
    kind: Literal["install", "run", "other"] = "other"
    """`install` sets an environment up; `run` is something that the plan has a step for; `other` is all else
    (git, docker, downloads ...)."""
    location: Location


class Data(Frozen):
    """A data file or folder that the delivery uses."""

    path: str
    role: Literal["training", "test", "sample", "unknown"] = "unknown"
    present: bool = True
    rows: int | None = None
    columns: tuple[str, ...] = ()
    target: str | None = None
    source: str = ""
    """Where it is to be had when it is not delivered: an address, a data set's name."""
    locations: tuple[Location, ...] = ()


class Model(Frozen):
    """A trained model that was delivered, or that the code looks for."""

    path: str
    format: str
    """joblib, pickle, torch, keras, onnx, xgboost, lightgbm, catboost, savedmodel, safetensors, spacy, other."""
    present: bool = True
    documented: str = ""
    """The class of model that the documents name, when they do."""
    locations: tuple[Location, ...] = ()


class Reading(Frozen):
    """A number about the quality of a model, as a text, a file or the output of a run states it."""

    metric: str
    """The field's name for it: accuracy, f1, precision, recall, roc_auc, mae, rmse, mse, r2, mape, log_loss ..."""
    name: str = ""
    """Its name as it stands in the text, which can mean more than one metric (Spanish `precisión`)."""
    value: float
    """On the metric's own scale: 91.67 % accuracy is 0.9167."""
    written: str
    """As it stands in the text: `91.67%`."""
    half_digit: float = Field(ge=0)
    """Half a unit of the last digit written, on the same scale as `value`."""
    spread: float | None = None
    """The +/- beside it, on the same scale."""
    bound: Bound = ""
    split: Split = "unknown"
    model: str = ""
    """Which of several models it is about, as written."""
    average: str = ""
    """What it is an average over, or of which part: `macro`, `weighted`, `micro`, `samples`, `class 1`."""
    label: str = ""
    """Further words that tell it apart: the data set, the row of the table."""
    location: Location


class Claim(Reading):
    """A number that the delivery states about its own quality, before anything runs."""

    id: str


class Service(Frozen):
    """How to talk to a step whose purpose is `serve`."""

    step: str
    health: str = ""
    """Path that answers when it is up."""
    method: Literal["GET", "POST"] = "POST"
    path: str = "/"
    body: str = ""
    """A valid request as the delivery documents it."""
    content_type: str = "application/json"
    locations: tuple[Location, ...] = ()


class Plan(Frozen):
    """Everything that an audit will do, and what it could not find."""

    version: Literal[1] = 1
    environments: tuple[Environment, ...] = ()
    steps: tuple[Step, ...] = ()
    data: tuple[Data, ...] = ()
    models: tuple[Model, ...] = ()
    services: tuple[Service, ...] = ()
    claims: tuple[Claim, ...] = ()
    guide: tuple[GuideLine, ...] = ()
    """The documented commands in the order of the documents, installing ones too."""
    open_questions: tuple[str, ...] = ()
    """What could not be told and the person who audits should fill in."""

    def of(self, *purposes: Purpose) -> tuple[Step, ...]:
        """The steps with one of these purposes, in order."""
        return tuple(step for step in self.steps if step.purpose in purposes)
