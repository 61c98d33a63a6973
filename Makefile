# Everything lives in .venv and var/. `make demo` and `make test` are all that a newcomer needs.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard app/translations/fr/LC_MESSAGES/*.po))
export HF_HUB_OFFLINE ?= 1
# --no-compile: half of pip's time goes into compiling modules that are never imported; Python compiles the others on first use.
PIP := $(BIN)/python -m pip install --disable-pip-version-check --no-compile

.PHONY: help install demo test check lint types imports bench evaluate real translations clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install: $(STAMP) $(CATALOGUES) ## The environment alone
	@echo "installed: $(BIN)/passerelle --help"

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is missing: install it, or name it with PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "$(PYTHON) is not Python 3.11: name it with PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMP): requirements.txt pyproject.toml | $(VENV)/bin/python
	@echo "installing the pinned packages (about 2 GB with torch; a minute or two) ..."
	$(PIP) -r requirements.txt
	$(PIP) --no-deps -e .
	@touch $@

$(DEV_STAMP): requirements-dev.txt $(STAMP)
	@echo "installing what tests and checks need ..."
	$(PIP) -r requirements-dev.txt
	@touch $@

app/translations/fr/LC_MESSAGES/%.mo: app/translations/fr/LC_MESSAGES/%.po | $(STAMP)
	$(BIN)/pybabel --quiet compile -i $< -o $@ -l fr

demo: install ## Install, load the demo data, start everything, print the address
	@$(BIN)/passerelle demo

# Many tests wait for processes of their own, so two at a time take half as long, even on two cores. The modules go out in
# the order of their folders: sorted by number of tests, the few that take minutes would come last.
test: install $(DEV_STAMP) ## All tests; says what it had to skip and why
	@sh tests/services.sh
	$(BIN)/python -m pytest --numprocesses 2 --dist loadgroup --no-loadscope-reorder

check: install $(DEV_STAMP) lint types imports test ## What CI runs

lint: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV_STAMP)
	$(BIN)/mypy

imports: $(DEV_STAMP)
	$(BIN)/lint-imports

bench: install $(DEV_STAMP) ## Benchmarks on the real data; see docs/benchmarks.md
	$(BIN)/python -m tests.bench

# The whole real set, anew: about ten minutes on two cores. The benchmarks use what it leaves in REAL.
REAL ?= var/real
real: install ## Import, index, match and check the real data of PASSERELLE_SHARED, timed
	rm -rf $(REAL)
	PASSERELLE_VAR=$(REAL) $(BIN)/passerelle real

evaluate: install $(DEV_STAMP) ## Relevance on the collections of PASSERELLE_SHARED, and of the demo: docs/relevance.md
	$(BIN)/passerelle demo --load-only
	$(BIN)/python -m tests.relevance --out docs/relevance.md

translations: $(DEV_STAMP) ## Collect the texts of pages into the catalogues
	$(BIN)/pybabel --quiet extract -F babel.cfg -k lazy_gettext -k _l -o app/translations/messages.pot --no-location --sort-output .
	$(BIN)/pybabel --quiet update -i app/translations/messages.pot -d app/translations -l fr --no-fuzzy-matching --ignore-obsolete -w 100

clean: ## Remove what was built and all data under var/
	rm -rf $(VENV) var build *.egg-info
