"""Which distribution brings which import, where the two names differ: data, for the machine-learning world."""

from __future__ import annotations

import sys

from heldout.material.declarations import normalise

_DIFFERENT = """
absl: absl-py
allennlp: allennlp
apex: apex nvidia-apex
attr: attrs
Bio: biopython
bs4: beautifulsoup4 bs4
bson: pymongo bson
captum: captum
category_encoders: category-encoders
cairo: pycairo
caffe2: torch pytorch
community: python-louvain
Crypto: pycryptodome pycrypto
cupy: cupy cupy-cuda100 cupy-cuda101 cupy-cuda11x cupy-cuda12x
cv2: opencv-python opencv-python-headless opencv-contrib-python opencv-contrib-python-headless opencv opencv3 py-opencv
dateutil: python-dateutil
dgl: dgl dgl-cu90 dgl-cu100 dgl-cu101 dgl-cu110
discord: discord-py
docopt: docopt docopt-ng
docx: python-docx
dotenv: python-dotenv
faiss: faiss faiss-cpu faiss-gpu
fastai: fastai
fitz: pymupdf
flask_cors: flask-cors
fvcore: fvcore
git: gitpython
github: pygithub
gin: gin-config
graphviz: graphviz python-graphviz
gym: gym gymnasium
haiku: dm-haiku
sonnet: dm-sonnet
tree: dm-tree
h2o: h2o
ignite: pytorch-ignite
igraph: python-igraph igraph
imblearn: imbalanced-learn
IPython: ipython jupyter notebook jupyterlab ipykernel ipywidgets
ipywidgets: ipywidgets jupyter
jose: python-jose
jwt: pyjwt
kafka: kafka-python
keras: keras tensorflow tensorflow-gpu
kaggle_environments: kaggle-environments
Levenshtein: python-levenshtein levenshtein
ldap: python-ldap
lightning: lightning pytorch-lightning
magic: python-magic
mpl_toolkits: matplotlib basemap
mpi4py: mpi4py
mmcv: mmcv mmcv-full mmcv-lite
msgpack: msgpack msgpack-python
mxnet: mxnet mxnet-mkl mxnet-cu92 mxnet-cu100 mxnet-cu101 mxnet-cu102
mysql: mysql-connector-python mysql-connector
MySQLdb: mysqlclient mysql-python
nvidia: nvidia-dali
OpenGL: pyopengl
OpenSSL: pyopenssl
onnx: onnx
onnxruntime: onnxruntime onnxruntime-gpu
osgeo: gdal
paddle: paddlepaddle paddlepaddle-gpu
pandas_datareader: pandas-datareader
pandas_profiling: pandas-profiling ydata-profiling
past: future
builtins: future
PIL: pillow pillow-simd pil
pl_bolts: pytorch-lightning-bolts lightning-bolts
plotly: plotly
pkg_resources: setuptools
psycopg2: psycopg2 psycopg2-binary
pycocotools: pycocotools cocoapi pycocotools-fix
pydensecrf: pydensecrf
pymc3: pymc3
pynvml: nvidia-ml-py nvidia-ml-py3 pynvml
pyro: pyro-ppl
pypdf2: pypdf2
PyPDF2: pypdf2
PyQt5: pyqt5 pyqt
pythonjsonlogger: python-json-logger
pytorch_lightning: pytorch-lightning lightning
pytorch_transformers: pytorch-transformers
pytorch_pretrained_bert: pytorch-pretrained-bert
pywt: pywavelets
ray: ray
rest_framework: djangorestframework
rl: keras-rl keras-rl2
ruamel: ruamel-yaml
sacred: sacred
segmentation_models_pytorch: segmentation-models-pytorch
serial: pyserial
shapely: shapely
sentence_transformers: sentence-transformers
setuptools: setuptools
skimage: scikit-image
sklearn: scikit-learn sklearn
sklearn_crfsuite: sklearn-crfsuite
scikitplot: scikit-plot
surprise: scikit-surprise
bayes_opt: bayesian-optimization
llama_index: llama-index llama-index-core
apache_beam: apache-beam
airflow: apache-airflow
pinecone: pinecone pinecone-client
qiskit: qiskit
skopt: scikit-optimize
slugify: python-slugify
speech_recognition: speechrecognition
snappy: python-snappy
socks: pysocks
sqlalchemy: sqlalchemy
stable_baselines: stable-baselines
stable_baselines3: stable-baselines3
talib: ta-lib
telegram: python-telegram-bot
tensorboard: tensorboard tensorflow tensorflow-gpu
tensorboardX: tensorboardx
tensorflow: tensorflow tensorflow-gpu tensorflow-cpu tf-nightly tf-nightly-gpu tensorflow-macos tensorflow-intel
tensorflow_addons: tensorflow-addons
tensorflow_datasets: tensorflow-datasets tfds-nightly
tensorflow_hub: tensorflow-hub
tensorflow_probability: tensorflow-probability tfp-nightly
tensorflow_estimator: tensorflow tensorflow-gpu
tf_slim: tf-slim
thop: thop
torch: torch pytorch pytorch-gpu pytorch-cpu torch-nightly
torch_geometric: torch-geometric pyg
torchnet: torchnet
torchsummary: torchsummary
torchtext: torchtext
torchvision: torchvision torchvision-cpu
tweepy: tweepy
umap: umap-learn
usb: pyusb
vizdoom: vizdoom
vl_convert: vl-convert-python
warpctc_pytorch: warpctc-pytorch
websocket: websocket-client
win32api: pywin32
wordcloud: wordcloud
wx: wxpython
Xlib: python-xlib
xgboost: xgboost py-xgboost
yacs: yacs
yaml: pyyaml
youtube_dl: youtube-dl
zmq: pyzmq
pyarrow: pyarrow
jpype: jpype1
nacl: pynacl
markdown: markdown
pptx: python-pptx
prometheus_client: prometheus-client
multipart: python-multipart
ortools: ortools
pyspark: pyspark
sagemaker: sagemaker
hydra: hydra-core
omegaconf: omegaconf hydra-core
neptune: neptune neptune-client
comet_ml: comet-ml
wandb: wandb
mlflow: pandas numpy pyyaml requests click flask sqlalchemy docker gitpython scikit-learn scipy matplotlib alembic
streamlit: streamlit
en_core_web_sm: spacy en-core-web-sm
pyximport: cython
Cython: cython
editdistance: editdistance
edit_distance: edit-distance
resampy: resampy
soundfile: soundfile pysoundfile
sounddevice: sounddevice
pyworld: pyworld
pyaudio: pyaudio
ffmpeg: ffmpeg-python
gi: pygobject
"""

