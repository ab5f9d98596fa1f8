for step in steps_of("claims"):

    rule:
        name:
            rule_of(step)
        input:
            **inputs_of(step),
        output:
            **shown(step, "Claims and verdicts"),
            made_of=step.made_of,
        log:
            f"{RESULTS}/logs/claims/{step.name}.log",
        params:
            spec=verbatim(step.text),
            note=note(step),
        shell:
            "python -m scalinglaws.stages.claims --spec {params.spec:q} --fits {input.fits:q} --best {input.best:q}"
            " --data {input.manifests:q} --out {output.table:q} {params.note}"
            " 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"


for step in steps_of("report"):

    rule:
        name:
            rule_of(step)
        input:
            **inputs_of(step),
        output:
            **shown(step, "Summaries"),
            made_of=step.made_of,
        log:
            f"{RESULTS}/logs/report/{step.name}.log",
        params:
            spec=verbatim(step.text),
            note=note(step),
        shell:
            "python -m scalinglaws.stages.report --spec {params.spec:q} --claims {input.claims:q}"
            " --evidence {input.evidence:q} --out {output.summary:q} {params.note}"
            " 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"


# Only made when it is asked for: by `scalinglaws report`, or with `results/<scale>/site/index.html` as target.
for step in [SITE]:

    rule:
        name:
            rule_of(step)
        input:
            **inputs_of(step),
        output:
            **step.outputs,
            made_of=step.made_of,
        log:
            f"{RESULTS}/logs/site.log",
        params:
            spec=verbatim(step.text),
            results=folder_of_output,
            folder=lambda wildcards, output: os.path.dirname(output.pages[0]),
            note=note(step),
        shell:
            "python -m scalinglaws.stages.site --spec {params.spec:q} --files {input.files:q}"
            " --elsewhere {input.elsewhere:q} --results {params.results:q} --out {params.folder:q} {params.note}"
            " 2> {log:q} || {{ cat {log:q} >&2; exit 1; }}"
