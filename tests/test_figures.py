"""Figures: how they are written, which files hold them, and which words they belong to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import rulebook
from auditor.facts import markdown, numbers
from auditor.facts.fact import Unreadable
from auditor.facts.markup import MarkupFact
from auditor.facts.numbers import NumbersFact
from auditor.probes.figures import Metrics, reported, value_of
from auditor.probes.lexicon import finder, plain


@pytest.fixture(scope="module")
def metrics() -> Metrics:
    rule = next(rule for rule in rulebook.load().rules if rule.id == "readme-results")
    found = rule.parameters["metrics"]
    assert isinstance(found, Metrics)
    return found


def figures(text: str, metrics: Metrics) -> list[tuple[str, str, bool]]:
    fact = markdown.parse(text.encode())
    assert isinstance(fact, MarkupFact)
    return [(figure.metric, figure.text, figure.sure) for figure in reported(fact, metrics)]


@pytest.mark.parametrize(
    ("written", "value"),
    [("0.84", 0.84), ("0,84", 0.84), ("1,234", 1234), ("1,234.5", 1234.5), ("1.234,5", 1234.5), (".5", 0.5)],
)
def test_value_of_what_is_written(written: str, value: float) -> None:
    assert value_of(written) == value


def test_the_nearest_word_owns_a_figure(metrics: Metrics) -> None:
    assert figures("With a threshold of 0.5 accuracy is 0.93.", metrics) == [("accuracy", "0.93", True)]
    assert figures("Trained for 10 epochs, dropout 0.3, recall 88 %.", metrics) == [("recall", "88 %", True)]


def test_a_wish_is_no_result(metrics: Metrics) -> None:
    assert figures("We aim for 0.9 accuracy. It should reach a recall of 0.8.", metrics) == []


def test_a_table_names_its_figures_by_column_or_row(metrics: Metrics) -> None:
    assert figures("|Model|Threshold|F1|\n|-|-|-|\n|SVM|0.5|0.8|\n", metrics) == [("f1", "0.8", True)]
    assert figures("||Value|\n|-|-|\n|RMSE|3.2|\n", metrics) == [("rmse", "3.2", True)]


def test_which_files_hold_results() -> None:
    named = ["metrics.json", "results/run1.txt", "eval_report.csv", "reports/summary.md", "train.log"]
    other = ["requirements.txt", "data/performance_data.csv", "src/metrics.py", "README.md", "package.json"]
    assert [path for path in named if not numbers.reads(path)] == []
    assert [path for path in other if numbers.reads(path)] == []


def test_figures_of_a_file() -> None:
    assert numbers.parse(b'{"f1": 0.84, "n": 12, "id": "a1b2"}') == NumbersFact(("0.84", "12"))


@given(st.binary(max_size=2000) | st.text(alphabet="0123456789.,-e%|a \n", max_size=500).map(str.encode))
def test_no_bytes_raise(data: bytes) -> None:
    assert isinstance(numbers.parse(data), NumbersFact | Unreadable)


@settings(deadline=None, max_examples=40)
@given(st.text(alphabet="0123456789.,-%|→ \n#`FRMSE1acury:", max_size=200))
def test_no_text_raises(text: str) -> None:
    book = next(rule for rule in rulebook.load().rules if rule.id == "readme-results")
    figures(text, book.parameters["metrics"])


def test_words_are_found_without_accents_and_inside_dense_scripts() -> None:
    words = finder({"es": ("metodologia", "predic*"), "zh": ("准确率",)})
    assert [m[0] for m in words.finditer(plain("Metodología: predicción; 测试准确率高"))] == [
        "metodologia",
        "prediccion",
        "准确率",
    ]
    assert words.search("unpredicted") is None
