# `make help` lists the targets. They install everything that they need into .build, and require only Python and make.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo docs emulator conformance test thorough unit integration bench matrix mutation lint format coverage changelog build release clean

# The developer's settings for Ansible and AWS must not change the results, and no request may reach a real account.
# Without bytecode files, each Python process would compile Ansible and boto3 for seconds.
# Exception: `make conformance AWS=1` uses the caller's credentials. AWS=1 in the environment has no effect.
ON_AWS := $(and $(filter conformance,$(MAKECMDGOALS)),$(filter command,$(origin AWS)),$(filter 1,$(AWS)))
unexport $(filter ANSIBLE_% $(if $(ON_AWS),,AWS_%),$(.VARIABLES)) PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE
export ANSIBLE_CONFIG := $(CURDIR)/tests/ansible.cfg
export ANSIBLE_HOME := $(CURDIR)/.build/ansible
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# The first of these commands that is Python 3.10 or later. To use another one: make clean, make PYTHON=python3.12 ...
PYTHON := python3 python3.14 python3.13 python3.12 python3.11 python3.10

B := .build
VENV := $(B)/venv
BIN := $(VENV)/bin
INSTALLED := $(B)/collections/ansible_collections/awscc/sagemaker
# Includes directories: their modification time changes when a file is added or removed.
SHIPPED := galaxy.yml README.md CHANGELOG.rst COPYING requirements.txt \
	$(shell find plugins meta docs/ changelogs -not -name '*.pyc' -not -name __pycache__ 2>/dev/null)
PIP_INSTALL := $(BIN)/python -m pip install --quiet --no-compile
# Writes the output of a command to a log file, and shows it if the command fails.
LOG = >$(B)/$(1).log 2>&1 || { cat $(B)/$(1).log; exit 1; }

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(B)/demo.stamp $(B)/collection.stamp ## run the example playbooks against the emulator; V=1 prints all output
	@$(BIN)/python -m tools.demo $(if $(V),--verbose)

emulator: $(B)/demo.stamp $(B)/collection.stamp ## start the emulator; PORT=0 uses a free port, IAM=1 enforces IAM policies
	@exec $(BIN)/python -m tests.emulator --seed --port $(or $(PORT),5000) $(if $(IAM),--enforce-iam)

conformance: $(B)/demo.stamp ## check the facts about AWS against the emulator; AWS=1 checks them on AWS, after a question
	@$(BIN)/python -m tests.conformance $(if $(FACTS),--facts '$(FACTS)') $(if $(ON_AWS),--aws --region '$(REGION)' \
		--role-arn '$(ROLE_ARN)' --endpoint '$(ENDPOINT)' \
		--production-model '$(PRODUCTION_MODEL)' --shadow-model '$(SHADOW_MODEL)')

test: lint $(B)/collection.stamp ## run lint, unit tests and integration tests
	@$(BIN)/python -m pytest -n auto --dist worksteal

thorough: $(B)/test.stamp $(B)/collection.stamp ## run the slow tests, and all cases of the tests of which make test runs a sample
	@THOROUGH=1 $(BIN)/python -m pytest -n auto --dist worksteal

unit: $(B)/test.stamp $(B)/collection.stamp ## run the unit tests
	@$(BIN)/python -m pytest -n auto --dist worksteal tests/unit

integration: $(B)/test.stamp $(B)/collection.stamp ## run the integration tests: playbooks against the emulator over HTTP
	@$(BIN)/python -m pytest -n auto --dist worksteal tests/integration

docs: $(B)/docs.stamp $(B)/collection.stamp ## build the documentation site in .build/docs
	@$(B)/docs-venv/bin/python -m tools.site
	echo "$(CURDIR)/$(B)/docs/index.html"

bench: $(B)/bench.stamp $(B)/collection.stamp ## measure the tasks, write tools/benchmarks/results; takes 15 minutes
	@$(BIN)/python -m tools.benchmarks

mutation: $(B)/mutation.stamp $(B)/collection.stamp ## list faults in functions that no test detects; takes 90 minutes; FAULTS='*diff*' selects some
	@rm -rf $(B)/mutation; mkdir -p $(B)/mutation/mutants/.build
	cp -R $(B)/collections $(B)/mutation/src
	ln -s $(addprefix $(CURDIR)/,docs galaxy.yml pyproject.toml requirements.txt tests tools) $(B)/mutation
	# The tests import the collection from .build/collections: here, the copy with the faults.
	ln -s ../src $(B)/mutation/mutants/.build/collections
	cd $(B)/mutation; $(CURDIR)/$(BIN)/mutmut run $(FAULTS)
	$(CURDIR)/$(BIN)/mutmut results | grep -v ': not checked' || true
	$(CURDIR)/$(BIN)/mutmut export-cicd-stats; cat mutants/mutmut-cicd-stats.json; echo
	echo "To show a fault: cd $(B)/mutation; $(CURDIR)/$(BIN)/mutmut show NAME"

matrix: | $(BIN)/python ## run ansible-test on three versions of ansible-core, and galaxy-importer; CORE=2.18 selects one
	@$(BIN)/python -m tools.matrix $(CORE)

