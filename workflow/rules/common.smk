import os
import re
import shlex

from scalinglaws.config.canonical import canonical_json
from scalinglaws.config.load import load_config
from scalinglaws.config.plan import FITS, plan as plan_of, training_code
from scalinglaws.claims.claim import claims_hash
from scalinglaws.config.modules import module_name
from scalinglaws.config.plugins import ANALYSES, FIGURES as DRAWINGS, constant, names, of_paper
from scalinglaws.config.spec import identity
from scalinglaws.data.modalities.arrays import ARRAYS
from scalinglaws.errors import ConfigError
from scalinglaws.fingerprint import code_fingerprint
from scalinglaws.config.job import job_to_plain

try:
    PLAN = plan_of(load_config(config.get("scale", "laptop"), paper=config.get("paper")))
except ConfigError as mistake:
    raise WorkflowError(str(mistake)) from None

SCALE = PLAN.config.scale
RESULTS = f"results/{PLAN.config.name}"
DATA = {spec.name: spec for spec in PLAN.data}
STUDIES = {plan.study.study: plan for plan in PLAN.studies}
ALL_STUDIES = {plan.study.study: plan for plan in PLAN.all_studies}
# Laws are found by name when a fit runs: the fingerprint of a fit covers them all.
LAWS = [module_name("laws", name) for name in names("laws")]


def one_of(names):
    """A wildcard's constraint; where there is nothing to choose from it matches nothing."""
    return "|".join(names) or "(?!)"


wildcard_constraints:
    study=one_of(STUDIES),
    data=one_of(DATA),
    paper="[a-z0-9-]+",
    seed=r"\d+",


def code(*modules):
    """A function, so that a stage whose rules are not needed is never parsed."""
    return lambda wildcards: code_fingerprint(*modules)


def array_names(spec):
    return ARRAYS[constant("data/sources", spec.source, "MODALITY")]


def source_code(source):
    return code("scalinglaws.stages.data", module_name("data/sources", source))


def analysis_code(name):
    return code("scalinglaws.stages.analyse", module_name(*of_paper(ANALYSES, name)), *LAWS)


def figure_code(draw):
    return code("scalinglaws.stages.figures", module_name(*of_paper(DRAWINGS, draw.partition(":")[0])))


def rule_name(*parts):
    return re.sub(r"[^a-z0-9]+", "_", "_".join(parts))
