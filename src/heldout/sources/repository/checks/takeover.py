"""Handover: what a taker finds beside the texts: model, samples, rights and people."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import ClassVar

from heldout.evidence import Finding
from heldout.material.own_machine import private_addresses
from heldout.sources.repository.checks.base import Check, Move, Text, first, ramp
from heldout.sources.repository.documents import copied_folders, documents, sections
from heldout.sources.repository.module import Module
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.weights import linked_weights

_FETCH = re.compile(
    r"^(torch\.hub\.load_state_dict_from_url|torch\.utils\.model_zoo\.load_url|.*\.get_file|.*hf_hub_download"
    r"|.*snapshot_download|(?!.*(Tokenizer|TokenizerFast|Config)\.).*\.from_pretrained"
    r"|gdown\.(download|cached_download)|urllib\.request\.urlretrieve|wget\.download|pooch\.retrieve"
    r"|requests\.get)$"
)
_FETCH_BY_NAME = re.compile(
    r"sentence_transformers\.(\w+\.)*(SentenceTransformer|CrossEncoder|SparseEncoder)|gensim\.downloader\.load"
    r"|whisper\.load_model|transformers\.pipeline|torch\.hub\.load|open_clip\.create_model_and_transforms"
)
"""What is given a name and fetches the weights of that name."""
_NO_MODEL = re.compile(r"(FeatureExtractor|Processor|Tokenizer\w*|Config|Vectors|GenerationConfig)\.from_pretrained$")
"""What prepares the input of a model, and holds no weights."""
_CHECKED = re.compile(r"\b(sha256|md5|file_hash|known_hash|check_hash|hexdigest|checksum|sha1)\b", re.IGNORECASE)
_WEIGHTS = re.compile(
    r"weight|checkpoint|pretrain|\.pth\b|\.pt\b|\.h5\b|\.ckpt\b|\.pkl\b|\.onnx\b|model_url|model_zoo|state_dict",
    re.IGNORECASE,
)


_OF_DATA = re.compile(r"data ?sets?|samples?\b|\btrain_?[xy]\b", re.IGNORECASE)
_SURELY = re.compile(r"weight|checkpoint|pretrain|model|state_dict", re.IGNORECASE)
"""Words of data, which are kept in files of the same kinds, and of weights all the same."""


_CALLED_MODEL = re.compile(
    r"model|weight|checkpoint|ckpt|classifier|regress|forest|xgb|lgbm|svm|cnn|lstm|(^|[/_-])(net|rf|knn|clf)[._-]",
    re.IGNORECASE,
)
_NO_MODEL_FILE = re.compile(
    r"scaler|encoder|vectori|tf-?idf|label|column|feature|preproc|imputer|(^|[/_-])(data|X|y|train|test|split)[\w]*\.|dataset"
    r"|/(data|datasets?)/|history|result|vocab|tokeni|metric|threshold|embedding",
    re.IGNORECASE,
)
"""Files of what stands beside a model, and of data."""


class ModelFile(Check):
    """A trained model that others can get

    What: Code that fetches trained weights from a stated place, whether their checksum is verified, links to weights
    in the README or a guide, or trained weights that are in the repository.

    Why: Without the trained model the taker has to train first, and without a checksum nobody knows whether it
    is the same one.

    Example: `load_state_dict_from_url(url, check_hash=True)` or a download followed by a comparison of its
    SHA-256 speak for.

    Limits: That the address still answers is not tried, and what lies behind a link is believed to be what the text
    says. Weights of others that are only fine-tuned count as well.
    """

    code = "HND104"
    moves: ClassVar = {"handover": Move(up=0.35), "reproducibility": Move(up=0.1)}
    ml_only = True
    why = "A model that can be fetched and checked can be used before it can be trained."
    parts = ("code", "example")

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note downloads of weights, with or without a checksum."""
        for call, name in module.calls:
            if _FETCH_BY_NAME.fullmatch(name) or (_FETCH.match(name) and _WEIGHTS.search(module.text[:200_000])):
                near = "\n".join(module.lines[max(0, call.lineno - 8) : call.lineno + 12])
                if not name.endswith("from_pretrained") and _FETCH.match(name) and not _WEIGHTS.search(near):
                    continue
                if _NO_MODEL.search(name) or _local(call) or "api.github.com" in module.lines[call.lineno - 1]:
                    continue
                own = "\n".join(module.lines[max(0, call.lineno - 5) : call.lineno + 3])
                plain = name.endswith(("urlretrieve", "wget.download", "requests.get"))
                if plain and (not _WEIGHTS.search(own) or (_OF_DATA.search(own) and not _SURELY.search(own))):
                    continue
                yield call.lineno, bool(_CHECKED.search(near))
                return

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Report downloads and shipped weights."""
        fetched = repo.notes(self)
        checked = [n for n in fetched if n.note[1]]
        shipped = [
            e.path
            for e in repo.tree.files
            if (
                e.suffix in (".pt", ".pth", ".onnx", ".ckpt", ".safetensors", ".tflite", ".keras")
                or (e.suffix in (".h5", ".hdf5", ".joblib", ".pkl") and _CALLED_MODEL.search(e.path))
            )
            and e.size > 1000
            and repo.part(e.path) == "code"
            and not _NO_MODEL_FILE.search(e.path)
        ]
        if fetched:
            yield self.found(
                f"Code in at least {len(fetched)} file{'s' if len(fetched) > 1 else ''} fetches trained weights, or"
                f" loads them by a"
                " name" + (f"; in {len(checked)} a checksum stands beside it." if checked else "."),
                *(repo.at(n.path, n.note[0]) for n in first(checked or fetched, 3)),
                strength=1.0 if checked else 0.6,
                fetched=len(fetched),
                checked=len(checked),
            )
            return
        linked = [(t.path, *link) for t in documents(repo)[:40] for link in linked_weights(t)]
        if linked:
            yield self.found(
                f"The texts link to trained weights, by what they or the address say: `{linked[0][2][:90]}`.",
                *(repo.at(path, line) for path, line, _ in first(linked, 3)),
                strength=0.6,
                links=len({address for _, _, address in linked}),
            )
        elif shipped:
            many = f"{len(shipped)} files that by their names are trained models"
            kept = many if len(shipped) > 1 else "one file that by its name is a trained model"
            yield self.found(
                f"The repository holds at least {kept}: {', '.join(f'`{path}`' for path in shipped[:2])}.",
                *(repo.at(path) for path in first(shipped, 3)),
                strength=0.5,
                shipped=len(shipped),
            )


def _local(call: ast.Call) -> bool:
    """Whether what is loaded is a folder beside the code."""
    said = call.args[0] if call.args else None
    if said is not None and not isinstance(said, ast.Constant):
        return bool(re.search(r"path|dir|folder|ckpt|checkpoint|file", ast.unparse(said), re.IGNORECASE))
    return (
        isinstance(said, ast.Constant)
        and isinstance(said.value, str)
        and said.value.startswith((".", "/", "~", "models/"))
    )


_OF_MACHINES = re.compile(r"^\.(github|circleci)/|(^|/)(ansible|vagrant|terraform)/|vagrantfile", re.IGNORECASE)
"""Settings of networks that are made together with the machines in them."""


class AuthorBound(Check):
    """Resources that only the author reaches

    What: Addresses of hosts inside a company or a home network in code or settings: private address ranges, `.corp`,
    `.internal`, `.lan`.

    Why: Whoever takes the work over stands outside that network: what lives there is lost to them.

    Example: `DATA_URL = "http://10.0.3.7/share/train.csv"` speaks against.

    Limits: Tests, documentation and examples are left alone, as are names that platforms define
    (`metadata.google.internal`). Paths in home folders are looked at by the checks of reproducibility; whether
    a public link still answers is not tried.
    """

    code = "HND105"
    moves: ClassVar = {"handover": Move(down=0.5)}
    severity = "medium"
    why = "What lives in the author's network is lost to whoever takes over."
    mend = "Make the address a setting and say in the README how the resource is to be had."
    suffixes = (".py", ".yml", ".yaml", ".toml", ".cfg", ".ini", ".sh", ".json", ".env", "dockerfile")

    def on_text(self, text: Text) -> Iterable[Finding | object]:
        """Note internal addresses outside comments."""
        if "://" not in text.text or '"$schema"' in text.text:
            return
        seen = 0
        for address, at in private_addresses(text.text):
            near = max(0, at - 200)
            before = text.text[max(near, text.text.rfind("\n", near, at) + 1) : at]
            if (
                "#" in before
                or re.search(r"\$id|\$ref|\$schema|xmlns|namespace", before)
                or not before.rstrip().endswith(('"', "'", "=", ":"))
            ):
                continue
            seen += 1
            yield address[:80], text.text.count("\n", 0, at) + 1
            if seen >= 5:
                return

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Report them together."""
        found = [n for n in repo.notes(self) if repo.part(n.path) == "code" and not _OF_MACHINES.search(n.path)]
        if found:
            yield self.against(
                f"Code or settings name {'addresses' if len(found) > 1 else 'an address'} in a private network:"
                f" `{found[0].note[0]}`{' among others' if len(found) > 1 else ''}.",
                *(repo.at(n.path, n.note[1]) for n in first(found, 3)),
                strength=ramp(len(found), 0, 4),
                ask=f"What is behind `{found[0].note[0]}`, and how would somebody outside get it?",
                places=len(found),
            )


