"""How good a model is, on customers that it has not seen."""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score, log_loss, precision_score, recall_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import Pipeline

from churn_service.customers import FEATURES, SEED
from churn_service.model import ChurnModel


@dataclass(frozen=True)
class Scores:
    """The figures of the README, rounded as there."""

    f1: float
    precision: float
    recall: float
    roc_auc: float
    log_loss: float

    def as_dict(self) -> dict[str, float]:
        """Return the figures by name, for `reports/metrics.json`."""
        return asdict(self)


def scores(model: ChurnModel, customers: pd.DataFrame, churned: pd.Series) -> Scores:
    """Measure a fitted model on held-out customers."""
    probability = model.probability(customers)
    called = model.leaves(customers)
    return Scores(
        f1=_rounded(f1_score(churned, called)),
        precision=_rounded(precision_score(churned, called)),
        recall=_rounded(recall_score(churned, called)),
        roc_auc=_rounded(roc_auc_score(churned, probability)),
        log_loss=_rounded(log_loss(churned, probability)),
    )


def cross_validated(pipeline: Pipeline, customers: pd.DataFrame, churned: pd.Series) -> np.ndarray:
    """Return the ROC AUC of each of five stratified folds."""
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=SEED)
    return np.asarray(cross_val_score(pipeline, customers[FEATURES], churned, cv=folds, scoring="roc_auc"))


def _rounded(figure: float) -> float:
    return round(float(figure), 2)
