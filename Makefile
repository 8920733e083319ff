# Every command of the project. `make run` is all that a newcomer needs.
.DEFAULT_GOAL := help
.PHONY: help run test eval test-api test-faults check fmt migrate worker build bench bench-api bench-jobs clean setup setup-dev shell
SHELL := /bin/bash

VENV := .venv
COEXAI := $(VENV)/bin/coexai
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

help: ## list the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' Makefile

run: setup ## set up what is missing, then serve at http://localhost:3000 (PORT changes it)
	@$(COEXAI) migrate
	@$(COEXAI) build
	@exec $(COEXAI) serve

test: setup-dev ## run the whole suite: units, services on SQLite and PostgreSQL + Redis, journeys in a browser
	@scripts/test.sh $(T)

test-faults: setup-dev ## hurt the job engine at full size: killed workers, crashed servers, full disks, wrong clocks
	@COEXAI_FAULTS=full scripts/test.sh $(or $(T),tests/faults) -n 2 --dist loadgroup --durations 15

test-api: setup-dev ## hundreds of generated calls to each operation of the running API, as an owner and a viewer, on both databases (N=300)
	@COEXAI_CONTRACT=full COEXAI_CONTRACT_EXAMPLES=$(or $(N),300) scripts/test.sh tests/api/test_partner_contract.py
	@COEXAI_CONTRACT=full COEXAI_CONTRACT_EXAMPLES=$(or $(N),300) COEXAI_TEST_BACKEND=postgres scripts/test.sh tests/api/test_partner_contract.py

eval: setup ## run the golden cases and compare the builtin engine with every configured model (A="--only blog-to-thread")
	@$(COEXAI) eval maya $(A)

check: setup-dev ## style, types and import rules
	@ruff format --check .
	@ruff check .
	@mypy --strict -p coexai_app
	@lint-imports

fmt: setup-dev ## format the code and mend what can be mended
	@ruff format .
	@ruff check --fix .

migrate: setup ## bring the database to this version
	@$(COEXAI) migrate

worker: setup ## run only a worker, for instance on another machine
	@exec $(COEXAI) worker

build: setup ## build the pages, if their input changed
	@$(COEXAI) build

bench: setup-dev ## measure the speed and print tables
	@scripts/bench.sh

bench-api: setup-dev ## measure what it costs to know who asks, then the API beside a bare FastAPI app (A="--quick" for a first look)
	@$(VENV)/bin/python benchmarks/api.py || echo "the guard missed its goal"
	@$(VENV)/bin/python benchmarks/api_compare.py $(A)

bench-jobs: setup-dev ## measure the job engine beside other queues (A="--quick" for a first look)
	@$(VENV)/bin/python benchmarks/jobs.py $(A)

clean: ## remove what was built and installed; data stays
	@rm -rf $(VENV) .web .states .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results

setup:
	@scripts/setup.sh run

setup-dev:
	@scripts/setup.sh dev