DISTRIBUTIONS: dict[str, tuple[str, ...]] = {
    name: tuple(names.split()) for name, _, names in (line.partition(": ") for line in _DIFFERENT.strip().split("\n"))
}
"""Import name -> normalised names of the distributions that bring it."""

_BRINGS = """
pyaml: pyyaml
google-api-python-client: google-api-core google-auth requests httplib2
gliner: torch transformers huggingface-hub requests tqdm
pytorch-transformers: torch numpy boto3 requests tqdm regex sentencepiece
pytorch-pretrained-bert: torch numpy boto3 requests tqdm regex
pandas: numpy python-dateutil pytz six
scikit-learn: numpy scipy joblib
sklearn: numpy scipy joblib scikit-learn
scikit-image: numpy scipy pillow imageio matplotlib networkx
scipy: numpy
imbalanced-learn: numpy scipy scikit-learn joblib
opencv-python: numpy
opencv-contrib-python: numpy
opencv-python-headless: numpy
torch: numpy typing-extensions
pytorch: numpy
torchvision: torch pytorch numpy pillow
torchtext: torch numpy tqdm requests sentencepiece
torchaudio: torch numpy
pytorch-lightning: torch numpy tqdm pyyaml tensorboard packaging
fastai: torch torchvision numpy pandas matplotlib pillow scipy scikit-learn pyyaml requests spacy
tensorflow: numpy keras tensorboard h5py absl-py protobuf six termcolor wrapt scipy requests
tensorflow-gpu: numpy keras tensorboard h5py absl-py protobuf six termcolor wrapt scipy requests
keras: numpy scipy h5py pyyaml six
matplotlib: numpy python-dateutil pillow cycler pyparsing
seaborn: matplotlib numpy pandas scipy
xgboost: numpy scipy
lightgbm: numpy scipy scikit-learn
catboost: numpy pandas matplotlib scipy plotly graphviz
gensim: numpy scipy smart-open six
spacy: numpy tqdm requests thinc pydantic
nltk: six click joblib regex tqdm
transformers: numpy tokenizers requests tqdm pyyaml huggingface-hub filelock regex packaging sentencepiece
sentence-transformers: transformers torch numpy scikit-learn scipy nltk tqdm
librosa: numpy scipy scikit-learn joblib numba soundfile resampy audioread six decorator
museval: musdb pandas numpy scipy soundfile
statsmodels: numpy scipy pandas patsy
gym: numpy scipy cloudpickle pyglet
jupyter: ipython ipywidgets notebook ipykernel traitlets
ipykernel: ipython traitlets psutil packaging pyzmq tornado
prometheus-fastapi-instrumentator: prometheus-client starlette
bentoml: prometheus-client starlette uvicorn numpy pyyaml requests rich click psutil
locust: flask requests gevent psutil
distributed: dask psutil click tornado cloudpickle
ray: numpy requests jsonschema protobuf pyyaml
deepspeed: torch numpy psutil pydantic tqdm
fastapi-users: fastapi sqlalchemy
typer: click rich
ipywidgets: traitlets ipython ipykernel
notebook: traitlets ipykernel
flask: werkzeug jinja2 click itsdangerous
stable-baselines3: torch gym numpy pandas matplotlib cloudpickle
umap-learn: numpy scipy scikit-learn numba
mxnet: numpy requests graphviz
jax: numpy scipy jaxlib
flax: jax numpy optax msgpack
dgl: numpy scipy networkx requests
torch-geometric: numpy scipy networkx scikit-learn tqdm requests
albumentations: numpy scipy pyyaml opencv-python-headless
imgaug: numpy scipy pillow opencv-python scikit-image matplotlib imageio shapely
allennlp: torch numpy spacy nltk scikit-learn scipy h5py tqdm requests transformers overrides tensorboardx pytest
boto3: botocore
scikit-optimize: numpy scipy scikit-learn joblib
mlxtend: numpy scipy scikit-learn pandas matplotlib joblib
lazypredict: numpy pandas scikit-learn xgboost lightgbm tqdm joblib
shap: numpy scipy scikit-learn pandas tqdm numba
optuna: numpy tqdm sqlalchemy alembic
evidently: pandas numpy scikit-learn plotly scipy
great-expectations: pandas numpy
category-encoders: numpy pandas scikit-learn scipy statsmodels
yellowbrick: matplotlib numpy scipy scikit-learn
ydata-profiling: pandas numpy matplotlib seaborn scipy statsmodels
pandas-profiling: pandas numpy matplotlib seaborn scipy
prophet: pandas numpy matplotlib cmdstanpy
pmdarima: numpy pandas scipy scikit-learn statsmodels joblib
catalyst: torch numpy tqdm tensorboardx scikit-learn matplotlib
timm: torch torchvision pyyaml
pytorch-toolbelt: torch torchvision opencv-python scipy
ultralytics: torch torchvision numpy opencv-python pandas matplotlib pillow pyyaml requests scipy seaborn tqdm psutil
datasets: numpy pandas pyarrow requests tqdm pyyaml huggingface-hub fsspec dill
accelerate: torch numpy pyyaml psutil
fastapi: starlette pydantic
streamlit: pandas numpy pillow altair pyarrow requests click tenacity packaging protobuf
gradio: numpy pandas pillow requests pydantic fastapi httpx jinja2 uvicorn
dash: flask plotly requests
langchain: pydantic pyyaml requests sqlalchemy numpy langchain-core langchain-text-splitters
langchain-community: langchain langchain-core requests sqlalchemy numpy
sagemaker: boto3 pandas numpy pyyaml
dvc: pyyaml requests tqdm
feast: pandas numpy pyarrow pydantic fastapi
dask: numpy pandas pyyaml cloudpickle
mlflow: pandas numpy pyyaml requests click flask sqlalchemy docker gitpython scikit-learn scipy matplotlib alembic
wandb: pyyaml requests click gitpython psutil protobuf sentry-sdk
hydra-core: omegaconf
pillow-simd: pillow
anaconda: numpy scipy pandas matplotlib scikit-learn pillow pyyaml requests jupyter ipython
tensorflow-cpu: numpy keras tensorboard h5py absl-py protobuf six termcolor wrapt requests
kaggle: requests tqdm
huggingface-hub: requests tqdm pyyaml fsspec
yfinance: pandas numpy requests beautifulsoup4
openml: requests pandas scikit-learn scipy
google-cloud-storage: requests
google-cloud-bigquery: requests
docker: requests
openai: httpx pydantic tqdm
pycaret: pandas numpy scipy scikit-learn matplotlib lightgbm plotly joblib tqdm requests
kagglehub: requests tqdm
gdown: requests tqdm beautifulsoup4
jupyterlab: requests jinja2 ipykernel
folium: requests numpy jinja2
tweepy: requests
comet-ml: requests
"""

