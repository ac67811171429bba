# Reminder trial: nested cross-validation by clinic, bootstrap by clinic, calibration, decision curve.
import numpy as np, pandas as pd
from scipy import stats
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GroupKFold, GridSearchCV
from sklearn.metrics import roc_auc_score, brier_score_loss, log_loss
from sklearn.calibration import calibration_curve

rng = np.random.default_rng(20250311)
d = pd.read_csv("data/visits.csv")
d["late"] = (d.booked_days_ahead > 14).astype(int)
cols = ["age", "distance_km", "booked_days_ahead", "missed_before", "late"]
X, y, g = d[cols], d.missed.values, d.clinic.values
print(len(d), "visits", d.clinic.nunique(), "clinics", "missed", y.mean().round(3))
print(d[cols].isna().mean().round(3).to_dict())

# outer folds hold out whole clinics; what is tuned is tuned inside, on the other clinics only
outer = GroupKFold(n_splits=6)
models = {}
models["base rate"] = (DummyClassifier(strategy="prior"), {})
models["logistic"] = (make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(max_iter=2000)),
                      {"logisticregression__C": [0.01, 0.1, 1, 10]})
models["boosting"] = (HistGradientBoostingClassifier(random_state=1), {"max_leaf_nodes": [3, 7], "learning_rate": [0.03, 0.1]})
oof = {}
for name, (m, grid) in models.items():
    p = np.zeros(len(d))
    for tr, te in outer.split(X, y, g):
        if grid:
            s = GridSearchCV(m, grid, cv=GroupKFold(n_splits=4), scoring="neg_log_loss")
            s.fit(X.iloc[tr], y[tr], groups=g[tr])
            p[te] = s.predict_proba(X.iloc[te])[:, 1]
        else:
            p[te] = m.fit(X.iloc[tr], y[tr]).predict_proba(X.iloc[te])[:, 1]
    oof[name] = p

# bootstrap of clinics, not of visits: the interval is for a new clinic
clinics = np.unique(g)
def boot(stat, B=500):
    out = []
    for _ in range(B):
        pick = rng.choice(clinics, len(clinics), replace=True)
        idx = np.concatenate([np.flatnonzero(g == c) for c in pick])
        out.append(stat(idx))
    return np.percentile(out, [2.5, 97.5])
for name, p in oof.items():
    auc = roc_auc_score(y, p) if name != "base rate" else 0.5
    lo, hi = boot(lambda i: roc_auc_score(y[i], p[i]) if name != "base rate" else 0.5)
    print(f"{name:10s} AUC {auc:.3f} [{lo:.3f}, {hi:.3f}]  Brier {brier_score_loss(y, p):.4f}  log loss {log_loss(y, p):.4f}")

# paired difference, same resamples for both
diff = lambda i: roc_auc_score(y[i], oof["boosting"][i]) - roc_auc_score(y[i], oof["logistic"][i])
lo, hi = boot(diff)
print(f"boosting minus logistic: {diff(np.arange(len(d))):.3f} [{lo:.3f}, {hi:.3f}]")

# calibration, and slope and intercept of it
p = oof["logistic"]
lin = np.log(p / (1 - p))
fit = LogisticRegression(C=1e6).fit(lin.reshape(-1, 1), y)
print("calibration slope", fit.coef_[0, 0].round(2), "intercept", fit.intercept_[0].round(2))
t, q = calibration_curve(y, p, n_bins=5, strategy="quantile")
for a, b in zip(q, t): print(f"  said {a:.2f} happened {b:.2f}")

# per clinic: is anywhere worse than chance? Holm for the number of clinics
ps = []
for c in clinics:
    k = g == c
    u = stats.mannwhitneyu(p[k][y[k] == 1], p[k][y[k] == 0], alternative="less")
    ps.append((c, u.pvalue))
ps.sort(key=lambda x: x[1])
for r, (c, v) in enumerate(ps[:3]): print(c, "worse than chance: p", min(1, v * (len(ps) - r)))

# decision curve: net benefit of calling those above t, against calling all and none
for t in [0.1, 0.2, 0.3, 0.4]:
    nb = lambda s: ((s >= t) & (y == 1)).mean() - ((s >= t) & (y == 0)).mean() * t / (1 - t)
    allb = y.mean() - (1 - y.mean()) * t / (1 - t)
    print(f"threshold {t}: model {nb(p):.3f} all {allb:.3f} none 0")
