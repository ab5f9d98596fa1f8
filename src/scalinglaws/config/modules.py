"""Where plugins lie: a data source, a model family and a task are one file each, named as in the config."""

SOURCES, FAMILIES, TASKS, LAWS = "data/sources", "models", "tasks", "laws"


def module_name(folder: str, name: str) -> str:
    """Import path of a plugin: `resnet` of `models` is `scalinglaws.models.resnet`."""
    return ".".join(["scalinglaws", *folder.split("/"), name.replace("-", "_")])