BRINGS: dict[str, frozenset[str]] = {
    name: frozenset(names.split()) for name, _, names in (line.partition(": ") for line in _BRINGS.strip().split("\n"))
}
"""Distribution -> distributions that it has long installed with itself: they are there when only it is declared."""

_FORMER_NAMES = """
cPickle cStringIO StringIO Queue ConfigParser HTMLParser Tkinter tkMessageBox tkFileDialog urllib2 urlparse
httplib commands __builtin__ thread SocketServer BaseHTTPServer itertools imp distutils asyncore asynchat smtpd
cgi cgitb crypt audioop chunk imghdr msilib nntplib pipes sndhdr spwd sunau telnetlib uu xdrlib lib2to3 parser
symbol formatter macpath binhex anydbm copy_reg dbhash sets md5 sha exceptions new __main__ __future__ pylab
"""
_FORMER = frozenset(_FORMER_NAMES.split())
"""Modules of older standard libraries, and names that no distribution brings."""

_UNTOLD_NAMES = """
google kaggle_secrets dbutils setuptools pkg_resources pip lib bpy config configs conf settings constants secret secrets
keys credentials params IPython ipywidgets util utils local_settings helpers common misc
"""
_UNTOLD = frozenset(_UNTOLD_NAMES.split())
"""Imports that a platform brings, names that many distributions share, and those of files kept out of repositories."""


