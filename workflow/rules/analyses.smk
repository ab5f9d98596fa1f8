# Studies that train nothing: one rule per analysis, generated from the studies. Their tables are among the fits.

for plan in PLAN.analyses:

    rule:
        name:
            rule_name("analyse", plan.study.study)
        input:
            [file for each in plan.reads for file in read_files(each)],
        output:
            [f"{RESULTS}/fits/{plan.study.study}/{table}.csv" for table in plan.tables],
        log:
            f"{RESULTS}/logs/analyses/{plan.study.study}.log",
        params:
            spec=canonical_json(plan.analysis_spec(SCALE.scale, SCALE.resamples)),
            code=analysis_code(plan.study.analysis),
            studies=studies_option(plan),
            folder=lambda wildcards, output: os.path.dirname(output[0]),
        shell:
            "python -m scalinglaws.stages.analyse --spec {params.spec:q} {params.studies}"
            " --out {params.folder:q} 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"
