"""The service over HTTP, with a model fitted for the test."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from churn_service.api import app
from churn_service.customers import LABEL, simulate
from churn_service.model import ChurnModel, challenger

LEAVING = {
    "tenure_months": 3,
    "monthly_charge": 62.0,
    "support_calls": 5,
    "contract_months_left": 0,
    "usage_trend": -0.6,
}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    customers = simulate(1500)
    app.state.model = ChurnModel.fit(challenger(), customers, customers[LABEL])
    with TestClient(app) as opened:
        yield opened


def test_health(client: TestClient) -> None:
    assert client.get("/health").json()["status"] == "ok"


def test_a_customer_with_every_reason_is_called(client: TestClient) -> None:
    answer = client.post("/predict", json=LEAVING).json()
    assert answer["call"] is True
    assert answer["probability"] > 0.7


@pytest.mark.parametrize("wrong", [{"tenure_months": -1}, {"monthly_charge": 0}, {"support_calls": "many"}])
def test_values_out_of_range_are_refused(client: TestClient, wrong: dict[str, object]) -> None:
    assert client.post("/predict", json=LEAVING | wrong).status_code == 422