def standard(name: str) -> bool:
    """Whether a top-level import needs no distribution: standard library old or new, platform, or private."""
    return (
        name in sys.stdlib_module_names
        or name in _FORMER
        or name in _UNTOLD
        or name.startswith("_")
        or name.endswith(("_pb2", "_pb2_grpc"))
    )


def brought_by(name: str) -> frozenset[str]:
    """The normalised names of distributions that may bring a top-level import."""
    plain = normalise(name)
    built = (f"{plain}-{kind}" for kind in ("pypi", "binary", "headless", "gpu", "cpu", "nightly", "python", "py"))
    return frozenset({plain, f"python-{plain}", f"py-{plain}", f"py{plain}", *built, *DISTRIBUTIONS.get(name, ())})


def of_family(name: str, names: frozenset[str]) -> bool:
    """Whether an import may come with a declared distribution of its family: `opentelemetry` with opentelemetry-sdk.

    A package that many distributions share has no distribution of its own name; of a well-known library's name the
    distributions are known, and a plugin called after it does not bring it.
    """
    return name not in DISTRIBUTIONS and any(other.startswith(f"{normalise(name)}-") for other in names)


def installed_with(names: frozenset[str]) -> frozenset[str]:
    """The names with what they bring, and again what those bring."""
    once = names.union(*(BRINGS.get(name, frozenset()) for name in names))
    return once.union(*(BRINGS.get(name, frozenset()) for name in once))


