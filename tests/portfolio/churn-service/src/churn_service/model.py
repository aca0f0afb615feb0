"""The two models that are compared: what any team would try first, and what is served."""

from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from churn_service.customers import FEATURES, SEED


def baseline() -> Pipeline:
    """Return a logistic regression on scaled features; the scaler is fitted inside each fold."""
    return make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced"))


def challenger() -> Pipeline:
    """Return gradient boosting, which sees the combinations that a linear model can't."""
    return make_pipeline(HistGradientBoostingClassifier(max_iter=150, learning_rate=0.08, random_state=SEED))


@dataclass(frozen=True)
class ChurnModel:
    """A fitted pipeline with the probability from which a customer is called."""

    pipeline: Pipeline
    threshold: float

    @classmethod
    def fit(cls, pipeline: Pipeline, customers: pd.DataFrame, churned: pd.Series) -> "ChurnModel":
        """Fit on training customers; the threshold is chosen on out-of-fold predictions of the same customers."""
        held_out = cross_val_predict(pipeline, customers[FEATURES], churned, cv=5, method="predict_proba")[:, 1]
        fitted = pipeline.fit(customers[FEATURES], churned)
        return cls(fitted, best_threshold(churned, held_out))

    def probability(self, customers: pd.DataFrame) -> np.ndarray:
        """Return each customer's probability of leaving."""
        return np.asarray(self.pipeline.predict_proba(customers[FEATURES]))[:, 1]

    def leaves(self, customers: pd.DataFrame) -> np.ndarray:
        """Tell which customers are worth a call."""
        return self.probability(customers) >= self.threshold

    def save(self, path: Path) -> None:
        """Write the model where `load` finds it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        joblib.dump(self, path)

    @staticmethod
    def load(path: Path) -> "ChurnModel":
        """Read a model that `save` wrote. Raises FileNotFoundError before the first training."""
        model: ChurnModel = joblib.load(path)
        return model


def best_threshold(churned: pd.Series, probability: np.ndarray) -> float:
    """Return the probability that gives the best F1."""
    precision, recall, thresholds = precision_recall_curve(churned, probability)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    return float(thresholds[np.argmax(f1[:-1])])
