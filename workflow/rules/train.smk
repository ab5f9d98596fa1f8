# One rule per job: one process trains its runs as an ensemble, and every run is an output of its own. `update`
# keeps the finished runs of a job that grows, fails or is killed. The checkpoint is not an output, and keeps what
# unfinished runs have done.
#
# A job finds its runs in a file that the workflow writes when it starts. `spec` is the job's hash, so that another
# plan makes only those jobs stale that it changes.
#
# A second and third attempt ask for more memory and train fewer runs at once. They only happen where a profile
# sets `retries` (profiles/slurm does): Snakemake cannot tell a job that was killed from a mistake in the config,
# which would fail three times, with three times the messages.
#
# `made_of` is missing while a job is trained and after it failed, so a job that did not end well is stale.

for number, step in enumerate(steps_of("train")):

    rule:
        name:
            rule_of(step)
        input:
            **inputs_of(step),
            other_data=data_made_now(step),
        output:
            **{**step.outputs, "runs": update(step.outputs["runs"])},
            made_of=step.made_of,
        log:
            f"{RESULTS}/logs/train/{step.job.study}/{step.job.name}.log",
        priority: len(PLAN.jobs) - number
        threads: 1
        resources:
            **({"gpu": 1} if SCALE.device == "cuda" else {}),
            mem_mb=lambda wildcards, attempt: 2000 * attempt,
            ensemble=lambda wildcards, attempt: max(1, SCALE.machine.ensemble_size >> 2 * (attempt - 1)),
        params:
            spec=verbatim(step.text),
            job=step.job.name,
            plan=jobs_file(step.job.study),
            data=folder_of_input("manifest"),
            subsets=folder_of_input("shuffles"),
            runs=lambda wildcards, output: os.path.dirname(output.runs[0]),
            checkpoint=f"{RESULTS}/checkpoints/{step.job.study}/{step.job.name}.pt",
            heartbeat=f"{RESULTS}/logs/progress/{step.job.study}/{step.job.name}.json",
            # Where a run was trained is in its record; it makes no run stale.
            device=SCALE.device,
            versions="--strict-versions" if ASKED.strict_versions else "",
            note=note(step),
        message:
            f"train {step.name}: {len(step.job.planned)} runs"
        shell:
            "python -m scalinglaws.stages.train --plan {params.plan:q} --job {params.job:q} --spec {params.spec}"
            " --data {params.data:q} --subsets {params.subsets:q} --out {params.runs:q} --device {params.device}"
            " --learning-rate {input.learning_rate:q} {output.learning_rate:q} --checkpoint {params.checkpoint:q}"
            " --ensemble {resources.ensemble} --log {log:q} --heartbeat {params.heartbeat:q}"
            " {params.versions} {params.note} 2>> {log:q}"
