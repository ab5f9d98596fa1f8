"""The folders of plugins. Each data source, model family, task and law file is found by its name."""

SOURCES, FAMILIES, TASKS, LAWS = "data/sources", "models", "tasks", "laws"
MODALITIES, PROTOCOLS = "data/modalities", "protocols"


def module_name(folder: str, name: str) -> str:
    """Import path of a plugin: `resnet` in `models` gives `scalinglaws.models.resnet`."""
    return ".".join(["scalinglaws", *folder.split("/"), name.replace("-", "_")])