lint: $(B)/test.stamp $(B)/src.stamp $(B)/collection.stamp ## check code, YAML, writing style, workflows and changelog fragments
	@rm -rf $(B)/lint $(B)/lint.failed; mkdir -p $(B)/lint
	check() { { "$${@:2}" >"$(B)/lint/$$1" 2>&1 && echo "lint: $$1" || { echo "lint: $$1 FAILED"; touch $(B)/lint.failed; }; } & }
	check "rules" $(BIN)/ruff check --quiet
	check "format" $(BIN)/ruff format --quiet --diff
	check "types" $(BIN)/mypy --no-error-summary -p ansible_collections.awscc.sagemaker.plugins -p tests -p tools
	check "YAML" $(BIN)/yamllint --strict .
	check "Ansible" env PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/ansible-lint --strict -q --nocolor
	check "style" $(BIN)/python -m tools.style
	check "workflows" $(BIN)/check-jsonschema -q --builtin-schema vendor.github-workflows .github/workflows/*.yml
	check "issue forms" $(BIN)/check-jsonschema -q --builtin-schema vendor.github-issue-forms \
		$(filter-out %/config.yml,$(wildcard .github/ISSUE_TEMPLATE/*.yml))
	check "issue chooser" $(BIN)/check-jsonschema -q --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	check "dependabot" $(BIN)/check-jsonschema -q --builtin-schema vendor.dependabot .github/dependabot.yml
	check "changelog" env PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/antsibull-changelog lint
	wait
	cat $(B)/lint/*
	! rm $(B)/lint.failed 2>/dev/null

format: $(B)/test.stamp ## format the sources with ruff
	@$(BIN)/ruff check --fix --exit-zero; $(BIN)/ruff format

coverage: $(B)/test.stamp $(B)/collection.stamp ## run the unit tests; fail if they miss a line or a branch of plugins/
	@$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term tests/unit \
		$(if $(GITHUB_STEP_SUMMARY),--cov-report=markdown-append:$(GITHUB_STEP_SUMMARY))

changelog: ## fail if the branch adds no changelog fragment; BASE=origin/main
	@added=$$(git diff --name-only --diff-filter=AM "$(or $(BASE),origin/main)..." -- 'changelogs/fragments/*.y*ml')
	[ -n "$$added" ] || { echo "Add a changelog fragment: CONTRIBUTING.md, \"Changelog fragments\"." >&2; exit 1; }

build: $(B)/collection.stamp ## build the tarball in .build/dist, and install it in .build/collections
	@ls $(B)/dist/*.tar.gz

release: $(B)/test.stamp ## prepare a release: make release VERSION=1.2.3
	@$(BIN)/python -m tools.release "$(VERSION)"

clean: ## remove all files that make has created
	rm -rf $(B) .ansible

$(BIN)/python:
	@mkdir -p $(B)
	for python in $(PYTHON); do
		if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
			echo "Creating $(VENV) with $$("$$python" --version)"
			exec "$$python" -m venv $(VENV)
		fi
	done
	echo "Python 3.10 or later with its venv module is required (on Debian: apt-get install python3-venv)." \
		"Commands tried: $(PYTHON)" >&2
	exit 1

$(B)/demo.stamp: requirements.txt tools/requirements/demo.txt | $(BIN)/python
	@echo "Installing Ansible, boto3 and moto"
	$(PIP_INSTALL) -r tools/requirements/demo.txt $(call LOG,pip)
	touch $@

$(B)/test.stamp: tools/requirements/test.txt $(B)/demo.stamp
	@echo "Installing the tools for tests and lint"
	$(PIP_INSTALL) -r tools/requirements/test.txt $(call LOG,pip)
	touch $@

$(B)/bench.stamp: tools/requirements/bench.txt $(B)/demo.stamp
	@echo "Installing the tools for benchmarks"
	$(PIP_INSTALL) -r tools/requirements/bench.txt $(call LOG,pip)
	touch $@

$(B)/mutation.stamp: tools/requirements/mutation.txt $(B)/test.stamp
	@echo "Installing mutmut"
	$(PIP_INSTALL) -r tools/requirements/mutation.txt $(call LOG,pip)
	touch $@

$(B)/docs.stamp: tools/requirements/docs.txt | $(BIN)/python
	@echo "Installing antsibull-docs and Sphinx"
	$(BIN)/python -m venv $(B)/docs-venv
	$(B)/docs-venv/bin/python -m pip install --quiet --no-compile -r tools/requirements/docs.txt $(call LOG,pip)
	touch $@

$(B)/collection.stamp: $(SHIPPED) | $(B)/demo.stamp
	@echo "Building and installing the collection"
	rm -rf $(B)/dist $(INSTALLED)
	$(BIN)/ansible-galaxy collection build --output-path $(B)/dist $(call LOG,build)
	$(BIN)/ansible-galaxy collection install --offline --no-deps -p $(B)/collections $(B)/dist/*.tar.gz $(call LOG,install)
	touch $@

$(B)/src.stamp:
	@mkdir -p $(B)/src/ansible_collections/awscc
	ln -sfn ../../../.. $(B)/src/ansible_collections/awscc/sagemaker
	touch $@

.ONESHELL:
