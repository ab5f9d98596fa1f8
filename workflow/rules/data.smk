# One rule per data set: which arrays it is made of depends on its source.

for step in steps_of("data"):

    rule:
        name:
            rule_of(step)
        output:
            **step.outputs,
            made_of=step.made_of,
        log:
            f"{RESULTS}/logs/data/{step.name}.log",
        params:
            spec=verbatim(step.text),
            folder=lambda wildcards, output: os.path.dirname(output.manifest[0]),
            largest=shlex.join(map(str, PLAN.largest(step.name))),
            hashes=str(cache(PLAN)),
            note=note(step),
        shell:
            "python -m scalinglaws.stages.data --spec {params.spec:q} --out {params.folder:q}"
            " --largest {params.largest} --hashes {params.hashes:q} {params.note}"
            " 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"


for step in steps_of("shuffle"):

    rule:
        name:
            rule_of(step)
        input:
            **inputs_of(step),
        output:
            **step.outputs,
            made_of=step.made_of,
        log:
            f"{RESULTS}/logs/data/{step.name.replace(' ', '-shuffle-')}.log",
        params:
            spec=verbatim(step.text),
            data=folder_of_input("manifest"),
            note=note(step),
        shell:
            "python -m scalinglaws.stages.shuffle --spec {params.spec:q} --data {params.data:q}"
            " --out {output.shuffle:q} {params.note} 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"
