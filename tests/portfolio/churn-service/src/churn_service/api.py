"""The service: one question, asked over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pandas as pd
from fastapi import FastAPI, Request
from pydantic import BaseModel, Field

from churn_service import __version__
from churn_service.model import ChurnModel
from churn_service.train import MODEL


class Customer(BaseModel):
    """What the call centre knows of a customer; values out of range are answered with 422."""

    tenure_months: float = Field(ge=0, le=600)
    monthly_charge: float = Field(gt=0, le=500)
    support_calls: int = Field(ge=0, le=200)
    contract_months_left: int = Field(ge=0, le=60)
    usage_trend: float = Field(ge=-5, le=5)


class Answer(BaseModel):
    """What the service says of a customer."""

    probability: float
    call: bool


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Load the model once, unless a test has put one in place."""
    if not hasattr(app.state, "model"):
        app.state.model = ChurnModel.load(MODEL)
    yield


app = FastAPI(title="Churn service", version=__version__, lifespan=lifespan)


@app.get("/health")
def health() -> dict[str, str]:
    """Say that the service is up, for the platform's probe."""
    return {"status": "ok", "version": __version__}


@app.post("/predict")
def predict(customer: Customer, request: Request) -> Answer:
    """Return the probability that a customer leaves, and whether a call is worth it."""
    model: ChurnModel = request.app.state.model
    row = pd.DataFrame([customer.model_dump()])
    probability = float(model.probability(row)[0])
    return Answer(probability=round(probability, 3), call=probability >= model.threshold)
