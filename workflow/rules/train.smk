# One rule a pack, generated from the config: one process trains its runs side by side, and every run is an
# output of its own. `update` keeps the finished runs of a pack that grows, fails or is killed; the checkpoint,
# which is no output, keeps what unfinished ones have done.
# A second and third attempt ask for more memory and stack fewer runs. There is none unless a profile asks for
# `retries` (profiles/slurm does): Snakemake cannot tell a job that was killed from a mistake in the config,
# which would fail three times, with three times the messages.
# `done` is not there while a pack is trained and after it failed. Snakemake then has put the records back
# that were there before, and has noted them as made by the present code: without `done` it would never look
# again.

for number, pack in enumerate(PLAN.packs):
    rate_file = learning_rate_file(pack.study, pack.runs[0].model)
    searches = pack.phase == "search"
    searched = STUDIES[pack.study].has_search and not searches
    prepared = data_folder(pack.runs[0].data)
    subsets = f"{RESULTS}/subsets/{pack.runs[0].data.name}"

    rule:
        name:
            rule_name("train", pack.study, pack.name)
        input:
            manifest=f"{prepared}/manifest.json",
            arrays=expand(f"{prepared}/{{array}}.npy", array=array_names(pack.runs[0].data)),
            shuffles=expand(f"{subsets}/shuffle-{{seed}}.npy", seed=pack.seeds),
            learning_rate=[rate_file] if searched else [],
        output:
            runs=[update(run_file(pack.study, run)) for run in pack.runs],
            learning_rate=[rate_file] if searches else [],
            done=touch(done_file(pack)),
        log:
            f"{RESULTS}/logs/train/{pack.study}/{pack.name}.log",
        priority: len(PLAN.packs) - number
        threads: 1
        resources:
            **({"gpu": 1} if SCALE.device == "cuda" else {}),
            mem_mb=lambda wildcards, attempt: 2000 * attempt,
            stack=lambda wildcards, attempt: max(1, SCALE.machine.side_by_side >> 2 * (attempt - 1)),
        params:
            spec=canonical_json(pack_to_plain(pack)),
            code=training_code(pack),
            data=folder_of_input("manifest"),
            subsets=folder_of_input("shuffles"),
            runs=folder_of_output("runs"),
            device=SCALE.device,
            gpu_memory=f"--gpu-memory {SCALE.machine.gpu_memory_mb}" if SCALE.machine.gpu_memory_mb else "",
            checkpoint=f"{RESULTS}/checkpoints/{pack.study}/{pack.name}.pt",
            pulse=f"{RESULTS}/logs/progress/{pack.study}/{pack.name}.json",
        message:
            f"train {pack.study} {pack.name}: {len(pack.runs)} runs"
        shell:
            "python -m scalinglaws.training --spec {params.spec:q} --code {params.code} --data {params.data:q}"
            " --subsets {params.subsets:q} --out {params.runs:q} --device {params.device}"
            " --learning-rate {input.learning_rate:q} {output.learning_rate:q} --checkpoint {params.checkpoint:q}"
            " --stack {resources.stack} {params.gpu_memory} --log {log:q} --pulse {params.pulse:q}"
