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


_MEASURED = (
    "Our model reaches an accuracy of 94 % on the held-out set, against 81 % of the baseline.",
    "F1 went from 0.67 → 0.84 after balancing.",
    "## Results\nThe gradient boosting model has an RMSE of 3.2 on the test set.",
    "## Results\n| Model | Accuracy | F1 |\n|---|---|---|\n| LR | 0.81 | 0.79 |\n| RF | 0.88 | 0.86 |\n",
    "## Results\n| Metric | LR | RF |\n|---|---|---|\n| Accuracy | 0.81 | 0.88 |\n| RMSE | 12.1 | 9.4 |\n",
    "## Evaluation\nRetrieval: hit rate@5 0.91, MRR 0.78; faithfulness 0.93 (ragas).",
    "## Results\nMedian latency fell from 820 ms to 210 ms and the cost per 1,000 queries from $4.10 to $0.90.",
    "ROUGE-L is 41.3 and BLEU 27.9 on the test set.",
    "## Performance\nmAP@0.5 of 0.873, 35 FPS on a T4.",
    "## Resultados\nEl modelo alcanza una exactitud del 94,2 % y un F1 de 0,91.",
    "## Resultados\nO modelo atingiu acurácia de 94,2% e recall de 0,88 no conjunto de teste.",
    "## Résultats\nLe modèle atteint une précision de 92,5 % et un score F1 de 0,90.",
    "## Ergebnisse\nDas Modell erreicht eine Genauigkeit von 92,5 % und einen MAE von 3,4.",
    "## Risultati\nIl modello raggiunge un'accuratezza del 92,5% e un F1 di 0,90.",
    "## Hasil\nModel mencapai akurasi 92,5% dan presisi 0,91.",
    "## 结果\n模型在测试集上的准确率为94.2%，召回率为0.91。",
    "## 結果\nテストデータで精度94.2%、RMSEは3.2でした。",
    "## 결과\n테스트 세트에서 정확도 94.2%, F1 점수 0.91을 달성했다.",
    "- **Accuracy:** 94.2%\n- **AUC:** 0.97\n",
    "Silhouette score: 0.61 with four clusters.",
    "## Results\nMAPE 8.4 % against 14.1 % of a seasonal naive forecast.",
    "## Results\nSharpe ratio 1.42, maximum drawdown 11.3 %.",
    "## Resultados\n| Modelo | Acurácia | R² |\n|---|---|---|\n| Árvore | 0,81 | 0,64 |\n",
    "## Ergebnisse\n| Modell | MAE | RMSE |\n|---|---|---|\n| XGBoost | 1.234,5 | 2.345,6 |\n",
    "## Résultats\nTemps de réponse moyen : 210 ms ; coût : 0,02 € par requête.",
    "## Results\nWord error rate of 7.4% on LibriSpeech test-clean, perplexity 12.8.",
    "Cohen's kappa = 0.82, IoU 0.71, Dice 0.83",
    "## Results\nR² = 0.87 on the test set.",
    "## Results\nR2: .87",
    "AUC-ROC: 0,97 (teste)",
    "## Resultados\nMAE: 3.200 €",
    "## Ergebnisse\nDie Trefferquote liegt bei 98,7 Prozent.",
    "## Resultados\nPrecisión del 94.2 por ciento en el conjunto de prueba.",
    "## Results\nAccuracy: 0.94 (±0.01)",
    "## Results\nAccuracy 92.3±0.4%",
    "准确率：94％",
    "F1=0.91, EM 81.2",
    "Top-1 accuracy 76.1",
    "Recall@10=0.85, nDCG@10 0.71",
    "## Results\nThe monthly cost dropped by 63 %, from $310 to $115.",
    "## Benchmarks\n3.4x faster than pandas (p95 latency 180 ms).",
    "## Results\nWin rate of 62 % against the baseline.",
    "## Evaluation\nHallucination rate 3 %, answer relevancy 0.89.",
    "PSNR 31.2 dB, SSIM 0.91",
    "FID of 12.4 after 200 epochs",
    "CER 3.1%, WER 9.8%",
    "## Performance\nInference takes 12 ms/image on CPU.",
    "ARI: 0.72, NMI: 0.69",
    "Log loss 0.31, Brier score 0.12",
    "## 实验结果\n| 模型 | 准确率 | F1 |\n|---|---|---|\n| BERT | 92.1 | 0.91 |",
    "## 結果\n| モデル | 正解率 |\n|---|---|\n| CNN | 0.98 |",
    "## 성능\n| 모델 | 정확도 |\n|---|---|\n| CNN | 98.1% |",
    "## Hasil Evaluasi\n| Model | Akurasi | Presisi |\n|---|---|---|\n| CNN | 92% | 0,91 |",
    "## Résultats\n| Modèle | Exactitude | Rappel |\n|---|---|---|\n| RF | 0,91 | 0,88 |",
    "## Risultati\n| Modello | Accuratezza |\n|---|---|\n| RF | 91,2% |",
    "## Ergebnisse\nDer mittlere absolute Fehler sinkt von 4,8 auf 3,1.",
    "## Résultats\nL'erreur quadratique moyenne passe de 4,8 à 3,1.",
    "## Resultados\nEl error absoluto medio bajó de 4,8 a 3,1.",
    "## Resultados\nO erro médio absoluto caiu de 4,8 para 3,1.",
    "## Risultati\nL'errore medio assoluto scende da 4,8 a 3,1.",
    "## 结果\n平均绝对误差从4.8降到3.1。",
    "## 結果\n平均絶対誤差は4.8から3.1に下がった。",
    "## 결과\n평균 절대 오차가 4.8에서 3.1로 줄었다.",
    "## Results\n```\n     precision  recall  f1-score\n  0       0.91    0.88      0.89\n accuracy 0.90\n```",
    "## Results\n- Random Forest — 0.88 accuracy\n- XGBoost — 0.91 accuracy",
    "### Model performance\n\nXGBoost achieved 91% accuracy while logistic regression achieved 84%.",
    "| | precision | recall |\n|---|---|---|\n| spam | 0.94 | 0.91 |",
    "**94.3% accuracy** on 10,000 test images",
    "Achieved 0.91 ROC AUC",
    "## Results\n<table><tr><th>Model</th><th>Accuracy</th></tr><tr><td>RF</td><td>0.91</td></tr></table>",
    "## Results\nBest mAP50: 0.91, mAP50-95: 0.67",
    "Le modèle obtient 95 % de bonnes réponses, soit une exactitud de 0,95",
    "## Leaderboard\nPublic score 0.77990 (top 8 %).",
    "Kaggle public leaderboard RMSLE: 0.12134",
)
_NOT_MEASURED = (
    "A detection counts if its confidence is above a threshold of 0.5.",
    "We train with a learning rate of 0.001, dropout 0.3 and batch size 32 for 50 epochs.",
    "The dataset has 26,000 samples with 14 features; 80% are used for training, 20% for testing.",
    "Requires Python 3.10, scikit-learn 1.3.2 and CUDA 11.8.",
    "Released on 2023-05-14. Version 2.0.1.",
    "GPT-4 scores 86.4% on MMLU, as OpenAI reports.",
    "The goal is an accuracy of at least 90%.",
    "Our target is to reduce latency below 200 ms.",
    "According to the WHO, 17.9 million people die of heart disease each year, 32% of all deaths.",
    "Die Lernrate beträgt 0,001, der Dropout 0,3; 80 % der Daten dienen dem Training.",
    "Se usa un umbral de 0,5 y una tasa de aprendizaje de 0,01; el 80 % de los datos es para entrenar.",
    "Usamos limiar de 0,7 e taxa de aprendizado 0,001; 20% dos dados para teste.",
    "Le seuil est de 0,5, le taux d'apprentissage de 0,001 ; 80 % des données servent à l'entraînement.",
    "La soglia è 0,5, il tasso di apprendimento 0,001; l'80% dei dati è per l'addestramento.",
    "Ambang batas 0,5 dan learning rate 0,001; 80% data untuk pelatihan.",
    "学习率为0.001，阈值为0.5，训练集占80%，共有5000张图片。",
    "学習率は0.001、閾値は0.5、データの80%を訓練に使用する。",
    "학습률은 0.001, 임계값은 0.5이며 데이터의 80%를 학습에 사용한다.",
    "Cosine similarity threshold 0.75; top_k = 5; temperature 0.2; chunk size 512, overlap 64.",
    "The classes are imbalanced: 0.17% of the transactions are fraud.",
    "In the original paper BERT reaches 93.2 F1 on SQuAD.",
    "## Roadmap\n- reach 95% accuracy\n- add tests",
    "| Parameter | Value |\n|---|---|\n| learning rate | 0.001 |\n| precision | fp16 |\n| confidence | 0.25 |\n",
    "| Column | Description |\n|---|---|\n| score | 0-100 |\n| accuracy | GPS accuracy in m, 3.5 |\n",
    "Test coverage is 87%.",
    "Precision: float16 (2 bytes). Recall memory of 10 turns.",
    "Customers with a month-to-month contract churn at 42.7%, against 2.8% on two years.",
    "The score ranges from 0.0 to 1.0; early stopping at val_accuracy 0.99.",
    "Prices rose 12% in 2021 (source: Destatis).",
    "The free tier costs $0.002 per 1K tokens and allows 60 requests/min.",
    'Example output: `{"label": "spam", "confidence": 0.97}`',
    "Accuracy is not a good metric: 99.8 % of the rows are negative, so a constant model has 99.8 % accuracy.",
    "A model is deployed only if its F1 is above 0.80.",
    "Alerts fire when accuracy drops below 85%.",
    "The gate requires recall ≥ 0.9.",
    "Confidence 0.25, IoU threshold 0.45, image size 640.",
    "LoRA r=16, alpha 32, dropout 0.05; lr 2e-4; warmup 0.03; weight decay 0.01.",
    "Train/validation/test = 0.7/0.15/0.15",
    "Llama 3.1 8B, Gemma 2.5, Python 3.12.1",
    "State of the art is 97.3 % accuracy (He et al., 2016).",
    "Random guessing would give 10% accuracy.",
    "El objetivo es superar el 90% de exactitud.",
    "O objetivo é alcançar 95% de acurácia.",
    "L'objectif est d'atteindre 95 % de précision.",
    "Ziel ist eine Genauigkeit von mindestens 95 %.",
    "L'obiettivo è un'accuratezza del 95%.",
    "Targetnya adalah akurasi di atas 90%.",
    "目标是准确率达到95%以上。",
    "目標は精度95%以上です。",
    "목표는 정확도 95% 이상이다.",
    "## Dataset\n| Split | Images | Share |\n|---|---|---|\n| train | 8000 | 80% |\n| test | 2000 | 20% |",
    "## Hyperparameters\n| Name | Value |\n|---|---|\n| learning_rate | 0.05 |\n| max_depth | 6 |\n| subsample | 0.8 |",
    "Figure 3.2 shows the confusion matrix; section 4.1 the ROC curve.",
    "The fee is 2.5 % per transaction, and the mean order 34.20 €.",
    "Set `min_recall: 0.85` in config.yaml.",
    "Step 2.1 computes accuracy; step 2.2 recall.",
    "Expected accuracy: ~95%",
    "You should get an accuracy of about 0.9 after 3 epochs.",
    "TODO: improve accuracy to 0.95",
)


