# Two commands to know: `make demo` and `make test`. Both work from a bare clone and are quick the second time.
# Works with GNU make 3.81 and BSD tools, so with what macOS ships.

PORT ?= 8000
SEEDS ?= 40
BIN := .venv/bin
# Without a .env this is a developer's machine: errors in full, and a key that is good for nothing else.
DEVELOP := $(if $(wildcard .env),,DEBUG=$${DEBUG:-true})

.DEFAULT_GOAL := help
.PHONY: help venv demo run work test chaos check bench clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' Makefile

venv: ## Make .venv with the pinned requirements (the others do it by themselves)
	@.ci/venv

demo: venv ## Start the whole product with made-up data at http://localhost:8000 (PORT=... for another port)
	@$(BIN)/python manage.py demo

run: venv ## Start the development server on your own data
	@$(DEVELOP) $(BIN)/python manage.py migrate --verbosity 0
	@$(DEVELOP) $(BIN)/python manage.py runserver $(PORT)

work: venv ## Start the worker that sends, follows and fetches generations
	@$(DEVELOP) $(BIN)/python manage.py work

test: venv ## Run the tests (ARGS="tests/assets -k retry" for some of them)
	@$(BIN)/pytest --numprocesses auto $(ARGS)

chaos: venv ## Throw faults at the product on purpose: SEEDS=40 storms over real processes, 50 times as many simulated
	@$(BIN)/python -m tests.chaos --episodes $(SEEDS) --simulate $$((50 * $(SEEDS)))

check: venv ## Run every linter, the type checker, the import contracts and Django's own checks
	@.ci/check

bench: venv ## Measure pages and engine against their yardsticks (ARGS="engine.wall" for one row)
	@$(BIN)/python -m tests.bench $(ARGS)

clean: ## Remove .venv and what the tools cached; data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage .hypothesis htmlcov test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
