# One rule a figure, generated from the studies. A caption counts the runs of the studies that an analysis reads.

READS = {plan.study.study: plan.reads for plan in PLAN.analyses}


def figure_files(plan):
    runs = [file for file in TABLES if file.startswith(f"{RESULTS}/tables/{plan.study.study}/")]
    return [*runs, *fits(plan), *manifests(plan)]


for plan in PLAN.all_studies:
    for figure in plan.study.figures:

        rule:
            name:
                rule_name("figure", plan.study.paper, figure.name)
            input:
                files=figure_files(plan),
                runs=[run_table(each) for each in READS.get(plan.study.study, [])],
            output:
                **{
                    ending: f"{RESULTS}/figures/{plan.study.paper}/{figure.name}.{ending}"
                    for ending in ENDINGS
                },
            log:
                f"{RESULTS}/logs/figures/{plan.study.paper}/{figure.name}.log",
            params:
                spec=canonical_json(plan.figure_spec(figure, PLAN.config.name, SCALE.resamples)),
                code=figure_code(figure.draw),
                folder=folder_of_output("pdf"),
            shell:
                "python -m scalinglaws.stages.figures --spec {params.spec:q} --files {input.files:q}"
                " --runs {input.runs:q} --out {params.folder:q} 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"
