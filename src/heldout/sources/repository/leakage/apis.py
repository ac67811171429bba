"""What library calls do to rows: data, by the last part of a call's resolved name.

A name that this table does not hold is taken to pass the rows and the history of its arguments on.
"""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


READERS = _names("""
    read_csv read_excel read_json read_parquet read_table read_sql read_sql_query read_sql_table
    read_pickle read_feather
    read_hdf read_stata read_sas read_spss read_html read_xml read_orc read_fwf read_gbq read_clipboard
    scan_csv
    scan_parquet loadtxt genfromtxt fromfile load_dataset load_data loadmat load_files fetch_openml
    load_iris load_wine
    load_breast_cancer load_diabetes load_digits load_boston load_linnerud fetch_california_housing
    fetch_20newsgroups
    fetch_lfw_people fetch_covtype fetch_kddcup99 fetch_olivetti_faces fetch_rcv1 fetch_mldata
    make_classification
    make_regression make_blobs make_moons make_circles make_s_curve make_swiss_roll make_friedman1
    make_hastie_10_2
    make_gaussian_quantiles make_multilabel_classification make_low_rank_matrix
""")
"""Calls that bring in rows from outside."""

SPLITS = _names("train_test_split random_split train_valid_test_split split_train_test iterative_train_test_split")
"""Calls that part each of their arguments in two."""

FOLDS = _names("""
    KFold StratifiedKFold GroupKFold StratifiedGroupKFold RepeatedKFold RepeatedStratifiedKFold LeaveOneOut
    LeavePOut
    ShuffleSplit StratifiedShuffleSplit GroupShuffleSplit TimeSeriesSplit LeaveOneGroupOut LeavePGroupsOut
    MultilabelStratifiedKFold MultilabelStratifiedShuffleSplit IterativeStratification PurgedKFold
    BlockingTimeSeriesSplit
""")
SINGLE_SPLITS = _names("ShuffleSplit StratifiedShuffleSplit GroupShuffleSplit MultilabelStratifiedShuffleSplit")
"""Splitters that people use for one split rather than for folds."""

CROSS_VALIDATIONS = _names("""
    cross_val_score cross_validate cross_val_predict learning_curve validation_curve permutation_test_score
""")
SEARCHES = _names("""
    GridSearchCV RandomizedSearchCV HalvingGridSearchCV HalvingRandomSearchCV BayesSearchCV OptunaSearchCV
    TuneSearchCV TuneGridSearchCV EvolutionaryCV GASearchCV DaskGridSearchCV RFECV LassoCV RidgeCV
    ElasticNetCV
    LassoLarsCV LogisticRegressionCV RidgeClassifierCV SequentialFeatureSelector MultiTaskLassoCV
""")
"""Estimators whose `fit` splits what it is given."""

LEARNING_TRANSFORMERS = _names("""
    StandardScaler MinMaxScaler MaxAbsScaler RobustScaler QuantileTransformer PowerTransformer
    KBinsDiscretizer
    SimpleImputer Imputer KNNImputer IterativeImputer MissForest SoftImpute CategoricalImputer
    PCA IncrementalPCA KernelPCA SparsePCA MiniBatchSparsePCA TruncatedSVD FastICA NMF FactorAnalysis UMAP
    TSNE
    Isomap LocallyLinearEmbedding MDS SpectralEmbedding LatentDirichletAllocation DictionaryLearning
    GaussianRandomProjection LinearDiscriminantAnalysis NeighborhoodComponentsAnalysis
    CountVectorizer TfidfVectorizer TfidfTransformer DictVectorizer Tokenizer TextVectorization Normalization
    SelectKBest SelectPercentile SelectFpr SelectFdr SelectFwe GenericUnivariateSelect SelectFromModel RFE
    RFECV
    VarianceThreshold BorutaPy SequentialFeatureSelector Boruta ReliefF
    TargetEncoder MEstimateEncoder LeaveOneOutEncoder CatBoostEncoder WOEEncoder JamesSteinEncoder GLMMEncoder
    CountEncoder MeanEncoder SummaryEncoder WoE Word2Vec Doc2Vec
    Pipeline ColumnTransformer FeatureUnion DataFrameMapper SplineTransformer OutlierTrimmer Winsorizer
    MeanMedianImputer EndTailImputer RandomSampleImputer YeoJohnsonTransformer BoxCoxTransformer
    EqualFrequencyDiscretiser EqualWidthDiscretiser RareLabelEncoder SkewedChi2Sampler RBFSampler Nystroem
""")
"""What `fit` learns of the rows and `transform` puts into them."""

