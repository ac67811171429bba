"""What kinds of things code does, by the calls in it: data about libraries, not classes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Literal

Trait = Literal[
    "fit", "predict", "score", "save", "load", "serve", "client", "window", "download", "table_out", "split"
]

_BY_NAME: dict[Trait, str] = {
    "fit": """fit fit_generator partial_fit train_on_batch backward cross_val_score cross_validate cross_val_predict
        train_model fit_one_cycle fine_tune train_step minimize apply_gradients""",
    "predict": "predict predict_proba predict_step decision_function generate forecast get_forecast transcribe",
    "score": """accuracy_score f1_score precision_score recall_score roc_auc_score classification_report
        confusion_matrix mean_squared_error mean_absolute_error r2_score log_loss root_mean_squared_error
        mean_absolute_percentage_error average_precision_score precision_recall_fscore_support silhouette_score
        compute_metrics evaluate brier_score_loss""",
    "save": "dump save_model save_pretrained log_model log_metric log_metrics savefig to_onnx export_model",
    "load": "load_model from_pretrained load_state_dict load_checkpoint load_from_checkpoint model_from_json",
    "window": "mainloop QApplication Tk",
    "serve": "serve_forever run_server start_http_server",
    "download": """urlretrieve urlopen fetch_openml load_dataset snapshot_download hf_hub_download fetch_ucirepo
        dataset_download_files dataset_download competition_download_files download_file gdown fetch_california_housing
        fetch_20newsgroups fetch_covtype fetch_kddcup99 fetch_lfw_people read_html""",
    "table_out": "to_csv to_parquet to_pickle to_feather to_sql to_excel to_json writerow writerows",
    "split": "train_test_split random_split TimeSeriesSplit StratifiedShuffleSplit",
}
TRAITS: dict[str, Trait] = {name: trait for trait, names in _BY_NAME.items() for name in names.split()}
"""Name of a function or method -> what calling it means."""

_DOTTED: dict[str, Trait] = {
    "xgb.train": "fit",
    "xgboost.train": "fit",
    "lgb.train": "fit",
    "lightgbm.train": "fit",
    "trainer.train": "fit",
    "joblib.load": "load",
    "pickle.load": "load",
    "dill.load": "load",
    "torch.load": "load",
    "torch.save": "save",
    "cv2.imshow": "window",
    "app.run": "serve",
    "uvicorn.run": "serve",
    "server.run": "serve",
    "demo.launch": "serve",
    "iface.launch": "serve",
    "interface.launch": "serve",
    "app.launch": "serve",
    "requests.get": "download",
    "requests.post": "client",
    "httpx.post": "client",
    "wget.download": "download",
    "gdown.download": "download",
    "nltk.download": "download",
    "yf.download": "download",
    "kagglehub.dataset_download": "download",
    "datasets.load_dataset": "download",
    "mnist.load_data": "download",
    "fashion_mnist.load_data": "download",
    "cifar10.load_data": "download",
    "cifar100.load_data": "download",
    "imdb.load_data": "download",
    "datasets.MNIST": "download",
    "datasets.FashionMNIST": "download",
    "datasets.CIFAR10": "download",
    "datasets.CIFAR100": "download",
    "datasets.ImageNet": "download",
}
_SERVERS = {
    *("Flask", "FastAPI", "Sanic", "Starlette", "APIRouter", "Blueprint"),
    *("HTTPServer", "ThreadingHTTPServer", "TCPServer", "ThreadingTCPServer", "make_server"),
}


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a chain of names; what stands before a call or an index in it is left out."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < 8:
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))


def trait_of(name: str) -> Trait | None:
    """What a call of this dotted name means, if it is telling."""
    if name.startswith(("tf.app.", "tensorflow.app.", "tensorflow.compat.v1.app.", "absl.")):
        return None  # it runs a program, no service
    last_two = ".".join(name.split(".")[-2:])
    return _DOTTED.get(last_two) or TRAITS.get(name.rpartition(".")[2])


def traits_in(tree: ast.AST) -> Iterator[Trait]:
    """The traits of all the calls of a syntax tree, whether they are reached or not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            found = trait_of(name)
            if found is not None:
                yield found
            if name.rpartition(".")[2] in _SERVERS:
                yield "serve"