class LicenceToUse(Check):
    """A licence for those who take over

    What: A licence file with text, or a licence named in the package's metadata or README.

    Why: Without a licence nobody but the author has the right to run, change or sell the work.

    Example: A `LICENSE` file with the text of Apache 2.0 speaks for.

    Limits: Work for a client is governed by its contract, so a missing licence says nothing here. Licences of
    data and of copied code are looked at by other checks.
    """

    code = "HND106"
    moves: ClassVar = {"handover": Move(up=0.15)}
    why = "A licence says what the taker may do."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for the file."""
        found = [p for p in repo.glob("license*", "licence*", "copying*", "unlicense*") if p.count("/") == 0]
        if found and len(repo.text(found[0]).text.split()) >= 40:
            yield self.found("A licence says what others may do with the work.", repo.at(found[0], 1))


_SUPPORT = re.compile(
    r"^((technical )?support|contacts?( us| me| info\w*)?|contact (the )?(authors?|person|details)|maintainers?"
    r"|getting help|help|community|questions?|feedback|who do i talk to)(?=\s*([:?!.(,/&-]|and\b|or\b|$))",
    re.IGNORECASE,
)


_ANSWERED = re.compile(r"answer|\bfaq\b|asked|q ?& ?a", re.IGNORECASE)
"""Headings of questions that were asked already."""
_REACHES = re.compile(
    r"\bhttps?://|\]\(|`_|\w@\w|\[at\]|mailto"
    r"|\b(issues?|discussions?|slack|discord|gitter|forum|mailing list|chat|twitter|linkedin"
    r"|e-?mail|contact|telegram|zulip|matrix|stack ?overflow|maintain\w*|ask|write to|tel)\b",
    re.IGNORECASE,
)
"""A way to somebody: an address, a tracker, a room to talk in."""


_NEAR = re.compile(r"(\.github|\.gitlab|docs?|documentation)/", re.IGNORECASE)
"""Folders whose texts are those of the whole project."""
_DEPTH = {"a support or security policy": 1, "a change log": 1}
"""How many folders deep a text may lie; deeper ones are about something else of that name."""


class Support(Check):
    """Somebody to ask, and a way to contribute

    What: A contributing guide, named owners or maintainers, an issue template, a changelog, or a section of the
    README that says where to ask.

    Why: The day after the handover somebody has a question.

    Example: `CONTRIBUTING.md` that tells how to set up and test, `CODEOWNERS`, and a change log by version speak for.

    Limits: Whether questions are answered is not in the files.
    """

    code = "HND107"
    moves: ClassVar = {"handover": Move(up=0.25)}
    why = "A taker who knows whom to ask and how to change the work can own it."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Count the kinds."""
        found: dict[str, tuple[str, int]] = {}
        copies = copied_folders(repo)
        for kind, patterns, words in (
            ("a contributing guide", ("contributing*",), 60),
            ("named owners", ("codeowners", "maintainers*", "owners"), 1),
            ("a template for issues", (".github/issue_template*", ".github/issue_template/*"), 5),
            ("a change log", ("changelog*", "changes*", "history.md", "history.rst", "release_notes*"), 40),
            ("a support or security policy", ("support.md", "security.md"), 30),
        ):
            path = next(
                (
                    p
                    for p in repo.glob(*patterns)
                    if p.count("/") <= _DEPTH.get(kind, 2)
                    and (not p.count("/") or _NEAR.match(p))
                    and not p.startswith(copies)
                    and len(repo.text(p).text.split()) >= words
                ),
                None,
            )
            if path is not None:
                found[kind] = (path, 1)
        readme = repo.readme
        asked = (
            s.line
            for s in (sections(readme) if readme else ())
            if _SUPPORT.match(s.title) and not _ANSWERED.search(s.title) and _REACHES.search(s.body)
        )
        if readme is not None and (line := next(asked, 0)):
            found["a section on where to ask"] = (readme.path, line)
        if found:
            yield self.found(
                f"Those who take over find {', '.join(found)}.",
                *(repo.at(*place) for place in first(found.values(), 4)),
                strength=ramp(len(found), 0, 3),
                kinds=len(found),
            )


