import os
import re
import shlex
from pathlib import Path

from scalinglaws.config.job import write_jobs
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.plan import plan as plan_of
from scalinglaws.errors import ConfigError
from scalinglaws.stages.steps import INTERMEDIATE, steps

try:
    PLAN = plan_of(load_config(config.get("scale", "laptop"), paper=config.get("paper")))
    STEPS = steps(PLAN)  # reads the claims too
except ConfigError as mistake:
    raise WorkflowError(str(mistake)) from None

SCALE = PLAN.config.scale
RESULTS = f"results/{PLAN.config.name}"


def steps_of(stage):
    return [step for step in STEPS if step.stage == stage]


def jobs_file(study):
    return f"{RESULTS}/plan/{study}.json"


def rule_name(stage, name):
    # A dot is in no name of a study or figure, so that lab-s/u and lab/s-u stay two names.
    return f"{stage}_{re.sub('[/ ]', '.', name)}"


def untracked(text):
    """A parameter that makes nothing stale: Snakemake does not compare functions of `output`."""
    return lambda wildcards, output: text


def note(step):
    """Options by which a stage notes what its outputs are made of. Names of modules may change freely."""
    return untracked(
        f"--made-of {shlex.quote(step.made_of)} --code {step.code} --modules {' '.join(step.modules)}"
    )


def folder_of_input(name):
    return lambda wildcards, input: os.path.dirname(input[name][0])


def folder_of_output(wildcards, output):
    return os.path.dirname(output.made_of)
