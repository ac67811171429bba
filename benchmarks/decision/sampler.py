"""The full sampler beside our closed form.

The same model with ordinal ratings, all variances and effects drawn by NUTS (NumPyro). It says how much the closed form
loses by its approximations, and what the sampler costs. Panels are padded to one size, so that it compiles once.
"""

from __future__ import annotations

import argparse
import math
from functools import cache
from importlib.util import find_spec
from time import perf_counter, process_time
from typing import Any

import numpy as np
from benchmarks.decision.figures import around, number, table
from benchmarks.decision.simulator import BAR, COMPETENCIES, Truth, draw
from scipy.special import logit

from heldout.decision.model import LENIENCY, OTHER_LENIENCY, POOL
from heldout.decision.posterior import fit
from heldout.decision.variances import MEDIANS, SPREADS

SIZE, MARKS, MEASURES, RATERS = 8, 120, 40, 6
SOURCES = ["interview", "worksample", "repository"]


def padded(panel: Truth) -> dict[str, np.ndarray]:
    """The panel as arrays of fixed size; `rating_mask` and `measure_mask` tell what is real."""
    rows = {"rating": [o for o in panel.observations if o.kind == "rating"]}
    rows["measure"] = [o for o in panel.observations if o.kind == "measure"]
    made: dict[str, np.ndarray] = {}
    for kind, size in (("rating", MARKS), ("measure", MEASURES)):
        given = rows[kind]

        def column(values: list[float], fill: float = 0.0, size: int = size) -> np.ndarray:
            return np.array(values + [fill] * (size - len(values)))

        made[f"{kind}_subject"] = column([panel.subjects.index(o.subject) for o in given]).astype(int)
        made[f"{kind}_competency"] = column([COMPETENCIES.index(o.competency) for o in given]).astype(int)
        made[f"{kind}_level"] = column([o.level for o in given], 3.0)
        made[f"{kind}_mask"] = np.arange(size) < len(given)
    made["rating_rater"] = np.array([int(o.rater[1:]) for o in rows["rating"]] + [0] * (MARKS - len(rows["rating"])))
    spare = MEASURES - len(rows["measure"])
    made["measure_source"] = np.array([SOURCES.index(o.source) for o in rows["measure"]] + [1] * spare)
    made["measure_se"] = np.array([o.se for o in rows["measure"]] + [1.0] * spare)
    made["measure_loading"] = np.array([o.loading for o in rows["measure"]] + [1.0] * spare)
    made["measure_offset"] = np.array([o.offset for o in rows["measure"]] + [0.0] * spare)
    return made