PLAIN_TRANSFORMERS = _names("""
    LabelEncoder LabelBinarizer MultiLabelBinarizer OrdinalEncoder OneHotEncoder BinaryEncoder BaseNEncoder
    HashingEncoder BackwardDifferenceEncoder HelmertEncoder SumEncoder Normalizer Binarizer PolynomialFeatures
    FunctionTransformer HashingVectorizer FeatureHasher ColumnSelector ItemSelector StringIndexer
    AdditiveChi2Sampler
    MultiColumnLabelEncoder LabelEncoderExt
""")
"""Encoders that only rename categories, and transformers that look at one row at a time: no leak by custom."""

SELF_FITTED = _names("""
    scale minmax_scale maxabs_scale robust_scale quantile_transform power_transform zscore boxcox yeojohnson
    qcut rankdata whiten winsorize
""")
"""Functions that change each row by what all rows say."""

VISUALISERS = _names("""
    ConfusionMatrix ClassificationReport ROCAUC PrecisionRecallCurve ClassPredictionError ResidualsPlot
    PredictionError
    DiscriminationThreshold PermutationImportance
""")
"""Wrappers that draw or explain what the estimator inside them does: the same fit, not another."""

CLUSTERERS = _names("""
    KMeans MiniBatchKMeans BisectingKMeans KModes KPrototypes GaussianMixture BayesianGaussianMixture DBSCAN HDBSCAN
    OPTICS AgglomerativeClustering SpectralClustering MeanShift AffinityPropagation Birch IsolationForest
    LocalOutlierFactor OneClassSVM EllipticEnvelope NearestNeighbors Apriori
""")
"""Models without an answer to learn: there is no held-out answer to leak."""

OVERSAMPLERS = _names("""
    SMOTE SMOTENC SMOTEN ADASYN BorderlineSMOTE SVMSMOTE KMeansSMOTE RandomOverSampler SMOTEENN SMOTETomek
    ClusterOverSampler GeometricSMOTE
""")
UNDERSAMPLERS = _names("""
    RandomUnderSampler NearMiss TomekLinks ClusterCentroids CondensedNearestNeighbour EditedNearestNeighbours
    RepeatedEditedNearestNeighbours AllKNN InstanceHardnessThreshold NeighbourhoodCleaningRule
    OneSidedSelection
""")

REDUCTIONS = _names("""
    mean median mode std var min max quantile percentile average nanmean nanmedian nanstd nanvar nanmin nanmax
    nanpercentile nanquantile amin amax ptp skew kurt kurtosis sem mad describe value_counts idxmax idxmin
    corr corrwith approxQuantile most_common mean_squared iqr trim_mean hmean gmean
""")
"""Methods and functions that make few numbers of many rows."""

GROUP_REDUCTIONS = REDUCTIONS | _names("sum agg aggregate")
"""What makes a table of a grouped frame."""

JOINING = _names("""
    fillna replace sub subtract rsub div divide truediv rdiv add radd mul multiply rmul pow map applymap
    apply where mask
    clip merge join combine_first combine assign insert update transform pipe fill sub_ add_ div_ mul_ union
    clip_lower clip_upper mapInPandas withColumn eq lt gt le ge between
""")
"""Methods through which a number in the arguments gets into the rows."""

ROWLESS_METHODS = _names("""
    info plot hist boxplot barplot nunique isna_any memory_usage keys to_csv to_excel to_pickle to_json to_sql
    to_parquet show display print close savefig legend set_title tolist_ summary compile save save_weights
    load_weights set_index_name add_layer get_params to_html format startswith endswith upper_
    get_feature_names get_feature_names_out feature_names
""")

