# Where the files of each stage lie, and which of them are wanted in the end.


def data_folder(spec):
    return f"{RESULTS}/data/{spec.name}"


def manifest(wildcards):
    return f"{data_folder(STUDIES[wildcards.study].grid.data)}/manifest.json"


def amounts(wildcards):
    return f"{data_folder(STUDIES[wildcards.study].grid.data)}/amounts.npy"


def shuffles(wildcards):
    plan = STUDIES[wildcards.study]
    seeds = sorted({seed for job in plan.jobs for seed in job.seeds})
    return [f"{RESULTS}/subsets/{plan.grid.data.name}/shuffle-{seed}.npy" for seed in seeds]


def manifests(plan):
    """The descriptions of the prepared data that a study rests on."""
    if plan.study.study in STUDIES:
        return [f"{data_folder(plan.grid.data)}/manifest.json"]
    return list(dict.fromkeys(file for each in plan.reads for file in manifests(each)))


# Each name is made once: an id is a hash over the whole spec. The plan keeps its runs, so `id` tells them apart.
RUN_FILES = {
    study: {id(run): f"{RESULTS}/runs/{study}/{run.id}.json" for run in plan.runs}
    for study, plan in STUDIES.items()
}


def run_file(study, run):
    return RUN_FILES[study][id(run)]


def done_file(job):
    return f"{RESULTS}/runs/{job.study}/jobs/{job.name}.done"


def learning_rate_file(study, model):
    return f"{RESULTS}/runs/{study}/learning-rate/{model.name}.json"


def fits(plan):
    """What a study's runs, or its analysis, are reduced to."""
    return [f"{RESULTS}/fits/{plan.study.study}/{table}.csv" for table in plan.tables]


def run_table(plan):
    return f"{RESULTS}/tables/{plan.study.study}/runs.csv"


def read_files(plan):
    """What an analysis reads of a trained study."""
    return [*fits(plan), run_table(plan), *manifests(plan)]


def studies_option(plan):
    """Where the fits, the runs and the data of each study lie that an analysis reads."""
    words = []
    for each in plan.reads:
        places = [f"{RESULTS}/{stage}/{each.study.study}" for stage in ("fits", "tables")]
        words += ["--studies", *places, data_folder(each.grid.data)]
    return shlex.join(words)


def studies_of(paper):
    return sorted(study for study, plan in ALL_STUDIES.items() if plan.study.paper == paper)


def claim_files(wildcards):
    plan = ALL_STUDIES[wildcards.study]
    judged = {
        table: [f"{RESULTS}/fits/{wildcards.study}/{table}.csv"] if table in plan.tables else []
        for table in ("fits", "best")
    }
    return {**judged, "manifests": manifests(plan) if judged["fits"] else []}


def folder_of_input(name):
    return lambda wildcards, input: os.path.dirname(
        str(input[name] if isinstance(input[name], str) else input[name][0])
    )


def folder_of_output(name):
    return lambda wildcards, output: os.path.dirname(
        str(output[name] if isinstance(output[name], str) else output[name][0])
    )


def location_option(name):
    location = SCALE.locations.get(name)
    return f"--location {shlex.quote(str(location))}" if location else ""


RUNS = [file for files in RUN_FILES.values() for file in files.values()]
RUNS += [done_file(job) for job in PLAN.jobs]
SUMMARIES = [f"{RESULTS}/report/{paper}.txt" for paper in PLAN.papers]
TABLES = [f"{RESULTS}/tables/{study}/{table}.csv" for study in STUDIES for table in ("runs", "curves")]
TABLES += [file for plan in PLAN.all_studies for file in fits(plan)]
TABLES += [f"{RESULTS}/report/claims/{study}.csv" for study in ALL_STUDIES]
ENDINGS = ("pdf", "png", "csv")
FIGURES = [
    f"{RESULTS}/figures/{plan.study.paper}/{figure.name}.{ending}"
    for plan in PLAN.all_studies
    for figure in plan.study.figures
    for ending in ENDINGS
]
