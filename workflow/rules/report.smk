rule claims:
    input:
        fits=f"{RESULTS}/fits/{{study}}/fits.csv",
        best=f"{RESULTS}/fits/{{study}}/best.csv",
        manifest=manifest,
    output:
        f"{RESULTS}/report/claims/{{study}}.csv",
    log:
        f"{RESULTS}/logs/claims/{{study}}.log",
    params:
        spec=lambda wildcards: canonical_json(STUDIES[wildcards.study].claim_spec(PLAN.config.name)),
        constants=lambda wildcards: claims_hash(wildcards.study),
        code=code("scalinglaws.claims.__main__"),
    shell:
        "python -m scalinglaws.claims --spec {params.spec:q} --fits {input.fits:q} --best {input.best:q}"
        " --data {input.manifest:q} --out {output:q} 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"


rule summary:
    input:
        lambda wildcards: [
            f"{RESULTS}/report/claims/{study}.csv"
            for study in sorted(STUDIES)
            if study.split("/")[0] == wildcards.paper
        ],
    output:
        f"{RESULTS}/report/{{paper}}.txt",
    log:
        f"{RESULTS}/logs/report/{{paper}}.log",
    params:
        code=code("scalinglaws.report.__main__"),
    shell:
        "python -m scalinglaws.report --claims {input:q} --out {output:q} 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"
