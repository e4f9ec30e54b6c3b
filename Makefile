# Cerebro Restore. `make` without a target lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Variables of the user that would change the programs.
unexport $(filter $(addsuffix %,$(shell cat local/foreign_variables.txt)),$(.VARIABLES))

# The first of these that is Python 3.11 or 3.12. PYTHON=... names another.
PYTHON ?= $(shell for python in python3.12 python3.11 python3; do \
	"$$python" -E -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null \
	&& command -v "$$python" && break; done)

UV := .local/tools/bin/uv
VENV := .venv
export VIRTUAL_ENV := $(CURDIR)/$(VENV)
# uv uses pip's index, and the machine's certificates, as pip does.
ifdef PIP_INDEX_URL
ifndef UV_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif
endif
export UV_SYSTEM_CERTS := true
export UV_PYTHON_DOWNLOADS := never
export DO_NOT_TRACK := 1
# The user's cache, unless it cannot be written.
ifndef UV_CACHE_DIR
ifneq ($(shell folder="$${XDG_CACHE_HOME:-$$HOME/.cache}/uv"; \
	until [ -e "$$folder" ]; do folder=$$(dirname "$$folder"); done; \
	[ -d "$$folder" ] && [ -w "$$folder" ] && echo writable),writable)
export UV_CACHE_DIR := $(CURDIR)/.local/uv-cache
endif
endif

DBT_PROJECT := include/dbt
MANIFEST := $(DBT_PROJECT)/target/manifest.json
# Folders, too: a folder is newer than the manifest when a file in it was removed.
DBT_SOURCES := $(shell find $(DBT_PROJECT) -mindepth 1 \( -name target -o -name logs \) -prune -o \
	\( -type d -o -name '*.sql' -o -name '*.yml' -o -name '*.md' -o -name '*.csv' \) -not -name .user.yml -print 2>/dev/null)
REQUIREMENTS := requirements.txt requirements-dbt.txt requirements-dev.txt

##@ Run
.PHONY: run
run: setup ## Run the main job from nothing to the printed answers
	@$(VENV)/bin/python -m local run

.PHONY: up
up: setup ## Start PostgreSQL, S3 and Airflow, and keep them running
	@$(VENV)/bin/python -m local up

.PHONY: down
down: ## Stop everything that `make up` started
	@if [ -x $(VENV)/bin/python ]; then $(VENV)/bin/python -m local down; else echo "Nothing is set up, so nothing runs."; fi

.PHONY: status
status: setup ## Show what runs, and where
	@$(VENV)/bin/python -m local status

.PHONY: psql
psql: setup ## Open psql on the warehouse (needs `make up`)
	@$(VENV)/bin/python -m local psql

.PHONY: db-clean
db-clean: setup ## Let Airflow's database forget runs of more than a month ago (needs `make up`)
	@$(VENV)/bin/python -m local db-clean

.PHONY: docs
docs: setup ## Build the dbt docs site, which Airflow's navigation links to
	@$(VENV)/bin/python -m local docs
	@echo "Open include/dbt/target/index.html through a web server, or Browse > Warehouse in Airflow (make up)."

.PHONY: dbt
dbt: setup ## Run dbt on the warehouse: make dbt ARGS="build --select fact_biometrics+"
	@$(VENV)/bin/python -m local dbt $(ARGS)

.PHONY: plan
plan: setup ## Show what the next transformation would do: new loads, or a rebuild by changed rules
	@$(VENV)/bin/python -m local plan

.PHONY: diff
diff: setup ## Show how the rows of marts and analytics differ from those of another git reference: BASE=main
	@$(VENV)/bin/python -m local diff --base $(or $(BASE),main)

##@ Check
.PHONY: test
test: setup ## Run all tests that need no Docker but the longest, the cheap ones first
	@# Up to four processes, with a PostgreSQL and an S3 server each. Airflow needs the cores for itself.
	@$(VENV)/bin/python -m pytest -m "not long" -n logical --maxprocesses 4 --dist loadfile \
		tests/unit tests/dags tests/integration && failed= || failed=1; \
	$(VENV)/bin/python -m pytest -m "not long" tests/e2e tests/browser && [ -z "$$failed" ]

.PHONY: test-long
test-long: setup ## Run the longest tests, which make test leaves out
	@$(VENV)/bin/python -m pytest -m long tests/integration tests/e2e

.PHONY: screenshots
screenshots: setup ## Test the running product in a browser (needs chromium), and write docs/images
	@$(VENV)/bin/python -m pytest tests/browser/test_screens.py --write-images

.PHONY: test-docker
test-docker: setup ## Run the tests of the compose files (needs a Docker engine)
	@$(VENV)/bin/python -m pytest tests/docker

.PHONY: bench
bench: setup ## Measure speed and memory into docs/benchmarks.md: SCALE=default|small|large ONLY="load parse"
	@$(VENV)/bin/python -m bench --scale $(or $(SCALE),default) $(ONLY)

