# One rule a pack, generated from the config: one process trains its runs, and every run is an output of
# its own. `update` keeps the finished runs of a pack that grows, fails or is killed.

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
            arrays=expand(f"{prepared}/{{array}}.npy", array=ARRAYS),
            shuffles=expand(f"{subsets}/shuffle-{{seed}}.npy", seed=pack.seeds),
            learning_rate=[rate_file] if searched else [],
        output:
            runs=[update(run_file(pack.study, run)) for run in pack.runs],
            learning_rate=[update(rate_file)] if searches else [],
        log:
            f"{RESULTS}/logs/train/{pack.study}/{pack.name}.log",
        priority: len(PLAN.packs) - number
        threads: 1
        resources:
            mem_mb=2000,
        params:
            spec=canonical_json(pack_to_plain(pack)),
            code=training_code(pack),
            data=folder_of_input("manifest"),
            subsets=folder_of_input("shuffles"),
            runs=folder_of_output("runs"),
            device=SCALE.device,
            pulse=f"{RESULTS}/logs/progress/{pack.study}/{pack.name}.json",
        message:
            f"train {pack.study} {pack.name}: {len(pack.runs)} runs"
        shell:
            "python -m scalinglaws.training --spec {params.spec:q} --code {params.code} --data {params.data:q}"
            " --subsets {params.subsets:q} --out {params.runs:q} --device {params.device}"
            " --learning-rate {input.learning_rate:q} {output.learning_rate:q} --log {log:q} --pulse {params.pulse:q}"
