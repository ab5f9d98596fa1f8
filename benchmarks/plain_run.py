"""One run, trained by a plain script: `python benchmarks/plain_run.py JSON DATA SUBSETS`.

benchmarks/sweep.py compares jobs with this: a module, torch's optimiser, and a copy of the weights for their
average. It takes the same steps as a run of a job and evaluates as often, with the same task.
"""

import copy
import json
import math
import sys
from pathlib import Path

import numpy as np
import torch

from scalinglaws.models import mlp, resnet
from scalinglaws.tasks.image_classification import open_task


def main(what: str, data: str, subsets: str) -> None:
    """Train the run and print the minima of its metrics."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    run = json.loads(what)
    task = open_task(Path(data), torch.device("cpu"))
    torch.manual_seed(run["seed"])
    build = {"mlp": mlp.build, "resnet": resnet.build}[run["family"]]
    model = build(task.inputs, task.outputs, **run["options"])
    averaged = copy.deepcopy(model)
    optimiser = torch.optim.SGD(model.parameters(), run["rate"], run["momentum"], nesterov=True)
    order = torch.from_numpy(np.load(Path(subsets) / f"shuffle-{run['seed']}.npy")[: run["examples"]])
    due, best, waited, step = list(run["evaluations"]), dict[str, float](), 0, 0
    while due and waited < run["patience"]:
        shuffled = order[torch.randperm(len(order))][: len(order) // run["batch"] * run["batch"]]
        for batch in shuffled.split(run["batch"]):  # type: ignore[no-untyped-call]
            step += 1
            images, labels = task.batch(batch[None])
            loss = torch.nn.functional.cross_entropy(model(images[0]), labels[0])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            with torch.no_grad():
                weight = 1.0 / (1.0 + run["averaging"] * (step - 1))
                for own, new in zip(averaged.parameters(), model.parameters(), strict=True):
                    own.lerp_(new, weight)
            if step < due[0]:
                continue
            due.pop(0)
            found = {name: value.item() for name, value in task.evaluate(lambda x: averaged(x)[None]).items()}
            better = {name: value for name, value in found.items() if value < best.get(name, math.inf)}
            best |= better
            waited = 0 if better else waited + 1
            if not due or waited >= run["patience"]:
                break
    print(json.dumps(best))


if __name__ == "__main__":
    main(*sys.argv[1:])
