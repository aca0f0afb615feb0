"""Simulated customers of a made-up broadband provider, so that everything can be published and rebuilt."""

import numpy as np
import pandas as pd

FEATURES = ["tenure_months", "monthly_charge", "support_calls", "contract_months_left", "usage_trend"]
LABEL = "churned"
SEED = 7
NOISE = 0.14


def simulate(count: int = 6000, seed: int = SEED) -> pd.DataFrame:
    """Return one row a customer; the same seed gives the same customers.

    Customers leave for three reasons that only show in combination: new and often on the phone, at the end of an
    expensive contract, or with falling usage on a charge that did not fall. One in seven does the opposite, for reasons
    that no column holds: no model can get those right.
    """
    rng = np.random.default_rng(seed)
    customers = pd.DataFrame(
        {
            "tenure_months": rng.gamma(2.0, 14.0, count).round(),
            "monthly_charge": rng.normal(42.0, 11.0, count).clip(15.0).round(2),
            "support_calls": rng.poisson(1.6, count),
            "contract_months_left": rng.integers(0, 25, count),
            "usage_trend": rng.normal(0.0, 0.35, count).round(3),
        }
    )
    customers[LABEL] = _left(customers) ^ (rng.random(count) < NOISE)
    return customers


def _left(customers: pd.DataFrame) -> pd.Series:
    """Tell who leaves for one of the three reasons."""
    dear = customers["monthly_charge"] > 35.0
    let_down = (customers["tenure_months"] < 17) & (customers["support_calls"] >= 2)
    free_to_go = dear & (customers["contract_months_left"] <= 4)
    unused = dear & (customers["usage_trend"] < -0.22)
    return let_down | free_to_go | unused