_TABLES = (".csv", ".tsv", ".jsonl", ".parquet", ".npy", ".conll", ".wav", ".mp3")
_REQUEST = re.compile(
    r"(^|/)(samples?|examples?|demos?|inputs?)/|(sample|example|request|payload|input)[^/]*$", re.IGNORECASE
)
"""Where JSON is an input; elsewhere it may be anything."""
_MEDIA = (".jpg", ".jpeg", ".png")
_SAMPLES = re.compile(
    r"(^|/)(samples?|examples?|demos?|data|inputs?)/|(^|/)[^/]*(sample|example|demo)[^/]*$", re.IGNORECASE
)
_MEDIA_FOLDERS = re.compile(
    r"(^|/)(data|inputs?|test_images?|sample_\w+|demo_(images?|data)|samples?/(images?|inputs?))/", re.IGNORECASE
)
_NO_SAMPLE = re.compile(
    r"requirements|readme|licen[cs]e|package|config|settings|(^|/)docs?/|\.github|screen|loss|plot|curve|result|forecast|predict|(^|/)logs?[_./]|confusion|figure|logo|info\.txt|exclude|swagger|template|random[-_]?outputs?|placeholder|xcassets|postman|schema|submission|metadata|manifest|report|importance|output\.|_output|spec|history|labels?\.|classes\.|dictionary|missing|descri|summary|_dist\.|eda|heatmap|correlation|chart|graph|(^|[/_-])(folds?|splits?|ids?)\.",
    re.IGNORECASE,
)


