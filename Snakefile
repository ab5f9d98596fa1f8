# The map of the workflow: data -> subsets -> training jobs -> tables -> fits -> figures -> report, and
# for studies that train nothing: public run data -> analyses -> figures -> report.
# Choose the scale with `--config scale=smoke` (or a path to a scale file), one paper with `paper=...`.
# The config is checked here, before anything runs; nothing is written here.

from snakemake.utils import min_version

min_version("9.0")


onstart:
    # To keep a limit of job starts, Snakemake looks at all waiting jobs once a second, and for each job that has
    # ended once more: after half an hour that took a quarter of a core. Its limit, 100 a second, is none that we reach.
    workflow.scheduler.job_rate_limiter = None


# For those who run jobs in containers (`--sdm apptainer`): the image must hold the environment.
container: config.get("image", "docker://condaforge/miniforge3")


include: "workflow/rules/common.smk"
include: "workflow/rules/files.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/collect.smk"
include: "workflow/rules/fit.smk"
include: "workflow/rules/analyses.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        FIGURES,
        SUMMARIES,
        TABLES,  # and what they are made from: Snakemake leaves out a missing file whose followers are there
        RUNS,
