rule fit:
    input:
        f"{RESULTS}/tables/{{study}}/runs.csv",
    output:
        expand(f"{RESULTS}/fits/{{{{study}}}}/{{table}}.csv", table=FITS),
    log:
        f"{RESULTS}/logs/fit/{{study}}.log",
    params:
        spec=lambda wildcards: canonical_json(STUDIES[wildcards.study].fit_spec(SCALE.resamples)),
        code=code("scalinglaws.stages.fit", *LAWS),
        folder=lambda wildcards, output: os.path.dirname(output[0]),
    shell:
        "python -m scalinglaws.stages.fit --spec {params.spec:q} --runs {input:q} --out {params.folder:q}"
        " 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"
