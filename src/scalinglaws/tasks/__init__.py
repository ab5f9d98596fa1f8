"""One file a task: how examples become batches, which loss is minimised, which metrics are reported.

A task is found by its file name (`image_classification.py` is `image-classification`). Each file has a
function `open_task(folder, device)` that returns a `scalinglaws.tasks.core.task.Task`, and a constant
`METRICS`, the names of its validation metrics.
"""
