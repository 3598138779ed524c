# Paceline. `make help` says what can be made; `make run` needs only Python 3.11+ and make.

VENV := .venv
BIN := $(VENV)/bin
NPM := cd frontend && ../scripts/with-node npm
sum = $(firstword $(shell cat $(1) 2>/dev/null | cksum))

# A stamp carries the checksum of what it was made from, so a step runs again only when that content changed.
INSTALLED := $(VENV)/.installed-$(call sum,pyproject.toml requirements.txt)
INSTALLED_DEV := $(VENV)/.installed-dev-$(call sum,pyproject.toml requirements-dev.txt)
NODE_MODULES := frontend/node_modules/.installed-$(call sum,frontend/package-lock.json)
SOURCES := $(shell find frontend service-worker \( -name node_modules -o -name dist \) -prune -o -type f -print 2>/dev/null | LC_ALL=C sort)
BUILT := frontend/dist/.built-$(call sum,$(SOURCES))

.PHONY: help run setup build check test test-long generate bench pictures migration lock clean
.DEFAULT_GOAL := help

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

run: setup build ## Start everything with the demo company (PORT=8000 DATA_DIR=var; TLS=1 for phones; AS_OF=2013-03-01)
	@exec env PORT="$(or $(PORT),8000)" DATA_DIR="$(or $(DATA_DIR),var)" $(BIN)/paceline serve --demo \
		$(if $(TLS),--tls) $(if $(HOST),--host "$(HOST)") $(if $(AS_OF),--as-of "$(AS_OF)")

setup: $(INSTALLED) ## Make the virtual environment from the lock file

build: $(BUILT) ## Build the phone's app if its sources changed

check: $(INSTALLED_DEV) $(BUILT) ## Lint, types, the ladder of imports, size budgets (under 30 s)
	@$(MAKE) --no-print-directory -j4 $(if $(filter output-sync,$(.FEATURES)),-O) \
		check-ruff check-mypy check-ladder check-types check-biome check-imports check-budgets
	@echo "check: all good"

.PHONY: check-ruff check-mypy check-ladder check-types check-biome check-imports check-budgets
check-ruff:
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet .
check-mypy:
	@$(BIN)/mypy --no-error-summary
check-ladder:
	@$(BIN)/lint-imports --no-logo 2>&1 | tail -n 25 > $(VENV)/ladder.log || true; \
		grep -q ' 0 broken' $(VENV)/ladder.log || { cat $(VENV)/ladder.log; exit 1; }
check-types:
	@$(NPM) run --silent typecheck
check-biome:
	@$(NPM) run --silent lint
check-imports:
	@$(NPM) run --silent layers
check-budgets:
	@$(BIN)/python scripts/budgets.py

test: check ## Everything that has to pass before a change lands (at most 15 minutes on 2 cores)
	@scripts/system-parts
	$(BIN)/pytest -n 2 --dist loadgroup -m "not long and not browser"
	$(NPM) run --silent test
	$(BIN)/pytest -m "browser and not long"

test-long: check ## The same with more examples, more devices and the slow faults
	@scripts/system-parts
	HYPOTHESIS_PROFILE=long $(BIN)/pytest -n 2 --dist loadgroup -m "not browser"
	$(NPM) run --silent test
	$(BIN)/pytest -m browser

generate: $(INSTALLED_DEV) $(NODE_MODULES) ## Write openapi.json and the TypeScript types from the registry
	$(BIN)/paceline openapi > frontend/openapi.json.new && mv frontend/openapi.json.new frontend/openapi.json
	$(NPM) run --silent generate

bench: $(INSTALLED_DEV) build ## Measure sync and the floors beside it (docs/benchmarks.md)
	@scripts/system-parts
	$(BIN)/python -m tests.bench

pictures: $(INSTALLED_DEV) build ## Render every screen from the demo company into pictures/
	@scripts/system-parts
	$(BIN)/python -m tests.browser.pictures

migration: $(INSTALLED_DEV) ## Write a migration from the changed models: make migration m="what changes"
	@test -n "$(m)" || { echo 'Say what changes: make migration m="customers have a level"'; exit 2; }
	$(BIN)/python scripts/migration.py "$(m)"

lock: $(INSTALLED_DEV) ## Write the Python lock files anew (versions and hashes)
	scripts/lock

clean: ## Remove what was built; the database in var/ stays
	rm -rf $(VENV) frontend/node_modules frontend/dist service-worker/dist *.egg-info \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	$(shell scripts/find-python) -m venv $(VENV)

$(INSTALLED): | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/.installed-[0-9]* && touch $@

$(INSTALLED_DEV): $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@rm -f $(VENV)/.installed-dev-* && touch $@

$(NODE_MODULES): | $(INSTALLED)
	$(NPM) ci --no-audit --no-fund --loglevel=error
	@rm -f frontend/node_modules/.installed-* && touch $@

$(BUILT): $(NODE_MODULES)
	$(NPM) run --silent build
	@rm -f frontend/dist/.built-* && touch $@
