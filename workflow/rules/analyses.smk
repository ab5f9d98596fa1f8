# Studies that train nothing. Their tables are in the same folder as the fits of other studies.

for step in steps_of("analyse"):

    rule:
        name:
            rule_of(step)
        input:
            **inputs_of(step),
        output:
            **step.outputs,
            made_of=step.made_of,
        log:
            f"{RESULTS}/logs/analyses/{step.name}.log",
        params:
            spec=verbatim(step.text),
            studies=shlex.join(word for folders in step.folders for word in ("--studies", *folders)),
            folder=folder_of_output,
            note=note(step),
        shell:
            "python -m scalinglaws.stages.analyse --spec {params.spec:q} {params.studies} --inputs {input:q} --out {params.folder:q} {params.note}"
            " 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"
