"""Reproducibility: where the data come from, and which version of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import ClassVar

from heldout.evidence import Finding, Location
from heldout.material.tree import FileEntry
from heldout.sources.repository.checks.authorship import copied_files
from heldout.sources.repository.checks.base import Check, Move, Text, first, ramp
from heldout.sources.repository.checks.paths_and_config import RECORDED
from heldout.sources.repository.documents import copied_folders
from heldout.sources.repository.module import Module
from heldout.sources.repository.needs import purpose
from heldout.sources.repository.repository import Repository

_DATASETS = re.compile(
    r"sklearn\.datasets\.(load|fetch)_\w+|torchvision\.datasets\.(?!ImageFolder|DatasetFolder|FakeData|VisionDataset)\w+|torchtext\.(datasets|legacy\.datasets)\.[\w.]+"
    r"|torchaudio\.datasets\.\w+|(tensorflow\.)?keras\.datasets\.[\w.]+|tensorflow\.examples\.tutorials\.mnist\.[\w.]+"
    r"|tensorflow_datasets\.(load|builder)|datasets\.load_dataset|seaborn\.load_dataset|statsmodels\.[\w.]*get_rdataset"
    r"|torch_geometric\.datasets\.\w+|dgl\.data\.((?!DGL|CSVDataset)[A-Z]\w+|load_data)|vega_datasets\.\w+|openml\.[\w.]+"
    r"|ogb\.(?!utils|io\.)[\w.]*Dataset\w*|fastai\.[\w.]*untar_data"
    r"|mxnet\.gluon\.data\.vision\.(?!Image(Folder|Record|List))\w+|wfdb\.(?!plot|wr)\w+|yfinance\.\w+|pandas_datareader\.[\w.]+|ucimlrepo\.\w+"
)
_DOWNLOADS = re.compile(
    r"urllib\.request\.urlretrieve|urllib\.urlretrieve|wget\.download|gdown\.\w+|pooch\.\w+|kagglehub\.\w+"
    r"|(tensorflow\.)?keras\.utils\.(data_utils\.)?get_file|torch\.hub\.download_url_to_file"
    r"|torchvision\.datasets\.utils\.download\w+|huggingface_hub\.\w*download\w*|google_drive_downloader\.[\w.]+"
)
_READS = re.compile(
    r"pandas\.read_(csv|excel|json|parquet|pickle|table|hdf|feather)|numpy\.(load|loadtxt|genfromtxt)|cv2\.imread|PIL\.Image\.open"
    r"|torchvision\.datasets\.ImageFolder|librosa\.load|scipy\.io\.loadmat|h5py\.File|tensorflow\.data\.TFRecordDataset"
    r"|soundfile\.read|scipy\.io\.wavfile\.read"
)
_SHELL_DOWNLOAD = re.compile(
    r"\b(wget|curl|gdown|aria2c|kaggle (datasets|competitions) download|gsutil cp|aws s3 (cp|sync))\b"
)
_TOOL = re.compile(
    r"\.(deb|rpm|jar|exe|whl)\b|\b(spark|hadoop|openjdk|jdk|chromedriver|miniconda\w*|anaconda\d?)[-_./\d]|\bapt|pip|conda|[-_.](linux|x86_64|amd64|darwin)|\b(install|setup)[\w-]*\.sh|(^|/)(infra|docker|ci)/"
    r"|localhost|127\.0\.0\.1|/(health\w*|ready|ping|status|predict\w*|metrics|invocations|docs)\b",
    re.IGNORECASE,
)
"""A download of a program, which is no data."""
_HOLDS_DATA = re.compile(
    r"\.(zip|tar|tgz|gz|bz2|xz|7z|rar|csv|tsv|jsonl?|txt|h5|hdf5|np[yz]|parquet|mat|pkl|xml|tfrecords?)\b|kaggle|gdown|gsutil"
)
_DATA_SUFFIXES = (
    ".csv",
    ".tsv",
    ".jsonl",
    ".parquet",
    ".npy",
    ".npz",
    ".h5",
    ".hdf5",
    ".xlsx",
    ".xls",
    ".feather",
    ".arff",
    ".data",
)
_PRODUCED = re.compile(
    r"(^|[/_-])(sizes?|stats|statistics|summary|ranking|tuning)\.|result|output|baseline|predict|submission|log|score|metric|checkpoint|weight|milestone|report|benchmark|load_?test|hpa_"
    r"|screenshot|experiment|trial|leaderboard|embed|metadata|importance|manifest|history|template|modelo_|(^|/)(conf|configs?|models?|outputs?|logs?)/"
    r"|(^|/)([\w-]*[_-])?(folds?|splits?|ids?|filelist|classes|labels?|columns?|vocab\w*|thresholds?)\.|(^|/)(ids?|splits?)_|plots?[/_]|visuali[sz]|boxplot|_values?\."
    r"|model[^/]*\.(data|h5|hdf5|np[yz])$|\.(onnx|ckpt)",
    re.IGNORECASE,
)
_DATA_ADDRESS = re.compile(
    r"https?://[^\s\"'<>)]{3,300}\.(csv|tsv|parquet|json|jsonl|zip|gz|tgz|tar|h5|hdf5|feather|xlsx?|npz)\b",
    re.IGNORECASE,
)
"""The address of a file of data, wherever it is written."""
_DATA_WORDS = re.compile(r"\b(data ?sets?|corpus|corpora|training data|data)\b", re.IGNORECASE)
_DATASET_WORDS = re.compile(
    r"\bdata ?sets?\b|\bcorp(us|ora)\b|\b(training|test|raw|input) data\b|\bdata\b|\bdatos\b|\bdaten\w*"
    r"|donn[ée]es|\bdados\b|\bdati\b"
    r"|veri set|数据|데이터|データ|данны",
    re.IGNORECASE,
)
_HOSTS_DATA = re.compile(
    r"https?://[^\s)\"'>]{0,200}?(kaggle\.com/(c/|competitions|datasets|(?!code/|learn/|discussion)[\w-]+/[\w-]+)|archive\.ics\.uci|huggingface\.co/datasets"
    r"|drive\.google|pan\.baidu|dropbox\.com|figshare|dataverse|data\.world|openml|physionet|data\.gov|paperswithcode\.com/dataset"
    r"|/(datasets?|data|corpus|corpora)/|[/.]data\.|/[\w-]*(datasets?|corpus)[\w-]*(?=[\s)\"'>]|$))|https?://[^\s)\"'>]{3,300}\.(csv|tsv|zip|tar|t?gz|jsonl?|parquet|h5|npz|7z|xlsx?|mat)\b",
    re.IGNORECASE,
)
"""Addresses of places that keep data, and of files of data."""
_NAMED_LINK = re.compile(
    r"\[[^\]]{0,80}\b(data ?sets?|corpus|(training|test|raw|source|original|evaluation)( and \w+)? data)\b[^\]]{0,80}\]"
    r"\(\s*https?://|>[^<]{0,40}\bdata ?sets?\b[^<]{0,40}</a>",
    re.IGNORECASE,
)
_FETCHED = re.compile(
    r"\bdownload (the |our |all |any |your )?([\w'&-]+ ){0,4}data|\bdata\w*\b.{0,60}\b(be|is|are) downloaded\b"
    r"|\bdownload\w*[ _](the )?data|\bdvc pull\b|kaggle (datasets|competitions) download",
    re.IGNORECASE,
)
_POINTED = re.compile(
    r"\b(data ?sets?|corpus|corpora)\b[^.\n]{0,40}(:| (from|at|is|are|available|here|by"
    r"|of)\b)[^.\n]{0,60}(\[[^\]\n]{1,80}\]\(|<)?"
    r"https?://",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://[^\s)\"'>]+")
_DATA_PATH = re.compile(r"`[^`\n]{0,80}\.(csv|tsv|parquet|jsonl|npy|npz|h5|xlsx?|arff)`")
_MADE = re.compile(
    r"\breturn|answer|unzip|unpack|extract|produc|output|writ|sav|generat|creat|split|export|result|predict",
    re.IGNORECASE,
)
"""Words of data that a program makes, which do not say where data come from."""


_OWN_FILE = re.compile(r"\[[^\]\n]{0,100}\]\([^)\s]{1,300}\.(py|ipynb|md|rst|png|jpe?g|gif)\)", re.IGNORECASE)
"""Links to code, texts and pictures, which are no data."""
_ENVIRONMENTS = re.compile(r"gym(nasium)?\.make")
_WEIGHTS = re.compile(
    r"weight|pre-?train|checkpoint|ckpt|\.pth?\b|cache_subdir\s*=\s*.models|glove|embedding|word2vec|vectors|config|tokeniz"
    r"|vocab|\bmodel|font|card|icon|\.py\b|\.whl",
    re.IGNORECASE,
)
_OF_DATA = re.compile(r"data|corpus|corpora|\.csv|\.tsv|\.parquet|kaggle|\btrain|images?\b", re.IGNORECASE)
"""Words beside a download that say what is fetched."""


_MODELS = re.compile(
    r"\b(models?|weights|checkpoints?|pre-?trained)\b|\.(pth?|h5|ckpt|onnx|safetensors)\b", re.IGNORECASE
)
_SURELY_DATA = re.compile(r"\bdata ?sets?\b|\bcorp(us|ora)\b|kaggle|\.(csv|tsv|parquet|jsonl?|npz)\b", re.IGNORECASE)
"""Words of weights, which are no data, and of what is data all the same."""


_UPLOADS = re.compile(
    r"\b(aws s3|gsutil( -m)?) (cp|sync|rsync)( -\S+)* ((?!s3:|gs:)\S+ [\"']?(s3|gs):|\.{0,2}/\S+ [\"']?\$)"
)


def _brings_data(path: str, command: str) -> bool:
    """Whether a download speaks of data by its words, its script's name or the kind of its file, and of no program."""
    named = _DATA_WORDS.search(command.replace("_", " ")) or _DATA_WORDS.search(path.replace("_", " "))
    if _UPLOADS.search(command):
        return False
    of_models = _MODELS.search(f"{path} {command}".replace("_", " ")) and not _SURELY_DATA.search(command)
    if of_models or _TOOL.search(command) or (_TOOL.search(path) and not named):
        return False
    return bool(named or ("/releases/download/" not in command and _HOLDS_DATA.search(command)))


