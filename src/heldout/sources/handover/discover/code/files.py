"""Which calls of libraries read or write files, as data: name of the call, where its path stands, what it touches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TouchKind = Literal["table", "model", "config", "image", "other"]


@dataclass(frozen=True, slots=True)
class Path:
    """Where the path stands among the arguments of a call (-1: in keywords only), and what it is the path of."""

    at: int
    kind: TouchKind
    keywords: tuple[str, ...] = ()


_PATH_WORDS = (
    "path",
    "filename",
    "filepath",
    "file_path",
    "fname",
    "path_or_buf",
    "filepath_or_buffer",
    "file",
    "f",
    "fp",
    "io",
)


def _rows(kind: TouchKind, at: int, names: str, *keywords: str) -> dict[str, Path]:
    return {name: Path(at, kind, (*keywords, *_PATH_WORDS)) for name in names.split()}


READERS: dict[str, Path] = {
    **_rows(
        "table",
        0,
        """pandas.read_csv pandas.read_table pandas.read_excel pandas.read_parquet pandas.read_json pandas.read_feather
        pandas.read_pickle pandas.read_fwf pandas.read_hdf pandas.read_stata pandas.read_sas pandas.read_spss
        pandas.read_orc pandas.read_xml polars.read_csv polars.read_parquet polars.scan_csv polars.scan_parquet
        polars.read_json polars.read_ndjson polars.read_excel dask.dataframe.read_csv dask.dataframe.read_parquet
        modin.pandas.read_csv numpy.loadtxt numpy.genfromtxt numpy.load numpy.fromfile scipy.io.loadmat
        scipy.io.arff.loadarff
        sqlite3.connect duckdb.connect geopandas.read_file datasets.load_from_disk vaex.open cudf.read_csv
        xgboost.DMatrix scipy.sparse.load_npz nltk.corpus.reader tensorflow.data.TFRecordDataset
        tensorflow.data.TextLineDataset tensorflow.keras.utils.image_dataset_from_directory
        sklearn.datasets.load_files sklearn.datasets.load_svmlight_file""",
    ),
    **_rows(
        "model",
        0,
        """joblib.load torch.load torch.jit.load tensorflow.keras.models.load_model keras.models.load_model
        keras.saving.load_model tensorflow.saved_model.load onnxruntime.InferenceSession onnx.load spacy.load
        fasttext.load_model gensim.models.Word2Vec.load gensim.models.KeyedVectors.load_word2vec_format
        sklearn.externals.joblib.load safetensors.torch.load_file mlflow.pyfunc.load_model mlflow.sklearn.load_model
        ultralytics.YOLO lightgbm.Booster skops.io.load tensorflow.lite.Interpreter llama_cpp.Llama""",
        "model_file",
        "model_path",
    ),
    **_rows(
        "image",
        0,
        """cv2.imread PIL.Image.open imageio.imread skimage.io.imread matplotlib.pyplot.imread
        torchvision.datasets.ImageFolder tensorflow.keras.preprocessing.image_dataset_from_directory
        tensorflow.keras.preprocessing.image.load_img keras.utils.load_img torchvision.io.read_image
        keras.utils.image_dataset_from_directory""",
        "root",
        "directory",
    ),
}
"""Function of a library -> where the path is that it reads."""

WRITERS: dict[str, Path] = {
    **_rows("model", 1, "joblib.dump torch.save sklearn.externals.joblib.dump skops.io.dump onnx.save"),
    **_rows(
        "model",
        1,
        "tensorflow.keras.models.save_model keras.models.save_model tensorflow.saved_model.save torch.onnx.export",
    ),
    **_rows(
        "model",
        1,
        "safetensors.torch.save_file mlflow.sklearn.save_model mlflow.pyfunc.save_model bentoml.sklearn.save",
        "path",
    ),
    **_rows(
        "table", 0, "numpy.save numpy.savez numpy.savez_compressed numpy.savetxt scipy.sparse.save_npz scipy.io.savemat"
    ),
    **_rows(
        "image",
        0,
        """matplotlib.pyplot.savefig cv2.imwrite imageio.imwrite skimage.io.imsave matplotlib.pyplot.imsave
        plotly.io.write_image plotly.io.write_html""",
    ),
    **_rows("image", 1, "torchvision.utils.save_image"),
    **_rows(
        "other", -1, "transformers.TrainingArguments transformers.Seq2SeqTrainingArguments trl.SFTConfig", "output_dir"
    ),
    **_rows(
        "other",
        0,
        """tensorflow.keras.callbacks.CSVLogger torch.utils.tensorboard.SummaryWriter
        tensorflow.summary.create_file_writer""",
    ),
    **_rows("model", 0, "tensorflow.keras.callbacks.ModelCheckpoint keras.callbacks.ModelCheckpoint"),
    **_rows("other", 0, "codecarbon.EmissionsTracker logging.FileHandler"),
    **_rows("other", 1, "shutil.copy shutil.copyfile shutil.copy2 shutil.move os.rename os.replace shutil.copytree"),
}
"""Function of a library -> where the path is that it writes."""

READING_METHODS: dict[str, Path] = {
    **_rows("model", 0, "load_model load_weights load_from_checkpoint load_checkpoint"),
    **_rows("image", 0, "flow_from_directory"),
    **_rows("model", 0, "from_pretrained"),
}
"""Method of any object -> where the path is that it reads."""

WRITING_METHODS: dict[str, Path] = {
    **_rows(
        "table",
        0,
        "to_csv to_parquet to_excel to_feather to_json to_pickle to_hdf to_stata write_csv write_parquet save_to_disk",
    ),
    **_rows("other", 0, "to_html to_latex to_markdown to_file write_html export_text"),
    **_rows("image", 0, "savefig write_image"),
    **_rows("model", 0, "save_model save_weights save_pretrained save_checkpoint", "save_directory"),
}
"""Method of any object -> where the path is that it writes."""

MLFLOW_FOLDER = "mlruns"
"""Where MLflow keeps its runs when nothing says otherwise."""

MODEL_SUFFIXES = (
    *(".joblib", ".pkl", ".pickle", ".pk", ".sav", ".pt", ".pth", ".ckpt", ".h5", ".hdf5", ".keras", ".onnx", ".ubj"),
    *(".xgb", ".cbm", ".safetensors", ".tflite", ".bin", ".model", ".mlmodel", ".pmml", ".dill", ".gguf", ".pb"),
)
TABLE_SUFFIXES = (
    *(
        ".csv",
        ".tsv",
        ".parquet",
        ".feather",
        ".jsonl",
        ".ndjson",
        ".xlsx",
        ".xls",
        ".sqlite",
        ".sqlite3",
        ".db",
        ".npz",
    ),
    *(".npy", ".arff", ".h5ad", ".data", ".dta", ".sav7bdat", ".mat", ".txt.gz", ".csv.gz", ".zip"),
)
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".gif", ".svg", ".pdf", ".webp")
CONFIG_SUFFIXES = (".yaml", ".yml", ".toml", ".ini", ".cfg", ".env", ".conf")


def kind_by_suffix(path: str, otherwise: TouchKind = "other") -> TouchKind:
    """What a path is of by its suffix."""
    low = path.lower()
    if low.endswith(TABLE_SUFFIXES):
        return "table"
    if low.endswith(MODEL_SUFFIXES):
        return "model"
    if low.endswith(CONFIG_SUFFIXES):
        return "config"
    if low.endswith(IMAGE_SUFFIXES):
        return "image"
    return otherwise