_DRAWN = re.compile(
    r"roc\b|auc\b|cluster|elbow|pca|tsne|t-sne|umap|hist|scatter|boxplot|pair|distribut|accura|train|score|metric|shap"
    r"|architect|diagram|pipeline|banner|icon|analysis|compar|trend|seasonal|residual|matrix|overview|app\b",
    re.IGNORECASE,
)
"""Names of pictures that were drawn from data, and are none; what lies beside one is taken for its like."""


class SampleInput(Check):
    """Sample input beside the code

    What: Small data, images, texts or request bodies in a folder for samples, examples, demos or data, with
    which the work can be tried at once.

    Why: A sample shows the form of the input better than any description, and lets the taker see an answer
    within minutes.

    Example: `data/sample.csv` or `examples/request.json` beside `predict.py` speaks for.

    Limits: That the sample fits the code is not tried. Test data count only when nothing else is there, and for half.
    """

    code = "HND110"
    moves: ClassVar = {"handover": Move(up=0.2)}
    ml_only = True
    why = "With a sample, whoever takes over sees an answer before they read the code."

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Look for small data files."""
        drawn = {e.path.rpartition("/")[0] for e in repo.tree.files if e.suffix in _MEDIA and _DRAWN.search(e.name)}
        files = [
            e
            for e in repo.tree.files
            if 50 < e.size < 5_000_000
            and (
                (e.suffix in _TABLES and _SAMPLES.search(e.path))
                or (e.suffix == ".json" and _REQUEST.search(e.path))
                or (e.suffix in _MEDIA and _MEDIA_FOLDERS.search(e.path) and e.path.rpartition("/")[0] not in drawn)
            )
            and repo.part(e.path) != "vendored"
            and not _NO_SAMPLE.search(e.path)
        ]
        tested = [e.path for e in files if repo.part(e.path) == "test" or "test" in e.path.rpartition("/")[0].lower()]
        own = sorted({e.path for e in files} - set(tested))
        if own or tested:
            shown = own or tested
            yield self.found(
                f"The repository holds small files of data: {', '.join(f'`{path}`' for path in shown[:2])}"
                + (" among others." if len(shown) > 2 else "."),
                *(repo.at(path) for path in first(shown, 3)),
                strength=0.8 if own else 0.4,
                files=len(shown),
            )


CHECKS: tuple[Check, ...] = (ModelFile(), AuthorBound(), LicenceToUse(), Support(), SampleInput())