.PHONY: bench-compare
bench-compare: setup ## Measure a commit and the files as they are in turns: BASE=main ONLY="load parse" ROUNDS=3
	@$(VENV)/bin/python -m bench --scale $(or $(SCALE),default) --base "$(or $(BASE),HEAD)" --rounds $(or $(ROUNDS),3) $(ONLY)

.PHONY: bench-page
bench-page: setup ## Write docs/benchmarks.md from bench/results, without measuring
	@$(VENV)/bin/python -m bench --page

# The only list of the checks: the hooks of pre-commit and CI call these targets.
.PHONY: lint
lint: lint-python lint-sql ## Check style, types, imports and SQL

.PHONY: lint-python
lint-python: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-logo --no-cache

.PHONY: lint-sql
lint-sql: setup
	$(VENV)/bin/sqlfluff lint include/sql bench/sql
	cd $(DBT_PROJECT) && "$(CURDIR)/$(VENV)/bin/sqlfluff" lint .

.PHONY: definitions
definitions: setup ## Write tests/dags/definitions.yaml, after an intended change of DAGs or dbt models
	@$(VENV)/bin/python -m pytest --quiet tests/dags/test_definitions.py --update-definitions

.PHONY: reference
reference: setup ## Write docs/reference/settings.md from the settings' definitions
	@$(VENV)/bin/python -m docs.settings_reference

.PHONY: format
format: setup ## Format Python and SQL, and fix what the linters can fix
	$(VENV)/bin/ruff check --fix-only .
	$(VENV)/bin/ruff format .
	$(VENV)/bin/sqlfluff fix include/sql bench/sql
	cd $(DBT_PROJECT) && "$(CURDIR)/$(VENV)/bin/sqlfluff" fix .

##@ Set up
.PHONY: setup
setup: $(VENV)/.installed $(VENV)/.project $(MANIFEST) ## Install everything into this folder (.venv, .local)
	@chmod 700 .local

$(UV): requirements-uv.txt
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or 3.12 is needed, and neither python3.12, python3.11 nor python3 is one." >&2; \
		echo "Install one, or name it: make PYTHON=/path/to/python3.12 ..." >&2; exit 1; fi
	@if ! "$(PYTHON)" -m pip --version >/dev/null 2>&1; then \
		echo "$(PYTHON) has no pip. Install it (Debian: apt-get install python3-pip)," >&2; \
		echo "or name another Python: make PYTHON=/path/to/python3.12 ..." >&2; exit 1; fi
	@echo "Installing uv into .local/tools ..."
	@"$(PYTHON)" -m pip install --quiet --disable-pip-version-check --no-warn-script-location --upgrade \
		--target .local/tools --require-hashes --requirement requirements-uv.txt
	@touch $@

# Exactly the packages of the lock. .installed is written last, so an interrupted installation is repeated.
$(VENV)/.installed: requirements.lock | $(UV)
	@echo "Installing the packages of requirements.lock into $(VENV) (1-3 minutes the first time) ..."
	@[ -x $(VENV)/bin/python ] || $(UV) venv --quiet --clear --python "$(PYTHON)" $(VENV)
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes requirements.lock
	@touch $@

# Installs the commands `cerebro` and `cerebro-bench`, which run this folder. Takes 0.2 s, downloads nothing.
$(VENV)/.project: pyproject.toml $(VENV)/.installed
	@$(UV) pip install --quiet --no-deps --editable .
	@touch $@

# dbt's manifest is built ahead, so that reading a DAG file never calls dbt. An empty one is built again. All files are
# parsed: dbt's partial parsing overlooks configurations that are added to a YAML file, such as those of a new release.
ifneq ($(shell test -s $(MANIFEST) && echo whole),whole)
.PHONY: $(MANIFEST)
endif
# With the connection of the local stack, as Airflow has it: otherwise the first run parses the project again, 2.5 s.
$(MANIFEST): $(DBT_SOURCES) $(VENV)/.installed
	@if [ -f $(DBT_PROJECT)/dbt_project.yml ]; then \
		echo "Reading the dbt project ..."; \
		WAREHOUSE_PORT=5433 $(VENV)/bin/dbt --quiet parse --no-partial-parse --project-dir $(DBT_PROJECT) \
			--profiles-dir $(DBT_PROJECT) --profile cerebro --target prod \
		&& test -s $@ && touch $@; fi

LOCK := pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock"

# The image has dbt in an environment of its own: the same versions, by a lock of its own.
.PHONY: lock
lock: $(UV) ## Resolve the requirements into requirements.lock and requirements-dbt.lock, with hashes
	@$(UV) $(LOCK) --output-file requirements.lock $(REQUIREMENTS)
	@$(UV) $(LOCK) --output-file requirements-dbt.lock --constraint requirements.lock requirements-dbt.txt

.PHONY: release
release: setup ## Release the version of pyproject.toml: check, date the changelog, commit and tag
	@.ci/release

.PHONY: clean
clean: down ## Remove everything that was generated here: environment, state, caches
	rm -rf $(VENV) .local $(DBT_PROJECT)/target $(DBT_PROJECT)/logs .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