class DataOrigin(Check):
    """Where the data come from

    What: Whether the data can be had: a standard data set loaded by a library, a download in code or script, files in
    the repository, or a README that says where to get them.

    Why: Training code without its data shows how a result was made and lets nobody make it.

    Example: `pd.read_csv("train_final_v2.csv")` with no such file, link or word on data anywhere speaks against; a
    script that fetches the data speaks for.

    Limits: A link may be dead and a file may be incomplete: nothing is fetched. Libraries are only praised.
    """

    code = "REP303"
    moves: ClassVar = {"reproducibility": Move(up=0.25, down=0.25)}
    severity = "medium"
    ml_only = True
    why = "A result can be made again only with the data that it came from."
    mend = "Say in the README where the data come from, and fetch or check them by a script."
    ask = "Where did the data come from, and how would I get the same rows today?"
    suffixes: ClassVar = (".sh", "makefile", "dockerfile")

    def on_text(self, text: Text) -> Iterable[Finding | object]:
        """Note downloads in scripts."""
        if text.path.startswith(".") or (
            "://" not in text.text and "kaggle" not in text.text and "gdown" not in text.text
        ):
            return
        for number, line in enumerate(text.lines, start=1):
            bare = line.strip()[:1_000]
            named = "://" in bare or re.search(r"kaggle|gdown|gsutil|aws s3|\$\{?\w*(URL|LINK)", bare)
            if not bare.startswith("#") and named and _SHELL_DOWNLOAD.search(bare) and _brings_data(text.path, bare):
                yield number
                return

    def _place(self, repo: Repository, path: str, line: int) -> Location:
        return repo.at(path) if path.endswith(_DATA_SUFFIXES) else repo.at(path, line)

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Gather all ways in which the data can be had."""
        standard = list(first(repo.calls(*_GLOBS_STANDARD), 2_000))
        copied = copied_files(repo)
        loads = [(p, line) for p, name, line in standard if _DATASETS.fullmatch(name) and p not in copied]
        played = [(path, line) for path, name, line in standard if _ENVIRONMENTS.fullmatch(name)]
        fetched = [
            (path, line)
            for path, name, line in standard
            if _DOWNLOADS.fullmatch(name)
            and _OF_DATA.search(near := "\n".join(repo.text(path).lines[max(line - 4, 0) : line + 5]))
            and not _WEIGHTS.search(near)
            and not re.search(r"glove|word2vec|embedding|pretrain", path, re.IGNORECASE)
        ]
        fetched += [(noted.path, noted.note) for noted in repo.notes(self)]
        stored = [
            e.path
            for e in repo.tree.files
            if e.suffix in _DATA_SUFFIXES
            and (
                e.size > 200 or not (e.readable or e.symlink)
            )  # what this copy lacks is in the repository all the same
            and not _PRODUCED.search(e.path)
            and not RECORDED.search(e.path)
            and repo.part(e.path) in ("code", "example")
            and not _of_runs(repo, e)
        ]
        # What is called data is shown before what else has the format of data.
        stored.sort(key=lambda path: not re.search(r"data|raw|train|input|corpus|dato|daten|dado", path, re.IGNORECASE))
        tracked = repo.glob("*.dvc", "dvc.yaml")
        told = _told(repo.readme)
        beside = [] if told else _told_beside(repo)
        ways = [("a standard data set is loaded by a library", loads), ("data are fetched by code or script", fetched)]
        ways += [("a simulated environment is made by a library", played)]
        ways += [("files in formats of data are in the repository", [(p, 1) for p in stored[:20]])]
        ways += [("data are tracked by DVC", [(p, 1) for p in tracked])]
        ways += [("the README names data with a place or a way to fetch them", told)]
        ways += [("a README in a folder names data with a place or a way to fetch them", beside)]
        good = [(what, places) for what, places in ways if places]
        if good:
            yield self.found(
                f"Of the data, this can be seen: {'; '.join(what for what, _ in good)}.",
                *(self._place(repo, *places[0]) for _, places in first(good, 3)),
                strength=ramp(len(good), 0, 3),
                ways=len(good),
            )
            return
        reads = [(path, line) for path, name, line in repo.calls(*_GLOBS_READ) if _READS.fullmatch(name)]
        readmes = [repo.text(path).text for path in first(repo.glob("readme*"), 20)]
        named = any(_DATASET_WORDS.search(text) for text in readmes)
        if reads and repo.ml.training and repo.complete and not named and purpose(repo) == "application":
            hosted = any("/kaggle/input/" in repo.text(path).text for path, _ in reads)  # the path names the data set
            if hosted or _left_out(repo) or any(_reads_own(repo, path, line) for path, line in reads):
                return
            texts = [*(m.path for m in repo.code), *repo.glob("*.md", "*.rst", "*.txt")]
            if any(_DATA_ADDRESS.search(repo.text(path).text) for path in first(texts, 400)):
                return
            yield self.against(
                "The code reads data files, and nothing in the repository holds them or says where they come from.",
                *(repo.at(path, line) for path, line in first(reads, 3)),
                strength=ramp(len(reads), 0, 2),
                reads=len(reads),
            )


_FILE_NAME = re.compile(r"[\w. ()\[\]-]+\.\w{1,8}(?=[\"'])")


def _left_out(repo: Repository) -> bool:
    """Whether some file that was not read, too large or absent from this copy, may be what holds the data."""
    kinds = (*_DATA_SUFFIXES, ".txt", ".json", ".zip", ".gz", ".tar", ".pkl", ".mat", ".xml")
    apart = (e for e in repo.tree.files if not e.readable and not e.symlink and e.suffix in kinds)
    named = any(gap.what.partition(",")[0].lower().endswith(kinds) for gap in repo.tree.gaps if not gap.ours)
    return named or any(not _PRODUCED.search(e.path) for e in apart)


def _reads_own(repo: Repository, path: str, line: int) -> bool:
    """Whether a file of the name that stands where it is read is in the repository, in whatever folder."""
    near = "\n".join(repo.text(path).lines[max(line - 1, 0) : line + 2]) if not path.endswith(".ipynb") else ""
    return any(name.strip() in repo.file_names for name in _FILE_NAME.findall(near))


# The patterns only narrow the calls cheaply; the expressions above decide.
_GLOBS_STANDARD_NAMES = """
*data* urllib* wget* gdown* pooch* kaggle* *get_file torch.hub* huggingface_hub* gym* nltk* gensim* openml*
ogb* fastai* librosa* yfinance* ucimlrepo* wfdb* tensorflow.examples* google_drive* mxnet*
"""
_GLOBS_STANDARD = tuple(_GLOBS_STANDARD_NAMES.split())
_GLOBS_READ_NAMES = """
pandas.read_* numpy.* cv2.imread PIL.* torchvision.* librosa.* scipy.* h5py.* tensorflow.data.* soundfile.*
"""
_GLOBS_READ = tuple(_GLOBS_READ_NAMES.split())


def _told(readme: Text | None) -> list[tuple[str, int]]:
    """The first line of the README that names a place or a file of data, or tells how to fetch them."""
    if readme is None:
        return []
    lines = readme.lines[:3_000]
    for number, line in enumerate(lines, start=1):
        if len(line) >= 2_000 or line.lstrip().startswith(("[![", "![", "<img")) or _OF_FILES.search(line):
            continue
        bare = _OWN_FILE.sub(" ", line)
        if _PLACE_OF_WEIGHTS.search(bare) and not _SURELY_DATA.search(_ADDRESS.sub(" ", bare)):
            continue
        about = _DATASET_WORDS.search(" ".join(text[:500] for text in lines[max(number - 4, 0) : number]))
        if (
            (about and _HOSTS_DATA.search(bare))
            or _NAMED_LINK.search(bare)
            or _FETCHED.search(_ADDRESS.sub(" ", bare))
            or _POINTED.search(bare)
            or (_DATA_PATH.search(bare) and about and not _MADE.search(bare))
        ):
            return [(readme.path, number)]
    return []


def _told_beside(repo: Repository) -> list[tuple[str, int]]:
    """The same, of the first README in a folder that does: a work of several parts tells of the data in each."""
    copies = copied_folders(repo)
    front = repo.readme.path if repo.readme is not None else ""
    paths = (p for p in repo.glob("readme.md", "readme.rst", "readme.txt", "readme") if p != front)
    own = (p for p in paths if repo.part(p) in ("code", "docs") and not p.startswith(copies) and p.count("/") <= 2)
    return next((told for path in first(own, 20) if (told := _told(repo.text(path)))), [])


_OF_RUNS = re.compile(
    r"(?:^|[,;\t])\W?((?:(?:val|valid|test|train|cv|best|mean)_?)?(?:auc|rmse|mae|mse|acc|accuracy|f1|loss|score|logloss)"
    r"|epochs?|lr|learning_rate|num_leaves|max_depth|n_estimators|batch_size|dropout|lambda_l[12]|seed|importance)\w{0,12}\W?"
    r"(?=[,;\t]|$)",
    re.IGNORECASE,
)


def _of_runs(repo: Repository, entry: FileEntry) -> bool:
    """Whether a table's first line has the settings and scores of runs, or importances: a log and no data."""
    if entry.suffix not in (".csv", ".tsv") or not entry.readable or entry.size > 100_000:
        return False
    head = repo.text(entry.path).text[:5_000].partition("\n")[0]
    return len({match[1].lower() for match in _OF_RUNS.finditer(head)}) >= 2 or "importance" in head.lower()


