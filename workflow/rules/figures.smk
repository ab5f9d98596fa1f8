# One rule per figure. The caption of an analysis counts the runs of the studies that it reads.

for step in steps_of("figures"):

    rule:
        name:
            rule_of(step)
        input:
            **inputs_of(step),
        output:
            **shown(step, "Figures"),
            made_of=step.made_of,
        log:
            f"{RESULTS}/logs/figures/{step.name.replace(' ', '/')}.log",
        params:
            spec=verbatim(step.text),
            folder=folder_of_output,
            caption=caption(step),
            note=note(step),
        shell:
            "python -m scalinglaws.stages.figures --spec {params.spec:q} --files {input.files:q}"
            " --runs {input.runs:q} --beside {input.beside:q} --style {input.style:q} --out {params.folder:q} {params.note}"
            " 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"
