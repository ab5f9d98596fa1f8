rule prepare_data:
    output:
        manifest=f"{RESULTS}/data/{{data}}/manifest.json",
        arrays=expand(f"{RESULTS}/data/{{{{data}}}}/{{array}}.npy", array=ARRAYS),
    log:
        f"{RESULTS}/logs/data/{{data}}.log",
    params:
        spec=lambda wildcards: canonical_json(identity(DATA[wildcards.data])),
        code=source_code,
        folder=folder_of_output("manifest"),
        archives=str(SCALE.archives),
        location=lambda wildcards: location_option(DATA[wildcards.data].source),
    shell:
        "python -m scalinglaws.data prepare --spec {params.spec:q} --archives {params.archives:q}"
        " {params.location} --out {params.folder:q} 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"


rule shuffle:
    input:
        labels=f"{RESULTS}/data/{{data}}/train_labels.npy",
        manifest=f"{RESULTS}/data/{{data}}/manifest.json",
    output:
        f"{RESULTS}/subsets/{{data}}/shuffle-{{seed}}.npy",
    log:
        f"{RESULTS}/logs/data/{{data}}-shuffle-{{seed}}.log",
    params:
        code=code("scalinglaws.data.subsets"),
        folder=folder_of_input("manifest"),
    shell:
        "python -m scalinglaws.data shuffle --data {params.folder:q} --seed {wildcards.seed}"
        " --out {output:q} 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"


rule published:
    output:
        table=f"{RESULTS}/published/{{published}}.csv",
        manifest=f"{RESULTS}/published/{{published}}.json",
    log:
        f"{RESULTS}/logs/published/{{published}}.log",
    params:
        code=published_code,
        archives=str(SCALE.archives),
        location=lambda wildcards: location_option(wildcards.published),
        folder=folder_of_output("table"),
    shell:
        "python -m scalinglaws.published --name {wildcards.published:q} --archives {params.archives:q}"
        " {params.location} --out {params.folder:q} 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"
