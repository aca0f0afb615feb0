# Each target is a line that also works without make. `make demo` and `make test` set up what they need.
PYTHON ?= python3
BIN = .venv/bin
READY = .venv/.ready

.PHONY: demo test check format docs picture bench agreement clean

demo: $(READY)
	$(BIN)/python tests/sample.py .demo/asha-example
	$(BIN)/audit-portfolio --offline -o .demo/report -f html -f json -f markdown .demo/asha-example

test: $(READY)
	$(BIN)/python -m pytest -n auto

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32 auditor
	$(BIN)/mypy --platform darwin --cache-dir .mypy_cache/darwin auditor
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n auto

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(READY)
	$(BIN)/python tests/docs.py

picture: $(READY)
	$(BIN)/python tests/picture.py

bench: $(READY)
	$(BIN)/python tests/bench.py $(REPOS)
	PYTHONPATH=.:tests $(BIN)/python tests/loopback/costs.py 6

agreement: $(READY)
	$(BIN)/python tests/agreement.py --mirrors $(MIRRORS) $(LABELS)

$(READY): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $(READY)

clean:
	rm -rf .venv .demo build dist