@cache
def sampler() -> Any:
    """NUTS on the model, two chains of 300 after 400 to warm up; one object, so that it compiles once."""
    import jax
    import jax.numpy as jnp
    import numpyro
    import numpyro.distributions as dist
    from numpyro.infer import MCMC, NUTS

    def model(d: dict[str, np.ndarray]) -> None:
        def scale(name: str, median: float, spread: float) -> jax.Array:
            return numpyro.sample(name, dist.LogNormal(math.log(median), spread))

        ability = scale("ability", MEDIANS.ability, SPREADS.ability)
        severe = scale("severity", MEDIANS.severity, SPREADS.severity)
        halo = scale("halo", MEDIANS.halo, SPREADS.halo)
        noise = scale("noise", MEDIANS.noise, SPREADS.noise)
        tied = numpyro.sample("tied", dist.Normal(float(logit(MEDIANS.correlation)), SPREADS.correlation))
        rho = jax.nn.sigmoid(tied)
        count = len(COMPETENCIES)
        general = numpyro.sample("general", dist.Normal(jnp.zeros((SIZE, 1)), 1))
        special = numpyro.sample("special", dist.Normal(jnp.zeros((SIZE, count)), 1))
        pool = numpyro.sample("pool", dist.Normal(jnp.zeros(count + 1), POOL))
        level = 3 + pool[0] + pool[1:] + ability * (jnp.sqrt(rho) * general + jnp.sqrt(1 - rho) * special)
        numpyro.deterministic("level", level)
        lenient = numpyro.sample(
            "lenient", dist.Normal(jnp.zeros(3), jnp.array([LENIENCY["interview"], OTHER_LENIENCY, OTHER_LENIENCY]))
        )
        severity = severe * numpyro.sample("severities", dist.Normal(jnp.zeros(RATERS), 1))
        impression = halo * numpyro.sample("impressions", dist.Normal(jnp.zeros((SIZE, RATERS)), 1))
        s, c, r = d["rating_subject"], d["rating_competency"], d["rating_rater"]
        felt = level[s, c] + lenient[0] - severity[r] + impression[s, r]
        mark = d["rating_level"]
        below = jnp.where(mark > 1, jax.scipy.stats.norm.cdf((mark - 0.5 - felt) / noise), 0.0)
        up_to = jnp.where(mark < 5, jax.scipy.stats.norm.cdf((mark + 0.5 - felt) / noise), 1.0)
        chance = jnp.log(jnp.maximum(up_to - below, 1e-12))
        numpyro.factor("ratings", jnp.where(d["rating_mask"], chance, 0.0).sum())
        s, c = d["measure_subject"], d["measure_competency"]
        seen = d["measure_loading"] * level[s, c] + d["measure_offset"] + lenient[d["measure_source"]]
        chance = dist.Normal(seen, d["measure_se"]).log_prob(d["measure_level"])
        numpyro.factor("measures", jnp.where(d["measure_mask"], chance, 0.0).sum())

    return MCMC(
        NUTS(model), num_warmup=400, num_samples=300, num_chains=2, chain_method="sequential", progress_bar=False
    )


def sample(data: dict[str, np.ndarray], seed: int) -> np.ndarray:
    """(draws, SIZE, K): levels drawn for one panel."""
    import jax

    run = sampler()
    run.run(jax.random.PRNGKey(seed), data)
    return np.asarray(run.get_samples()["level"])


def run(options: argparse.Namespace) -> None:
    """Compare on the first panels of the typical kind."""
    if find_spec("numpyro") is None:
        print("\nThe full sampler is left out: no NumPyro (uv run --with numpyro python -m benchmarks.decision).")
        return
    gaps, same, regret, wall, cpu = [], [], [], [], []
    for seed in range(options.sampled):
        panel = draw("typical", seed)
        marks = [(perf_counter(), process_time())]
        posterior = fit(panel.observations, panel.subjects, COMPETENCIES)
        marks.append((perf_counter(), process_time()))
        levels = sample(padded(panel), seed)
        marks.append((perf_counter(), process_time()))
        wall.append([marks[1][0] - marks[0][0], marks[2][0] - marks[1][0]])
        cpu.append([marks[1][1] - marks[0][1], marks[2][1] - marks[1][1]])
        gaps.append(np.abs((levels >= BAR).mean(axis=0) - posterior.levels.above(BAR)))
        picks = [int((mean @ panel.weights).argmax()) for mean in (posterior.levels.mean, levels.mean(axis=0))]
        same.append(picks[0] == picks[1])
        regret.append([panel.worth.max() - panel.worth[pick] for pick in picks])
    gap, lost = np.concatenate([g.ravel() for g in gaps]), np.array(regret)
    later = [np.mean(one[1:], axis=0) for one in (wall, cpu)]
    table(
        f"The full sampler, {options.sampled} typical panels: the same first in {np.mean(same):.0%}",
        ("", "regret", "wall s the first panel", "wall s a later panel", "processor s a later panel"),
        [
            (name, around(lost[:, i]), f"{wall[0][i]:.2f}", f"{later[0][i]:.2f}", f"{later[1][i]:.2f}")
            for i, name in enumerate(("ours", "sampler"))
        ],
    )
    far = float(np.quantile(gap, 0.95))
    mean = number(float(gap.mean()))
    print(f"\nChances of reaching the bar: {mean} apart on average, {number(far)} at the 95th of 100.")
