"""Credentials are found by kind and place, and never kept. What looks real here is put together when the test runs."""

import base64
import json
import random
import string
import zlib
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts import secrets
from auditor.facts.credentials import is_weak
from auditor.facts.fact import Fact, Parser, Unreadable
from auditor.facts.secrets import Secret, SecretsFact

_DICE = random.Random(7)  # noqa: S311 - made-up credentials, the same in every run
_ALPHABET = string.ascii_letters + string.digits


def _made(length: int, alphabet: str = _ALPHABET) -> str:
    return "".join(_DICE.choice(alphabet) for _ in range(length))


def _github() -> str:
    body = _made(30)
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, rest = divmod(number, 62)
        digits = (string.digits + string.ascii_uppercase + string.ascii_lowercase)[rest] + digits
    return f"ghp_{body}{digits}"


_REAL = {
    "GitHub token": _github(),
    "OpenAI key": f"sk-{_made(20)}T3BlbkFJ{_made(20)}",
    "Anthropic key": f"sk-ant-api03-{_made(93)}",
    "AWS access key": "AKIA" + _made(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "Google API key": "AIza" + _made(35),
    "Hugging Face token": "hf_" + _made(34, string.ascii_letters),
    "Slack token": f"xoxb-{_made(12, string.digits)}-{_made(24)}",
    "Stripe key": "sk_live_" + _made(24),
    "Groq key": "gsk_" + _made(52),
    "SendGrid key": f"SG.{_made(22)}.{_made(43)}",
    "Telegram bot token": f"{_made(10, string.digits)}:AA{_made(33)}",
    "Jina key": "jina_" + _made(60),
    "Notion token": "ntn_" + _made(46),
    "Mapbox secret token": f"sk.eyJ1{_made(60)}.{_made(22)}",
    "Mailgun key": "key-" + _made(32, "0123456789abcdef"),
    "Google access token": "ya29." + _made(150),
    "private key": "-----BEGIN RSA PRIVATE " + f"KEY-----\n{_made(64)}\n",
}


def _found(fact: Fact) -> tuple[Secret, ...]:
    assert isinstance(fact, SecretsFact)
    return fact.secrets


@pytest.mark.parametrize(("kind", "value"), _REAL.items(), ids=_REAL.keys())
def test_a_providers_shape(kind: str, value: str) -> None:
    found = _found(secrets.parse_code(f"x = 1\nclient = make('{value}')\n".encode()))
    assert [(each.kind, each.line, each.grade) for each in found] == [(kind, 2, "real")]


@pytest.mark.parametrize("value", _REAL.values(), ids=_REAL.keys())
@pytest.mark.parametrize("parse", [secrets.parse_code, secrets.parse_config])
def test_nothing_of_it_is_kept(value: str, parse: Callable[[bytes], Fact]) -> None:
    kept = msgspec.json.encode(parse(f'API_KEY = "{value}"\n'.encode())).decode()
    assert not any(value[at : at + 8] in kept for at in range(8, len(value) - 8))


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("password = 'Kar@2709shan'", "likely"),
        ('"db_password": "Winter2024!x"', "likely"),
        ("app.secret_key = 'b7#kL0q8zzPw'", "likely"),
        ("app.secret_key = 'dev'", "dummy"),
        ("POSTGRES_PASSWORD = 'postgres'", "dummy"),
        ("url = 'mysql://root:Xk29$1qq@db.shop.com/x'", "likely"),
        ("url = 'postgresql://postgres:postgres@localhost:5432/x'", "dummy"),
        ("url = 'mongodb+srv://asha:Rt55kq81@c0.mongodb.net'", "likely"),
        ("url = f'postgresql://{user}:{password}@{host}/x'", ""),
        ("password = 'your_password_here'", ""),
        ("api_key = '<API_KEY>'", ""),
        ("api_key = 'sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'", ""),
        ("token = 'the'", ""),
        ("password_label = 'Enter your password'", ""),
        ("os.getenv('SECRET_KEY', 'change-me')", ""),
        ("key = 'customer_id'", ""),
        ("# Colours for output\nPASS = '\\033[92mPASS\\033[0m'\nWARN = '\\033[93mWARN\\033[0m'", ""),
        ("PASS = 'Test#Bestanden1'\nFAIL = 'Test#Durchgefallen1'", ""),
        ("smtp = {'user': 'asha', 'pass': 'Kar@2709shan'}", "likely"),
        ("const password = process.env.ADMIN_PASSWORD || 'agent77x'", "dummy"),
        ("password = os.getenv('DB_PASSWORD') or 'Kar@2709shan'", "dummy"),
        ("export PGPASSWORD=${POSTGRES_PASSWORD:-admin}", "dummy"),
        ("KEY: ${APP_ENCRYPTION_KEY:-8f3a1c9b7d2e4f60a5b8c1d3e7f90246}", "dummy"),
        ("const least = process.env.PASSWORD_MIN_LENGTH || '12'", ""),
        ("const secret = process.env.JWT_SECRET || 'replace_me_with_a_secret'", ""),
        ("api_key = os.environ['OPENAI_API_KEY']", ""),
        ("secret_name = 'prod/db-2'", ""),
        ("SECRET_ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbC123'", ""),
        ("PASSWORD_REGEX = '^(?=.*[A-Z]).{8,}$'", ""),
        ("ACCESS_TOKEN_EXPIRE_MINUTES: str = '30'", ""),
        ("secret_word = 'Banana42'", ""),
        ("client_secret = 'Qx72Lm-9pTz4bWv8'", "likely"),
        ("resetPasswordToken: 'reset_password_token_1'", ""),
        ("password: 'Contraseña'", ""),
        ("mapboxgl.accessToken = 'pk.eyJ1IjoipsjG9F6g7nIFd0x26neksRca46w3f3.gwItdiCgZVqC0hpKz0YqaI'", ""),
        ("stripe = Stripe('pk_live_51Hx8Kq2LmZp')", ""),
        ("MAIL_PASSWORD = 'jxbq wkdm ptzr lqvn'", "likely"),
        ("MAIL_PASSWORD = 'abcd efgh ijkl mnop'", ""),
        ("sender_password = 'jxbqwkdmptzrlqvn'", "likely"),
        ("password = 'unauthorisedones'", ""),
        ("headers = {'Authorization': 'Bearer Kx92LmQ7pTz4bWv8Rt55kq81Zx'}", "likely"),
        ("headers = {'Authorization': 'Bearer YOUR_ACCESS_TOKEN_GOES_HERE'}", ""),
        ("url = 'https://api.test/3/movie?api_key=3ed152e7f6ea0076279a53586751b146&page=1'", "likely"),
        ("url = f'https://api.test/3/movie?api_key={key}&page=1'", ""),
        ("conn = 'DRIVER=x;SERVER=db.shop.com;UID=asha;PWD=Kx9!pqLm22'", "likely"),
        ("conn = f'SERVER=db;UID={user};PWD={password}'", ""),
        ("lesson = 'db:\\n  url: postgresql://postgres:postgres@localhost/x\\n'", ""),
    ],
)
def test_assignments(text: str, grade: str) -> None:
    assert [each.grade for each in _found(secrets.parse_code(text.encode()))] == ([grade] if grade else [])


