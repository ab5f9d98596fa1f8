# One rule per study: its protocol makes tables of its runs, of public runs and of the tables of other studies.

for step in steps_of("fit"):

    rule:
        name:
            rule_of(step)
        input:
            **inputs_of(step),
        output:
            **shown(step, "Fits"),
            made_of=step.made_of,
        log:
            f"{RESULTS}/logs/fit/{step.name}.log",
        params:
            spec=verbatim(step.text),
            studies=shlex.join(word for folders in step.folders for word in ("--studies", *folders)),
            folder=folder_of_output,
            note=note(step),
        shell:
            "python -m scalinglaws.stages.fit --spec {params.spec:q} --runs {input.runs:q} {params.studies}"
            " --inputs {input:q} --out {params.folder:q} {params.note}"
            " 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"
