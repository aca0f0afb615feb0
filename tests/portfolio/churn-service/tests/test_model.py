"""The model learns what a linear one can't, and survives being saved."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from churn_service.customers import LABEL, simulate
from churn_service.evaluation import cross_validated, scores
from churn_service.model import ChurnModel, baseline, best_threshold, challenger
from churn_service.train import compare


@pytest.fixture(scope="module")
def model() -> ChurnModel:
    customers = simulate(1500)
    return ChurnModel.fit(challenger(), customers, customers[LABEL])


def test_best_threshold_separates_what_can_be_separated() -> None:
    threshold = best_threshold(pd.Series([0, 0, 1, 1]), np.array([0.1, 0.2, 0.7, 0.9]))
    assert threshold == pytest.approx(0.7)


def test_challenger_beats_baseline_on_unseen_customers() -> None:
    found, _ = compare(2000)
    assert found["gradient_boosting"].f1 > found["logistic_regression"].f1 + 0.1


def test_scores_are_rounded_and_named(model: ChurnModel) -> None:
    customers = simulate(500, seed=99)
    found = scores(model, customers, customers[LABEL]).as_dict()
    assert set(found) == {"f1", "precision", "recall", "roc_auc", "log_loss"}
    assert all(figure == round(figure, 2) for figure in found.values())


def test_five_folds() -> None:
    customers = simulate(500)
    assert cross_validated(baseline(), customers, customers[LABEL]).shape == (5,)


def test_saved_model_answers_the_same(model: ChurnModel, tmp_path: Path) -> None:
    customers = simulate(50, seed=3)
    model.save(tmp_path / "models" / "churn.joblib")
    again = ChurnModel.load(tmp_path / "models" / "churn.joblib")
    np.testing.assert_allclose(again.probability(customers), model.probability(customers))
    assert (again.leaves(customers) == model.leaves(customers)).all()
