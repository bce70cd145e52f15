# The words of every day; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PORT ?= 8000
DATA ?= .hub
DEMO ?= 1
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WITH_POSTGRES := $(BIN)/python -m tests.services.with_postgres
CODE := backends catalog consumers governance hubsite ingest namespaces sdk/src manage.py

# A venv of this checkout with the packages of requirements/<name>.txt, as a stamp file per list.
define packages
	@test -x $(BIN)/python || $(MAKE) --no-print-directory venv
	@echo "Installing the packages of requirements/$(1).txt …"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/$(1).txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable sdk
	@touch $@
endef

.PHONY: help
help: ## list these words
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-22s %s\n", $$1, $$2}'

.PHONY: run
run: $(VENV)/.embedded ## the whole product on this machine, with demo data (PORT=8000 DATA=.hub DEMO=1)
	@exec $(BIN)/python -m hubsite.embedded --port $(PORT) --data "$(DATA)" --demo $(DEMO)

.PHONY: test
test: $(VENV)/.dev ## start the real services and run every test
	@bash tests/services/install.sh
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

.PHONY: check
check: $(VENV)/.dev ## lint, format, types, import contracts, migrations, system checks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(WITH_POSTGRES) bash -c "$(BIN)/mypy $(CODE) && $(BIN)/python manage.py makemigrations --check --dry-run && \
	  $(BIN)/python manage.py check --fail-level WARNING"

.PHONY: format
format: $(VENV)/.dev ## format the code
	@$(BIN)/ruff format .

.PHONY: lint
lint: $(VENV)/.dev ## lint the code
	@$(BIN)/ruff check .

.PHONY: fix
fix: $(VENV)/.dev ## lint and mend what can be mended
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: types
types: $(VENV)/.dev ## check the types
	@$(WITH_POSTGRES) $(BIN)/mypy $(CODE)

.PHONY: test-pipeline
test-pipeline: $(VENV)/.embedded ## run the demo pipeline against the hub that `make run` started
	@$(BIN)/python -m hubsite.demo --env-file "$(DATA)/demo.env"

.PHONY: run-api
run-api: $(VENV)/.prod ## the door and the portal under granian (needs HUB_… settings, see docs/operate.md)
	@exec $(BIN)/granian --interface wsgi --host 0.0.0.0 --port $(PORT) --blocking-threads 32 hubsite.wsgi:application

.PHONY: run-lineage-consumer
run-lineage-consumer: $(VENV)/.prod ## carry lineage to Marquez and the catalog
	@exec $(BIN)/python manage.py consume_all --only marquez --only catalog

.PHONY: run-otel-consumer
run-otel-consumer: $(VENV)/.prod ## carry telemetry to ClickHouse
	@exec $(BIN)/python manage.py consume_telemetry

.PHONY: requirements
requirements: $(VENV)/.dev ## compile requirements/*.in with hashes
	@for list in base embedded prod dev; do $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --python-version 3.11 \
	  --no-emit-index-url --custom-compile-command "make requirements" requirements/$$list.in -o requirements/$$list.txt; done

.PHONY: install
install: $(VENV)/.prod ## install what production needs

.PHONY: install-dev
install-dev: $(VENV)/.dev ## install what development needs

.PHONY: dev-setup
dev-setup: $(VENV)/.dev ## everything for development, services for the tests included
	@bash tests/services/install.sh

.PHONY: venv
venv: ## make the virtual environment
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is older. Try: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@echo "Making a virtual environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make one. On Debian: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

.PHONY: venv-info
venv-info: ## what is in the virtual environment
	@$(BIN)/python --version && $(BIN)/uv pip list --quiet --python $(BIN)/python

.PHONY: venv-remove
venv-remove: ## remove the virtual environment
	@rm -rf $(VENV)

.PHONY: venv-recreate
venv-recreate: venv-remove ## make it anew
	@$(MAKE) --no-print-directory install-dev

$(VENV)/.embedded: requirements/embedded.txt sdk/pyproject.toml
	$(call packages,embedded)

$(VENV)/.prod: requirements/prod.txt sdk/pyproject.toml
	$(call packages,prod)

$(VENV)/.dev: requirements/dev.txt sdk/pyproject.toml
	$(call packages,dev)
	@touch $(VENV)/.embedded $(VENV)/.prod