METRICS = _names("""
    accuracy_score balanced_accuracy_score f1_score fbeta_score precision_score recall_score roc_auc_score
    average_precision_score log_loss confusion_matrix classification_report mean_squared_error
    mean_absolute_error
    root_mean_squared_error mean_squared_log_error median_absolute_error mean_absolute_percentage_error
    r2_score
    explained_variance_score max_error cohen_kappa_score matthews_corrcoef jaccard_score hamming_loss
    zero_one_loss
    brier_score_loss roc_curve auc precision_recall_curve precision_recall_fscore_support hinge_loss d2_score
    top_k_accuracy_score multilabel_confusion_matrix mean_poisson_deviance mean_pinball_loss ndcg_score
    ConfusionMatrixDisplay RocCurveDisplay plot_confusion_matrix plot_roc_curve jaccard_similarity_score
    rmse rmsle
    mse mae mape smape smape_loss accuracy
""")

FITS = _names("fit fit_generator partial_fit train fit_on_texts adapt build_vocab fit_on_sequences learn_one")
PREDICTS = _names("""
    predict predict_proba predict_log_proba decision_function predict_classes predict_generator
    predict_on_batch
    forecast score_samples
""")
SCORES = _names("score evaluate evaluate_generator test_on_batch")
TRANSFORMS = _names("transform texts_to_sequences texts_to_matrix sequences_to_matrix inverse_transform_ doc2bow")
FITS_TRANSFORMS = _names("fit_transform")
RESAMPLES = _names("fit_resample fit_sample fit_sample_")

STACKING = _names("concat concatenate vstack append r_ row_stack stack hstack column_stack c_ union unionAll dstack")
SIDE_BY_SIDE = _names("hstack column_stack c_ dstack")

GROWING = _names("extend add insert appendleft setdefault")
"""Methods by which a container takes in more."""

ELEMENTWISE = _names("where select nan_to_num clip subtract divide true_divide add multiply maximum minimum power")
"""Functions that put rows and numbers together, place by place."""

NO_DATA = _names("ones eye identity arange linspace logspace geomspace")
"""Functions of numpy that make an array out of nothing, seldom one that is filled with data later as `zeros` is."""

FUNCTIONS = SPLITS | CROSS_VALIDATIONS | METRICS | READERS | SELF_FITTED
"""Names that stand for functions even where the source does not show their import."""

NEIGHBOURLY = _names("""
    diff pct_change cumsum cumprod cummax cummin interpolate ffill pad asfreq autocorr rank sort_values explode
""")
"""Methods whose result for a row depends on other rows."""

CHOOSE_COLUMNS = _names("""
    select_dtypes filter reindex melt pivot pivot_table stack unstack transpose get_group to_dict to_records
    select_columns
""")
"""Methods after which it is not known which columns are there."""

ROW_BY_ROW = _names("""
    log log1p log10 log2 sqrt exp expm1 abs absolute round floor ceil square cbrt sign where select clip digitize cut
    to_numeric to_datetime asarray array astype int float str DataFrame Series get_dummies copy deepcopy logical_and
    logical_or isfinite nan_to_num vectorize qcut minimum maximum add subtract multiply divide power ravel reshape
    expand_dims to_categorical Categorical factorize hstack column_stack concat concatenate
""")
"""Functions that keep the columns of a table and work out one row from the same row; others may do anything."""

SPLIT_WORDS: dict[str, str] = {
    "train": "train", "training": "train", "trn": "train", "tr": "train",
    "test": "test", "testing": "test", "tst": "test", "te": "test", "holdout": "test",
    "val": "val", "valid": "val", "validation": "val", "dev": "val", "eval": "val", "va": "val", "vloss": "val",
    "xtrain": "train", "ytrain": "train", "xtest": "test", "ytest": "test", "xval": "val", "yval": "val",
}  # fmt: skip
"""Words in names by which people tell the sides of a split."""
