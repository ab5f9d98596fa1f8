rule claims:
    input:
        unpack(claim_files),
    output:
        f"{RESULTS}/report/claims/{{study}}.csv",
    log:
        f"{RESULTS}/logs/claims/{{study}}.log",
    wildcard_constraints:
        study=one_of(ALL_STUDIES),
    params:
        spec=lambda wildcards: canonical_json(ALL_STUDIES[wildcards.study].claim_spec(PLAN.config.name)),
        constants=lambda wildcards: claims_hash(wildcards.study),
        code=code("scalinglaws.stages.claims"),
    shell:
        "python -m scalinglaws.stages.claims --spec {params.spec:q} --fits {input.fits:q} --best {input.best:q}"
        " --data {input.manifests:q} --out {output:q} 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"


rule summary:
    input:
        lambda wildcards: [f"{RESULTS}/report/claims/{study}.csv" for study in studies_of(wildcards.paper)],
    output:
        f"{RESULTS}/report/{{paper}}.txt",
    log:
        f"{RESULTS}/logs/report/{{paper}}.log",
    params:
        spec=lambda wildcards: canonical_json({"studies": studies_of(wildcards.paper)}),
        code=code("scalinglaws.stages.report"),
    shell:
        "python -m scalinglaws.stages.report --spec {params.spec:q} --claims {input:q} --out {output:q}"
        " 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"
