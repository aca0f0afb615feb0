"""The simulation gives the same customers each time, and plausible ones."""

import pandas as pd

from churn_service.customers import FEATURES, LABEL, simulate


def test_same_seed_same_customers() -> None:
    pd.testing.assert_frame_equal(simulate(200, seed=1), simulate(200, seed=1))
    assert not simulate(200, seed=1).equals(simulate(200, seed=2))


def test_columns_and_ranges() -> None:
    customers = simulate(1000)
    assert list(customers.columns) == [*FEATURES, LABEL]
    assert customers[FEATURES].notna().all().all()
    assert customers["monthly_charge"].min() >= 15.0
    assert customers["contract_months_left"].between(0, 24).all()


def test_between_four_and_five_in_ten_leave() -> None:
    assert 0.4 < simulate()[LABEL].mean() < 0.5
