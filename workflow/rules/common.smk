import os
import re
import shlex

from scalinglaws.config.canonical import canonical_json
from scalinglaws.config.load import load_config
from scalinglaws.config.plan import plan as plan_of, training_code
from scalinglaws.claims.claim import claims_hash
from scalinglaws.config.modules import module_name
from scalinglaws.config.plugins import names
from scalinglaws.config.spec import identity
from scalinglaws.errors import ConfigError
from scalinglaws.fingerprint import code_fingerprint
from scalinglaws.config.pack import pack_to_plain

try:
    PLAN = plan_of(load_config(config.get("scale", "laptop"), paper=config.get("paper")))
except ConfigError as mistake:
    raise WorkflowError(str(mistake)) from None

SCALE = PLAN.config.scale
RESULTS = f"results/{PLAN.config.name}"
DATA = {spec.name: spec for spec in PLAN.data}
ARRAYS = ("train", "train_labels", "validation", "validation_labels")
STUDIES = {plan.study.study: plan for plan in PLAN.studies}
SUMMARIES = [f"{RESULTS}/report/{paper}.txt" for paper in sorted({plan.study.paper for plan in PLAN.studies})]
# Laws are found by name when a fit runs: the fingerprint of a fit covers them all.
LAWS = [module_name("laws", name) for name in names("laws")]
TABLES = [
    f"{RESULTS}/{folder}/{study}/{table}.csv"
    for study in STUDIES
    for folder, tables in (("tables", ("runs", "curves")), ("fits", ("scores", "best", "fits", "bands")))
    for table in tables
] + [f"{RESULTS}/report/claims/{study}.csv" for study in STUDIES]
ENDINGS = ("pdf", "png", "csv")
FIGURES = [
    f"{RESULTS}/figures/{plan.study.paper}/{figure.name}.{ending}"
    for plan in PLAN.studies
    for figure in plan.study.figures
    for ending in ENDINGS
]


wildcard_constraints:
    study="|".join(STUDIES),
    data="|".join(DATA),
    paper="[a-z0-9-]+",
    seed=r"\d+",


def data_folder(spec):
    return f"{RESULTS}/data/{spec.name}"


def manifest(wildcards):
    return f"{data_folder(STUDIES[wildcards.study].grid.data)}/manifest.json"


def folder_of_input(name):
    return lambda wildcards, input: os.path.dirname(
        str(input[name] if isinstance(input[name], str) else input[name][0])
    )


def folder_of_output(name):
    return lambda wildcards, output: os.path.dirname(
        str(output[name] if isinstance(output[name], str) else output[name][0])
    )


def code(*modules):
    """A function, so that a stage whose rules are not needed is never parsed."""
    return lambda wildcards: code_fingerprint(*modules)


def source_code(wildcards):
    source = module_name("data/sources", DATA[wildcards.data].source)
    return code_fingerprint("scalinglaws.data.__main__", source)


def location_option(wildcards):
    location = SCALE.locations.get(DATA[wildcards.data].source)
    return f"--location {shlex.quote(str(location))}" if location else ""


def run_file(study, run):
    return f"{RESULTS}/runs/{study}/{run.id}.json"


RUNS = [run_file(study, run) for study, plan in STUDIES.items() for run in plan.runs]


def learning_rate_file(study, model):
    return f"{RESULTS}/runs/{study}/learning-rate/{model.name}.json"


def rule_name(*parts):
    return re.sub(r"[^a-z0-9]+", "_", "_".join(parts))