@pytest.mark.parametrize("text", _MEASURED)
def test_a_measured_outcome_in_ten_languages(text: str, metrics: Metrics) -> None:
    assert any(sure for _, _, sure in figures(f"# Churn\nA model.\n\n{text}", metrics))


@pytest.mark.parametrize("text", _NOT_MEASURED)
def test_settings_sizes_wishes_and_other_peoples_figures(text: str, metrics: Metrics) -> None:
    assert not any(sure for _, _, sure in figures(f"# Churn\nA model.\n\n{text}", metrics))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("## 结果\n测试集F1为0.91，AUC达到0.97。", [("f1", "0.91"), ("auc", "0.97")]),
        ("## 結果\nAccuracyは0.95、AUCが0.97でした。", [("accuracy", "0.95"), ("auc", "0.97")]),
        ("## 결과\nF1은 0.91, AUC가 0.97이다.", [("f1", "0.91"), ("auc", "0.97")]),
        ("## Results\nF1 of 0.91, AUC 0.97.", [("f1", "0.91"), ("auc", "0.97")]),
    ],
)
def test_a_latin_word_ends_where_another_script_begins(
    text: str, found: list[tuple[str, str]], metrics: Metrics
) -> None:
    assert [(metric, written) for metric, written, _ in figures(f"# Churn\n\n{text}", metrics)] == found