_WELL_KNOWN_NAMES = """
aiofiles aiohttp alembic altair anthropic asyncpg astropy autogluon autokeras bcrypt bertopic bokeh boto3 botocore
cartopy catboost celery chromadb click cloudpickle colorama contextily cvxopt cvxpy darts dash dask deap deepchem
deepdiff deepface deepspeed detectron2 diffusers dill django dlib docker docopt dowhy duckdb easydict easyocr
efficientnet_pytorch einops elasticsearch emcee emoji evidently face_recognition fastapi fasttext featuretools
filterpy fire flair flaml flask folium fsspec gcsfs gdown gensim geopandas gevent gluonts gradio great_expectations
gymnasium h5py hdbscan healpy hmmlearn holidays httpx huggingface_hub hyperopt imageio imgaug imutils jax jaxlib jieba
jinja2 joblib jsonlines jsonpickle jsonschema keras_tuner keybert kornia langchain langchain_community langchain_core
langchain_openai langdetect langgraph lazypredict librosa lifelines lightgbm lime lmdb loguru lxml matplotlib
mediapipe minio missingno mlxtend modin monai moviepy mpmath mtcnn nbformat networkx nevergrad nibabel nilearn nlpaug
nltk noisereduce numba numexpr numpy numpyro ollama open3d openai openpyxl optax optuna orjson paddleocr pandarallel
pandas pandasql pandera papermill paramiko passlib patsy peewee peft pendulum pettingzoo pingouin plotnine pmdarima
polars prefect prettytable prophet psutil pybullet pycaret pycountry pydantic pydantic_settings pydicom pydub pygame
pymongo pymysql pyod pyodbc pyproj pytesseract pytz pyvis pyvista qdrant_client rapidfuzz rasterio rdkit redis regex
requests rich roboflow ruptures s3fs sacrebleu sanic scipy scrapy seaborn selenium sentencepiece sentry_sdk shap
simpletransformers skorch sktime smart_open spacy sqlalchemy_utils sqlmodel stanza starlette statsforecast statsmodels
stumpy supabase sweetviz swifter sympy tabulate tenacity textblob textdistance textstat tflearn tiktoken timm
tokenizers toml torchaudio torchio torchmetrics tpot tqdm transformers trimesh tsfresh tslearn typer ujson ultralytics
unidecode uvicorn vaderSentiment vaex websockets werkzeug wikipedia xarray xlrd xlsxwriter yellowbrick yfinance zarr
"""
_WELL_KNOWN = frozenset(_WELL_KNOWN_NAMES.split())
"""Imports whose distribution has the same name beyond doubt: an undeclared one is surely missing."""


_EVERYWHERE = frozenset(
    {"attr", "attrs", "six", "pkg_resources", "setuptools", "typing_extensions", "dateutil", "packaging"}
)
"""What nearly every installation holds, brought by one or the other."""


def known_library(name: str) -> bool:
    """Whether an import is that of a well-known library beyond doubt, and of one that is not there anyway."""
    if name in _EVERYWHERE:
        return False
    return name in DISTRIBUTIONS or name in _WELL_KNOWN
