"""Scale: what happens when the data grow beyond the notebook."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterable
from typing import ClassVar

from heldout.evidence import Finding
from heldout.sources.repository.checks.base import Check, Move, about, first, fraction, ramp, rounded, sentence, some
from heldout.sources.repository.checks.practice import Practice
from heldout.sources.repository.module import Module
from heldout.sources.repository.reading import argument, called_name, constant, loop_of, says_something
from heldout.sources.repository.repository import Repository
from heldout.sources.repository.syntax import walk


class Vectorised(Practice):
    """Work on whole arrays

    What: Conditions, sums by index, broadcasting and products that are said on whole arrays or compiled.

    Why: Array operations run in compiled code; the same thought in Python loops stops at the first larger data set.

    Example: `np.where`, `np.bincount`, `np.einsum`, `a[:, None] - b[None, :]`, scipy's sparse matrices and numba speak
    for.

    Limits: Only forms that cannot be mistaken are counted; plain arithmetic on arrays is vectorised too but not seen.
    """

    code = "SCL103"
    moves: ClassVar = {"scale": Move(up=0.3), "wrangling": Move(up=0.2)}
    why = "Work on whole arrays grows with the data."
    sentence = "Work is done on whole arrays"
    counted = False
    full = 3
    kinds: ClassVar = {
        "choices and lookups": ("numpy:where|select|choose|digitize|searchsorted|isin|in1d", "torch:where"),
        "running sums and counts": (
            "numpy:bincount|add.at|cumsum|histogram|add.reduceat",
            "numpy:unique?return_counts",
            "numpy:unique?return_inverse",
            "torch:scatter_add",
            ".scatter_add_",
        ),
        "products over axes": ("numpy:einsum|tensordot|outer|matmul", "torch:einsum|bmm|matmul", "opt_einsum:contract"),
        "broadcasting": ("numpy:broadcast_to",),
        "sorting by position": ("numpy:argpartition|partition|argsort|lexsort", "torch:topk"),
        "sparse matrices": ("scipy:csr_matrix|csc_matrix|coo_matrix|lil_matrix", "torch:sparse_coo_tensor"),
        "columns of text": (),
        "compiled loops": ("numba:jit|njit|vectorize|guvectorize",),
    }

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Broadcasting by `None`, text columns, and compiled functions marked by a bare decorator."""
        if "[:, None" in module.text or "[None, :" in module.text or "newaxis" in module.text:
            for node in module.nodes(ast.Subscript):
                # An axis alone only makes room for a batch; with arithmetic around it, it is broadcast.
                if not isinstance(module.parent(node), ast.BinOp | ast.Compare):
                    continue
                if isinstance(node.slice, ast.Tuple) and any(
                    (isinstance(e, ast.Constant) and e.value is None) or (module.resolve(e) or "") == "numpy.newaxis"
                    for e in node.slice.elts
                ):
                    yield "broadcasting", node.lineno
        if ".str." in module.text:
            for node_ in module.nodes(ast.Attribute):
                if node_.attr in _TEXT_METHODS and _is_text_column(node_.value):
                    yield "columns of text", node_.lineno
        if "numba" in module.imports or "numba" in module.text:
            for function, facts in module.functions:
                if any((module.resolve(d) or "").startswith("numba.") for d in function.decorator_list):
                    yield "compiled loops", facts.line

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Praise where it is done more than now and then."""
        if sum(places for files in self.seen(repo).values() for _, _, places in files) >= _OFTEN:
            yield from self.praise(repo)


_OFTEN = 3
"""Places from which on work on whole arrays is a habit."""


def _is_text_column(node: ast.expr) -> bool:
    """`df["name"].str`, but not `df.columns.str`: the names of the columns are no data."""
    if not (isinstance(node, ast.Attribute) and node.attr == "str"):
        return False
    return not any(isinstance(part, ast.Attribute) and part.attr in ("columns", "index") for part in walk(node.value))


_TEXT_METHODS = frozenset(
    {"contains", "replace", "extract", "split", "lower", "strip", "startswith", "len", "match", "upper"}
)


class BoundedMemory(Practice):
    """Data larger than memory are provided for

    What: Reading in chunks, memory mapping, streamed data sets, lazy frames, fitting by parts, generators of batches.

    Why: The company's data do not fit where the sample did.

    Example: `pd.read_csv(path, chunksize=100_000)`, `np.memmap`, `TFRecordDataset`, `partial_fit` in a loop speak for.

    Limits: An import of a framework for large data is nothing by itself; only calls that read or compute count. A
    map of fewer than a million numbers is no large data.
    """

    code = "SCL104"
    moves: ClassVar = {"scale": Move(up=0.5)}
    why = "A pipeline that holds a part of the data at a time works on any amount of it."
    sentence = "Data are read or handled in parts"
    counted = False
    kinds: ClassVar = {
        "reading in chunks": (
            "pandas:read_csv|read_sql|read_json|read_table|read_sql_query?chunksize",
            "pandas:read_csv|read_table?iterator",
            ".iter_batches",
            ".fetchmany",
            "ijson:items",
        ),
        "memory mapping": ("numpy:memmap|open_memmap", "numpy:load?mmap_mode", "joblib:load?mmap_mode"),
        "stores on disk": (
            "zarr:open|open_group|open_array",
            "lmdb:open",
            "tables:open_file",
            "xarray:open_mfdataset",
        ),
        "streamed data sets": (
            "tensorflow:TFRecordDataset|TextLineDataset|Dataset.from_generator|from_generator",
            "<torch:IterableDataset",
            "webdataset:WebDataset",
            "datasets:load_dataset?streaming",
            ".flow_from_directory",
            ".flow_from_dataframe",
            "tensorflow:image_dataset_from_directory",
            "<keras:Sequence",
            "<tensorflow:Sequence",
        ),
        "fitting by parts": (),
        "lazy or out-of-core frames": (
            "dask:read_csv|read_parquet|from_pandas|from_delayed|from_array",
            "polars:scan_csv|scan_parquet|scan_ndjson",
            "vaex:open|from_csv",
            "apache_beam:Pipeline",
        ),
        "generators of batches": (),
    }

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """A memory map of a small shape that is written down only shares a few numbers between programs."""
        shape = argument(call, "shape", 4)
        if kind != "memory mapping" or not isinstance(shape, ast.Tuple | ast.Constant):
            return True
        sides = [constant(side) for side in (shape.elts if isinstance(shape, ast.Tuple) else [shape])]
        numbers = [side for side in sides if isinstance(side, int)]
        return len(numbers) < len(sides) or math.prod(numbers) >= _LARGE

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """`partial_fit` in a loop, and generators that hand out batches or chunks."""
        for call in module.called.get("partial_fit", ()):
            if loop_of(module, call) is not None:
                yield "fitting by parts", call.lineno
        for node in module.nodes(ast.Yield):
            function = module.function_of(node)
            if function is None or loop_of(module, node) is None or not _HANDS_OUT.search(function.name):
                continue
            if any(isinstance(part, ast.Call) and _FETCHES.search(called_name(part)) for part in walk(function)):
                yield "generators of batches", function.lineno


_LARGE = 1_000_000
"""Numbers in a memory map from which on memory is a matter at all."""

_FETCHES = re.compile(r"read|open|load|fetch|get_|get$|query|request|next|imread|page|stream|decode|parse|scan|line")
"""What a generator does to bring data in; one that cuts up what is in memory already bounds nothing."""

_HANDS_OUT = re.compile(r"batch|chunk|stream|generator|minibatch", re.IGNORECASE)


class ParallelWork(Practice):
    """Several cores or machines share the work

    What: Loader workers, process pools, jobs by setting, parallel data pipelines, clusters.

    Why: Loading and preparing on one core leaves the rest of the machine, and the graphics card, waiting.

    Example: `DataLoader(..., num_workers=4)`, `Parallel(n_jobs=-1)`, `ds.map(f, num_parallel_calls=AUTOTUNE)` speak
    for.

    Limits: Whether the work gained from it is not seen.
    """

    code = "SCL105"
    moves: ClassVar = {"scale": Move(up=0.3)}
    why = "Work that can be shared grows with the machine."
    sentence = "Work is set up to be shared between cores or machines"
    counted = False
    kinds: ClassVar = {
        "workers that load data": ("?num_workers", "keras:fit_generator?workers"),
        "processes": ("multiprocessing:Pool|Process", "torch:multiprocessing.spawn", "concurrent:ProcessPoolExecutor"),
        "jobs by setting": ("joblib:Parallel", "?n_jobs", "pandarallel:initialize"),
        "parallel data pipelines": ("?num_parallel_calls", "?num_parallel_reads"),
        "Dask, Ray or Spark": ("dask:Client", "distributed:Client", "ray:init|remote", ".getOrCreate", "modin:init"),
    }


class SeveralDevices(Practice):
    """Training on several devices, or in mixed precision

    What: Distributed training, mixed precision, and savings of device memory, set up in code.

    Why: A model that trains on one device at full precision meets a wall that money cannot move.

    Example: `DistributedDataParallel`, `tf.distribute` strategies, `autocast` with a `GradScaler` speak for.

    Limits: A setting that exists may never have been used; whether it was faster is not seen.
    """

    code = "SCL106"
    ml_only = True
    moves: ClassVar = {"scale": Move(up=0.45)}
    why = "Larger models and data need more than one device."
    sentence = "Training or prediction is set up for"
    counted = False
    kinds: ClassVar = {
        "several processes or machines": (
            "torch:DistributedDataParallel|init_process_group|FullyShardedDataParallel",
            "tensorflow:MultiWorkerMirroredStrategy|TPUStrategy|ParameterServerStrategy|TPUClusterResolver",
            "horovod:init|DistributedOptimizer",
            "accelerate:Accelerator",
            "deepspeed:initialize",
            "apex:DistributedDataParallel",
        ),
        "mixed precision": (
            "torch:autocast|GradScaler",
            "apex:initialize|scale_loss",
            "tensorflow:set_global_policy|set_policy|enable_mixed_precision_graph_rewrite",
        ),
        "several devices in one process": (
            "torch:DataParallel",
            "tensorflow:MirroredStrategy",
            "keras:multi_gpu_model",
            "tensorflow:multi_gpu_model",
            "jax:pmap",
        ),
        "less device memory": ("torch:checkpoint_sequential|checkpoint.checkpoint", "?gradient_accumulation_steps"),
    }

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """The settings of trainers."""
        for name in ("Trainer", "TrainingArguments"):
            for call in module.called.get(name, ()):
                for keyword, kind in _TRAINER_SETTINGS.items():
                    if says_something(argument(call, keyword)) and constant(argument(call, keyword)) not in (32, "32"):
                        yield kind, call.lineno


_TRAINER_SETTINGS = {
    "fp16": "mixed precision",
    "bf16": "mixed precision",
    "precision": "mixed precision",
    "distributed_backend": "several processes or machines",
    "num_nodes": "several processes or machines",
    "accumulate_grad_batches": "less device memory",
}


class Measured(Practice):
    """Time or memory is measured

    What: Profilers, benchmarks and memory measurements in the code, in benchmark files and in tests.

    Why: Who has not measured optimises by guessing, and learns of the limit from the client.

    Example: `cProfile`, `torch.profiler`, `tracemalloc`, pytest-benchmark and a `benchmarks/` file that times the work
    speak for; printing the seconds of an epoch does not.

    Limits: Measurements made outside the repository are not seen.
    """

    code = "SCL107"
    parts = ("code", "example", "test")
    moves: ClassVar = {"scale": Move(up=0.35)}
    why = "Figures of time and memory tell what breaks first when the data grow."
    sentence = "Time or memory is measured"
    counted = False
    kinds: ClassVar = {
        "profiles": (
            "cProfile:Profile|run|runctx",
            "torch:profiler.profile|profile|record_function",
            "line_profiler:LineProfiler",
            "pyinstrument:Profiler",
            "tensorflow:profiler.experimental.start|ProfilerHook",
        ),
        "memory": (
            "tracemalloc:start|take_snapshot",
            "memory_profiler:profile|memory_usage",
            "torch:max_memory_allocated|memory_summary|cuda.memory_allocated",
            "psutil:Process",
            "resource:getrusage",
        ),
        "benchmarks": ("timeit:timeit|repeat|Timer", "torch:benchmark.Timer", "triton:do_bench"),
    }

    def counts(self, module: Module, kind: str, call: ast.Call) -> bool:
        """Not a number that a script works out and drops: only a notebook shows what the last line of a cell gives."""
        around = module.parent(call)
        while isinstance(around, ast.BinOp):
            around = module.parent(around)
        return module.notebook is not None or not (
            isinstance(around, ast.Expr) and "memory_allocated" in called_name(call)
        )

    def also(self, module: Module) -> Iterable[tuple[str, int]]:
        """Files that are benchmarks and take the time, and tests that use the benchmark fixture."""
        if re.search(r"(^|[/_])(bench(mark)?s?|asv_bench|speed_?test|perf_?test)([/_.]|$)", module.path.lower()):
            for name in ("perf_counter", "time", "process_time", "monotonic", "synchronize"):
                for call in module.called.get(name, ()):
                    if (module.resolve(call.func) or "").startswith(("time.", "torch.cuda.")):
                        yield "benchmarks", call.lineno
        if module.part == "test" and "benchmark" in module.text:
            for call in module.called.get("benchmark", ()):
                if isinstance(call.func, ast.Name) and "benchmark" not in module.aliases:
                    yield "benchmarks", call.lineno


class LogicOutsideNotebooks(Check):
    """The logic lives in modules, notebooks show it

    What: The share of the code that stands outside notebooks.

    Why: What lives in a notebook cannot be imported, tested, scheduled or run on larger data by others.

    Example: A package of modules with two notebooks that call it speaks for; 1,000 lines in cells, and no module, speak
    against.

    Limits: A course or a collection of analyses is rightly a set of notebooks; the finding says only where the code
    is. Tests and documentation folders are left out. With under 300 lines nothing is said.
    """

    code = "SCL108"
    ml_only = True
    moves: ClassVar = {"scale": Move(up=0.3, down=0.4)}
    severity = "medium"
    why = "Code in modules can be imported, tested and run on larger data; code in cells cannot."
    mend = "Move the steps into functions of a module, and let the notebook call and show them."
    ask = "Which parts of these notebooks would you move into a package first, and why?"

    def on_repository(self, repo: Repository) -> Iterable[Finding]:
        """Compare the lines in cells with the lines in modules."""
        in_cells = sum(m.code_lines for m in repo.notebooks)
        share = fraction(in_cells, repo.code_lines)
        functions = sum(1 for m in repo.scripts for _ in m.functions)
        if repo.code_lines < 300:
            return
        if share >= 0.75:
            yield self.against(
                sentence(
                    f"{about(in_cells, repo.code_lines)} of some {rounded(repo.code_lines):,} lines of code (docstrings"
                    " included, tests and documentation apart) stand in"
                    f" {'a notebook' if len(repo.notebooks) == 1 else 'notebooks'}."
                ),
                *(repo.at(m.path) for m in first(sorted(repo.notebooks, key=lambda m: -m.code_lines), 3)),
                strength=ramp(share, 0.7, 1.0),
                notebook_share=round(share, 3),
            )
        elif share <= 0.3 and functions >= 10 and repo.complete and not _unread(repo):
            yield self.found(
                sentence(
                    f"{about(repo.code_lines - in_cells, repo.code_lines)} of some {rounded(repo.code_lines):,} lines"
                    " of code (docstrings included, tests and documentation apart) stand outside notebooks, with"
                    f" {some(functions, 'function')} and methods."
                ),
                strength=ramp(share, 0.3, 0.1) * ramp(functions, 5, 30),
                notebook_share=round(share, 3),
                functions=functions,
            )


def _unread(repo: Repository) -> bool:
    """Whether there is a notebook whose code could not be counted."""
    return any(entry.path.endswith(".ipynb") and not entry.readable for entry in repo.tree.files)


CHECKS: tuple[Check, ...] = (
    Vectorised(),
    BoundedMemory(),
    ParallelWork(),
    SeveralDevices(),
    Measured(),
    LogicOutsideNotebooks(),
)
