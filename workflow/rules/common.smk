import os
import re
import shlex
from pathlib import Path

import snakemake.dag
import snakemake.workflow

from scalinglaws.config.job import write_jobs
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.reading.selection import Selection
from scalinglaws.config.plan import plan as plan_of
from scalinglaws.errors import ConfigError, DataError
from scalinglaws.fingerprint.bytecode import forget_bytecode
from scalinglaws.staleness.changes import Changes
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.site import site_step
from scalinglaws.staleness.sizes import check_sizes
from scalinglaws.staleness.steps import INTERMEDIATE, cache, final, steps
from scalinglaws.terminal import one_line

try:
    ASKED = Selection.of(config)
    PLAN = plan_of(load_config(ASKED))
    STEPS = steps(PLAN)  # reads the claims too
    SITE = site_step(PLAN, STEPS)
except ConfigError as mistake:
    raise WorkflowError(one_line(mistake)) from None

# Snakemake itself would wait forever for the first of 0 cores or jobs, and takes a negative number for many.
for option, number in (
    ("cores", workflow.resource_settings.cores),
    ("jobs", workflow.resource_settings.nodes),
):
    if number is not None and number < 1:
        raise WorkflowError(f"--{option}: should be 1 or more, not {number}")

VERBS = {"data": "prepare", "figures": "figure", "report": "summary"}
SCALE = PLAN.config.scale
# By itself Snakemake goes by the times of files and by its notes in .snakemake, and both can get lost. So we
# compare content with what the stages wrote about themselves, and tell Snakemake what is stale. A job on a
# cluster reads this file too, but does not compare: it does what it was started for.
STALE = {step.made_of for step in STEPS}
if workflow.is_main_process:
    CHANGES = Changes(
        [*final(STEPS), SITE], [*STEPS, SITE], Hashes(cache(PLAN)), strict_versions=ASKED.strict_versions
    )
    STALE = {step.made_of for step in CHANGES.stale}
    try:
        check_sizes(PLAN, STEPS, CHANGES.stale)
    except DataError as mistake:
        raise WorkflowError(one_line(mistake)) from None
RESULTS = f"results/{PLAN.config.name}"


def steps_of(stage):
    return [step for step in STEPS if step.stage == stage]


def jobs_file(study):
    return f"{RESULTS}/plan/{study}.json"


def rule_of(step):
    # Names of studies and figures have no dots, so that lab-s/u and lab/s-u stay different.
    return f"{VERBS.get(step.stage, step.stage)}_{re.sub('[/ ]', '.', step.name)}"


def inputs_of(step):
    """A step's inputs. Where the step is not stale their times do not count, whatever they are."""
    if step.made_of in STALE:
        return step.inputs
    return {name: ancient(files) for name, files in step.inputs.items()}


def data_made_now(step):
    """All data that are prepared now, for a job that trains: data that are too few stop the workflow before that."""
    made = [each.outputs["manifest"][0] for each in steps_of("data") if each.made_of in STALE]
    return made if step.made_of in STALE else []


def verbatim(text):
    """A parameter in which braces are no wildcards: `m^{beta}` in a caption, say."""
    return lambda wildcards: text


def note(step):
    """Options by which a stage notes what its outputs are made of."""
    return f"--made-of {shlex.quote(step.made_of)} --code {step.code} --modules {' '.join(step.modules)}"


def folder_of_input(name):
    return lambda wildcards, input: os.path.dirname(input[name][0])


def folder_of_output(wildcards, output):
    return os.path.dirname(output.made_of)


class DAG(snakemake.dag.DAG):
    """Snakemake's graph of jobs, in which stale steps are forced.

    The option --forcerun cannot be set here, because settings do not exist yet while this file is read.
    """

    def __init__(self, *arguments, forcerules=(), **options):
        stale = {workflow.get_rule(rule_of(step)) for step in [*STEPS, SITE] if step.made_of in STALE}
        super().__init__(*arguments, forcerules={*forcerules, *stale}, **options)


if workflow.is_main_process:
    snakemake.workflow.DAG = DAG
