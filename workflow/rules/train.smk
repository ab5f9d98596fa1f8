# One rule a job, generated from the config: one process trains its runs side by side, and every run is an
# output of its own. `update` keeps the finished runs of a job that grows, fails or is killed; the checkpoint,
# which is no output, keeps what unfinished ones have done.
# A second and third attempt ask for more memory and ensemble fewer runs. There is none unless a profile asks for
# `retries` (profiles/slurm does): Snakemake cannot tell a job that was killed from a mistake in the config,
# which would fail three times, with three times the messages.
# `done` is not there while a job is trained and after it failed. Snakemake then has put the records back
# that were there before, and has noted them as made by the present code: without `done` it would never look
# again.

for number, job in enumerate(PLAN.jobs):
    rate_file = learning_rate_file(job.study, job.runs[0].model)
    searches = job.phase == "search"
    searched = STUDIES[job.study].has_search and not searches
    prepared = data_folder(job.runs[0].data)
    subsets = f"{RESULTS}/subsets/{job.runs[0].data.name}"

    rule:
        name:
            rule_name("train", job.study, job.name)
        input:
            manifest=f"{prepared}/manifest.json",
            arrays=expand(f"{prepared}/{{array}}.npy", array=array_names(job.runs[0].data)),
            shuffles=expand(f"{subsets}/shuffle-{{seed}}.npy", seed=job.seeds),
            learning_rate=[rate_file] if searched else [],
        output:
            runs=[update(run_file(job.study, run)) for run in job.runs],
            learning_rate=[rate_file] if searches else [],
            done=touch(done_file(job)),
        log:
            f"{RESULTS}/logs/train/{job.study}/{job.name}.log",
        priority: len(PLAN.jobs) - number
        threads: 1
        resources:
            **({"gpu": 1} if SCALE.device == "cuda" else {}),
            mem_mb=lambda wildcards, attempt: 2000 * attempt,
            ensemble=lambda wildcards, attempt: max(1, SCALE.machine.ensemble_size >> 2 * (attempt - 1)),
        params:
            spec=canonical_json(job_to_plain(job)),
            code=training_code(job),
            data=folder_of_input("manifest"),
            subsets=folder_of_input("shuffles"),
            runs=folder_of_output("runs"),
            device=SCALE.device,
            checkpoint=f"{RESULTS}/checkpoints/{job.study}/{job.name}.pt",
            heartbeat=f"{RESULTS}/logs/progress/{job.study}/{job.name}.json",
        message:
            f"train {job.study} {job.name}: {len(job.runs)} runs"
        shell:
            "python -m scalinglaws.stages.train --spec {params.spec:q} --code {params.code} --data {params.data:q}"
            " --subsets {params.subsets:q} --out {params.runs:q} --device {params.device}"
            " --learning-rate {input.learning_rate:q} {output.learning_rate:q} --checkpoint {params.checkpoint:q}"
            " --ensemble {resources.ensemble} --log {log:q} --heartbeat {params.heartbeat:q}"
