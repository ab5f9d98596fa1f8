rule collect:
    input:
        runs=lambda wildcards: [run_file(wildcards.study, run) for run in STUDIES[wildcards.study].runs],
        jobs=lambda wildcards: [done_file(job) for job in STUDIES[wildcards.study].jobs],
        manifest=manifest,
        amounts=amounts,
        shuffles=shuffles,
    output:
        runs=f"{RESULTS}/tables/{{study}}/runs.csv",
        curves=f"{RESULTS}/tables/{{study}}/curves.csv",
    log:
        f"{RESULTS}/logs/collect/{{study}}.log",
    params:
        spec=lambda wildcards: canonical_json(STUDIES[wildcards.study].collect_spec),
        code=code("scalinglaws.stages.collect"),
        runs=folder_of_input("runs"),
        data=folder_of_input("manifest"),
        subsets=folder_of_input("shuffles"),
        folder=folder_of_output("runs"),
    shell:
        "python -m scalinglaws.stages.collect --spec {params.spec:q} --runs {params.runs:q} --data {params.data:q}"
        " --subsets {params.subsets:q} --out {params.folder:q} 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"
