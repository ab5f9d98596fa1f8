# The map of the workflow: data -> subsets -> training jobs -> tables -> fits -> figures -> report. Studies that
# train nothing begin at the fits.
# Choose the scale with `--config scale=smoke` (or a path to a scale file), one paper with `paper=...`, and one study
# with `study=...`. `set='["scale:resamples=500"]'` replaces values of the config, as `scalinglaws replicate --set`.
# Each rule's inputs, outputs, spec and code are declared in scalinglaws.staleness.steps.
# The config is checked here, before anything runs. Nothing is written until the first job starts.

from snakemake.utils import min_version

min_version("9.0")


onstart:
    # To enforce its limit of job starts, Snakemake looks at all waiting jobs once per second and whenever a job
    # ends, which took a quarter of a core after half an hour. We never come near its limit of 100 job starts per
    # second, so we switch it off.
    workflow.scheduler.job_rate_limiter = None
    # Not by jobs on a cluster, which might see a config that was edited since.
    if workflow.is_main_process:
        if CHANGES.code_changed:
            forget_bytecode()
        for plan in PLAN.trained:
            write_jobs(Path(jobs_file(plan.name)), plan.jobs)


# For those who run jobs in containers (`--sdm apptainer`): the image must hold the environment.
container: config.get("image", "docker://condaforge/miniforge3")


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/shown.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/collect.smk"
include: "workflow/rules/fit.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        # Every output by name: Snakemake does not make a missing file whose followers are there.
        [file for step in STEPS if step.stage not in INTERMEDIATE for file in step.files],
