for step in steps_of("collect"):

    rule:
        name:
            rule_of(step)
        input:
            **inputs_of(step),
        output:
            **shown(step, "Runs"),
            made_of=step.made_of,
        log:
            f"{RESULTS}/logs/collect/{step.name}.log",
        params:
            spec=verbatim(step.text),
            runs=folder_of_input("runs"),
            data=folder_of_input("manifest"),
            subsets=folder_of_input("shuffles"),
            folder=folder_of_output,
            note=note(step),
        shell:
            "python -m scalinglaws.stages.collect --spec {params.spec:q} --runs {params.runs:q} --data {params.data:q}"
            " --subsets {params.subsets:q} --out {params.folder:q} {params.note}"
            " 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"