_PLACE_OF_WEIGHTS = re.compile(r"pre-?trained|\bweights\b|\bcheckpoints?\b", re.IGNORECASE)
_OF_FILES = re.compile(r"^\s*[-*+]\s+\W{0,3}[\w./-]+\.py\W{0,4}[:–—-]?\s|[├└│]|<-|\|[^|]*\w\.py\b[^|]*\|")
"""Lines of a drawn tree of files, or of a table of programs."""
_HASH_KEYWORDS = frozenset(
    ["md5", "sha256", "sha1", "file_hash", "md5_hash", "known_hash", "expected_hash", "checksum", "expected_md5"]
)
_HASH = re.compile(r"(\w{1,20}:)?[0-9a-fA-F]{8,128}")


_LISTED = re.compile(
    r"^[0-9a-f]{32,64}\s+\*?\S[^\n]*\.(csv|tsv|jsonl?|parquet|np[yz]|h5|hdf5|zip|t?gz|tar|bz2|pkl|pth?|ckpt|onnx|bin|safetensors"
    r"|jpe?g|png|wav|txt|xlsx?)\s*$",
    re.MULTILINE,
)
"""The checksum of a file of data or of a model, and not of a text or a program."""


class DataVersion(Check):
    """The version of the data is fixed

    What: Data whose exact content is named: DVC with checksums, Git LFS pointers, a checksum that code verifies, or a
    data set loaded at a named revision.

    Why: Data change under the same name, and results with them.

    Example: `get_file(url, file_hash="a1b2...")`, a `data.csv.dvc` with its md5, `load_dataset("x", revision="1.2")`.

    Limits: Speaks only for. Whether the checksum is that of the reported run is not told.
    """

    code = "REP304"
    moves: ClassVar = {"reproducibility": Move(up=0.2)}
    ml_only = True
    why = "Data change under the same name; a checksum or a version says which were used."
    suffixes: ClassVar = (".dvc", "dvc.lock", ".csv", ".md5", ".sha256", "md5sums", "sha256sums", "checksums.txt")

    def on_module(self, module: Module) -> Iterable[Finding | object]:
        """Note checksums and revisions given to loading calls."""
        if not re.search(r"md5|sha256|sha1|hash|revision|checksum", module.text):
            return
        for call, name in module.calls:
            for keyword in call.keywords:
                value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
                if (
                    keyword.arg in _HASH_KEYWORDS
                    and isinstance(value, str)
                    and re.fullmatch(r"(\w+:)?[0-9a-fA-F]{8,128}", value)
                ):
                    yield call.lineno, "a checksum that the code verifies"
                elif keyword.arg == "revision" and isinstance(value, str) and name.endswith("load_dataset"):
                    yield call.lineno, "a data set at a named revision"

    def on_text(self, text: Text) -> Iterable[Finding | object]:
        """Note DVC files with a checksum, and checksum lists."""
        head = text.text[:4_000]
        if text.path.endswith((".dvc", "dvc.lock")):
            if found := re.search(r"\bmd5: *[0-9a-f]{32}", head):
                yield head.count("\n", 0, found.start()) + 1, "DVC checksums"
        elif (listed := _LISTED.search(head)) and not _TOOL.search(head):
            yield head.count("\n", 0, listed.start()) + 1, "a list of checksums"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Add Git LFS pointers, which are tiny files in place of data."""
        notes = [(noted.path, *noted.note) for noted in repo.notes(self)]
        if pointer := lfs_pointer(repo):
            notes.append((pointer, 1, "Git LFS pointers"))
        if notes:
            kinds = sorted({kind for _, _, kind in notes})
            yield self.found(
                f"The exact content of data or model files is fixed by {' and '.join(kinds)}.",
                *(repo.at(path, line) for path, line, _ in first(notes, 2)),
                strength=0.7 if len(kinds) == 1 else 1.0,
            )


def lfs_pointer(repo: Repository) -> str:
    """The first file of data or of a model that is kept by Git LFS, told by the pointer in its place; else nothing."""
    if ".gitattributes" not in repo.tree or "filter=lfs" not in repo.text(".gitattributes").text:
        return ""
    suffixes = {*_DATA_SUFFIXES, ".zip", ".gz", ".pkl", ".joblib", ".pt", ".pth", ".ckpt", ".onnx", ".bin", ".keras"}
    small = (e.path for e in repo.tree.files if e.suffix in suffixes and e.readable and e.size < 200)
    return next((p for p in first(small, 20) if repo.text(p).text.startswith("version https://git-lfs")), "")


CHECKS: tuple[Check, ...] = (DataOrigin(), DataVersion())
