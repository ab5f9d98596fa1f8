"""One file per task: how examples become batches, which loss is minimised, and which metrics are reported.

A task is found by its file name (`image_classification.py` is `image-classification`). Each file has a
function `open_task(folder, device)` that returns a `scalinglaws.tasks.core.task.Task`, a constant `METRICS`
with the names of its validation metrics, and a constant `MODALITY` that names the kind of data it takes.
"""
