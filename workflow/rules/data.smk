# One rule a data set, generated from the studies: which arrays it is made of depends on its source.

for spec in PLAN.data:

    rule:
        name:
            rule_name("prepare", spec.name)
        output:
            manifest=f"{data_folder(spec)}/manifest.json",
            arrays=[f"{data_folder(spec)}/{array}.npy" for array in array_names(spec)],
        log:
            f"{RESULTS}/logs/data/{spec.name}.log",
        params:
            spec=canonical_json(identity(spec)),
            code=source_code(spec.source),
            folder=folder_of_output("manifest"),
            archives=str(SCALE.archives),
            location=location_option(spec.source),
        shell:
            "python -m scalinglaws.stages.data prepare --spec {params.spec:q} --archives {params.archives:q}"
            " {params.location} --out {params.folder:q} 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"


rule shuffle:
    input:
        strata=f"{RESULTS}/data/{{data}}/strata.npy",
        manifest=f"{RESULTS}/data/{{data}}/manifest.json",
    output:
        f"{RESULTS}/subsets/{{data}}/shuffle-{{seed}}.npy",
    log:
        f"{RESULTS}/logs/data/{{data}}-shuffle-{{seed}}.log",
    params:
        code=code("scalinglaws.data.subsets"),
        folder=folder_of_input("manifest"),
    shell:
        "python -m scalinglaws.stages.data shuffle --data {params.folder:q} --seed {wildcards.seed}"
        " --out {output:q} 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"