def test_values_without_quotes_in_configuration() -> None:
    found = _found(secrets.parse_config(b"SECRET_TOKEN=${TOKEN}\nDB_PASSWORD=Kar27shan!9\nname: admin\n"))
    assert found == (Secret("password", 2, "likely", "DB_PASSWORD", 11),)


@pytest.mark.parametrize(
    "text",
    [
        "kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgBy3i4OJSWK9PiTySYZZA9rO43cGDEq\n",
        "password = var.db_password\nsecret_id = aws_secretsmanager_secret.db.id\n",
        "tls:\n  - secretName: demo-tls-cert1\n    existingSecret: churn-api-secret-1\n",
        "PASSWORD_MIN_LENGTH=12\nSECRET_MANAGER_REGION=eu-west-1\nMAX_TOKENS=512\n",
        "TOKEN: ${{ secrets.GITHUB_TOKEN }}\nkey: pip-v1-3f2a9c81d7e64b50\n",
        f"![plot](data:image/png;base64,{'iVBORw0KGgo' * 40})",
        "numpy==1.0 --hash=sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n",
        "POSTGRES_PASSWORD_FILE: /run/secrets/pg\n",
    ],
)
def test_a_configuration_that_holds_none(text: str) -> None:
    assert _found(secrets.parse_config(text.encode())) == ()


@pytest.mark.parametrize(
    ("payload", "grades"),
    [
        ({"role": "service_role"}, ["real"]),
        ({"role": "anon"}, []),
        ({"sub": "1234567890", "name": "John Doe"}, []),
        ({"aud": "3ed152", "scopes": ["api_read"]}, ["real"]),
        ({"user": 7}, ["dummy"]),
    ],
)
def test_a_web_token_by_what_it_opens(payload: dict[str, object], grades: list[str]) -> None:
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "HS256"}, payload)
    )
    found = _found(secrets.parse_code(f"client = connect('{head}.{body}.{_made(43)}')\n".encode()))
    assert [each.grade for each in found] == grades


def test_a_notebooks_output_by_cell() -> None:
    text = "{'kaggle.json': b'" + json.dumps({"username": "asha", "key": _made(32, "0123456789abcdef")}) + "'}"
    output = {"output_type": "execute_result", "metadata": {}, "execution_count": 1, "data": {"text/plain": text}}
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "# Cats"},
        {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": "upload()\n", "outputs": [output]},
    ]
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    found = _found(secrets.parse_notebook(json.dumps(book).encode()))
    assert [(each.kind, each.cell, each.line, each.grade) for each in found] == [("Kaggle key", 1, 1, "real")]


@pytest.mark.parametrize("parser", secrets.PARSERS, ids=lambda parser: parser.name)
@given(data=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_no_bytes_break_a_parser(parser: Parser, data: bytes) -> None:
    assert isinstance(parser.parse(data), SecretsFact | Unreadable)


@pytest.mark.parametrize("value", ["4" * 199 + "(", "user" * 49 + "(", "key" * 60 + "Q(", "pass" * 45 + "word!("])
def test_a_made_up_value_is_judged_in_one_pass(value: str) -> None:
    """A pattern needed two to the hundredth steps for the first: fuzzing found it."""
    assert isinstance(secrets.parse_code(f"password = '{value}'\n".encode()), SecretsFact)


@pytest.mark.parametrize(("value", "weak"), [("PostgreSQL_2024", True), ("my-secret-key!", True), ("myKar27", False)])
def test_made_up_values(value: str, *, weak: bool) -> None:
    assert is_weak(value) is weak
