"""Compare both models, keep the better one, and write the figures that the README reports."""

import json
import logging
from pathlib import Path

from sklearn.model_selection import train_test_split

from churn_service.customers import LABEL, SEED, simulate
from churn_service.evaluation import Scores, cross_validated, scores
from churn_service.model import ChurnModel, baseline, challenger

MODEL = Path("models/churn.joblib")
METRICS = Path("reports/metrics.json")

log = logging.getLogger(__name__)


def compare(count: int = 6000) -> tuple[dict[str, Scores], ChurnModel]:
    """Return the held-out scores of both models, and the fitted challenger."""
    customers = simulate(count)
    train, test = train_test_split(customers, test_size=0.25, stratify=customers[LABEL], random_state=SEED)
    found: dict[str, Scores] = {}
    for name, pipeline in (("logistic_regression", baseline()), ("gradient_boosting", challenger())):
        folds = cross_validated(pipeline, train, train[LABEL])
        log.info("%s: ROC AUC %.3f ± %.3f over %d folds", name, folds.mean(), folds.std(), len(folds))
        model = ChurnModel.fit(pipeline, train, train[LABEL])
        found[name] = scores(model, test, test[LABEL])
    return found, model


def main() -> None:
    """Train, and write the model and its figures."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    found, model = compare()
    model.save(MODEL)
    METRICS.parent.mkdir(parents=True, exist_ok=True)
    METRICS.write_text(json.dumps({name: s.as_dict() for name, s in found.items()}, indent=2) + "\n", encoding="utf-8")
    log.info("written: %s and %s", MODEL, METRICS)


if __name__ == "__main__":
    main()
