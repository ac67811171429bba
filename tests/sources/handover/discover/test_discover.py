"""The plan that is found for a delivery, by what a reader of the delivery would write down."""

from __future__ import annotations

from tests.sources.handover.deliveries import plan_of, step_of

TRAIN = """
import pandas as pd, joblib
from sklearn.linear_model import LinearRegression
df = pd.read_csv("data/a.csv")
model = LinearRegression().fit(df[["x"]], df["y"])
joblib.dump(model, "models/m.joblib")
print("done")
"""


def test_a_documented_script_is_a_step_with_every_place_that_names_it() -> None:
    plan = plan_of(
        {
            "README.md": "# P\n\n```bash\npip install -r requirements.txt\npython src/train.py\n```\n\n"
            "Run `python src/train.py` again.\n",
            "requirements.txt": "pandas==2.2.2\n",
            "src/train.py": TRAIN,
        }
    )
    step = step_of(plan, "train.py")
    assert (step.purpose, step.origin, step.environment) == ("train", "documented", "default")
    assert [str(place) for place in step.locations][:2] == ["README.md:5", "README.md:8"]
    assert [(line.kind, line.command) for line in plan.guide] == [
        ("install", "pip install -r requirements.txt"),
        ("run", "python src/train.py"),
    ]
    assert plan.environments[0].files == ("requirements.txt",)
