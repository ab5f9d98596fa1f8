# `make help` lists the targets. The first one that you call makes the environment in .venv from the lock; later
# calls find it up to date within milliseconds.

SCALE   ?= laptop
PAPER   ?=
STUDY   ?=
FROM    ?=
CORES   ?=
TORCH   ?=
PYTHON  ?= python3
UPGRADE ?=
VENUE   ?=
FIGURE  ?=
COLUMNS ?=
WIDTH   ?=
FORMAT  ?=
VARIABLES := SCALE PAPER STUDY FROM CORES TORCH PYTHON UPGRADE VENUE FIGURE COLUMNS WIDTH FORMAT

# A misspelt variable would be ignored. Make's own are the ones in its manual; others belong before `make`.
OWN := .% MAKE% MFLAGS SHELL SUFFIXES VPATH CURDIR
GIVEN := $(foreach name,$(.VARIABLES),$(if $(findstring command line,$(origin $(name))),$(name)))
UNKNOWN := $(filter-out $(VARIABLES) $(OWN),$(GIVEN))
$(if $(UNKNOWN),$(error unknown variable $(UNKNOWN); there are $(VARIABLES)))

# Recipes get them through the shell's environment and quote them there, so that no value is taken for a command.
$(foreach name,$(VARIABLES),$(eval override $(name) := $$(value $(name))))
export $(VARIABLES)

# Snakemake's jobs call `python`, which has to be that of the environment.
IN_VENV := PATH="$(CURDIR)/.venv/bin:$$PATH"

.DEFAULT_GOAL := help
.PHONY: help environment replicate figures publish test test-long notebook lock docs

help:
	@echo "make replicate [SCALE=smoke|laptop|gpu|paper] [PAPER=...] [STUDY=...] [FROM=records] [CORES=N]"
	@echo "                                   rebuild the papers: tables, fits, figures, verdicts, report"
	@echo "make figures [VENUE=neurips|icml|iclr|nature|ieee|beamer] [COLUMNS=1|2] [WIDTH=INCHES] [FIGURE=...]"
	@echo "             [FORMAT=pdf,png,svg,pgf]"
	@echo "                                   draw figures again for a venue, or as wide as you say; nothing is fitted"
	@echo "make publish [SCALE=...] [PAPER=...] [STUDY=...]"
	@echo "                                   copy figures and run tables to figures/ and records/"
	@echo "make report [SCALE=...] [PAPER=...] [STUDY=...]"
	@echo "                                   a site to read in a browser, and Snakemake's own report"
	@echo "make test                          lint, types and tests"
	@echo "make test-long                     tests that take minutes: long series of kills, memory over many runs"
	@echo "make notebook [SCALE=...]          open the notebooks in jupyter lab"
	@echo "make environment [TORCH=cpu|cuda] [PYTHON=...]   make .venv; the other targets do it too"
	@echo "make docs                          rewrite the reference of the config (config/README.md and schemas)"
	@echo "make lock [UPGRADE=1]              resolve the dependencies again"

environment:
	@"$$PYTHON" -I -S workflow/environment.py --torch "$$TORCH"

# What part of the config is asked for.
ASKED := --scale "$$SCALE" $${PAPER:+--paper "$$PAPER"} $${STUDY:+--study "$$STUDY"}

# With `exec`, a signal to what make started reaches the command and not only the shell around it.
replicate: environment
	@$(IN_VENV) exec scalinglaws replicate $(ASKED) $${FROM:+--from "$$FROM"} $${CORES:+--cores "$$CORES"}

LOOK := $${VENUE:+--venue "$$VENUE"} $${COLUMNS:+--columns "$$COLUMNS"} $${WIDTH:+--width "$$WIDTH"} \
	$${FORMAT:+--format "$$FORMAT"}

figures: environment
	@$(IN_VENV) exec scalinglaws figures $(ASKED) $${FIGURE:+--figure "$$FIGURE"} $(LOOK) $${CORES:+--cores "$$CORES"}

publish: environment
	@$(IN_VENV) scalinglaws publish $(ASKED)

.PHONY: report
report: environment
	@$(IN_VENV) exec scalinglaws report $(ASKED) $${CORES:+--cores "$$CORES"}

test: environment
	$(IN_VENV) ruff check .
	$(IN_VENV) ruff format --check .
	$(IN_VENV) snakefmt --check Snakefile workflow
	$(IN_VENV) snakemake --lint
	$(IN_VENV) mypy
	$(IN_VENV) pytest -m "not long" -n 2 --dist loadscope --no-loadscope-reorder

test-long: environment
	$(IN_VENV) pytest -m long -n 2

notebook: environment
	$(IN_VENV) SCALINGLAWS_SCALE="$$SCALE" jupyter lab notebooks

docs: environment
	$(IN_VENV) python -m scalinglaws.config.reference

# One lock for Linux, macOS and every supported Python. It leaves out torch: requirements/torch.txt says why.
lock: environment
	$(IN_VENV) uv pip compile pyproject.toml requirements/lock.in --all-extras --excludes requirements/torch.txt \
		--universal --python-version 3.11 --fork-strategy fewest --generate-hashes $(if $(UPGRADE),--upgrade) \
		--quiet --custom-compile-command "make lock" --output-file requirements/lock.txt
