"""Read and check a scale file and its studies; every mistake is one sentence with file, key and remedy."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from scalinglaws.config import plugins
from scalinglaws.config.explain import sentence, unknown
from scalinglaws.config.grid import grid_of
from scalinglaws.config.modules import SOURCES
from scalinglaws.config.scale import Scale
from scalinglaws.config.strict import Strict
from scalinglaws.config.study import Grid, Study
from scalinglaws.config.yaml_file import read_yaml
from scalinglaws.errors import ConfigError

Block = TypeVar("Block", bound=Strict)


@dataclass(frozen=True)
class Config:
    """A scale file with its studies, all checked.

    Attributes:
        name: the scale file's name without ending: `results/<name>/` is its folder.
        scale: the scale.
        studies: (study, its grid at this scale), in order of name.
    """

    name: str
    scale: Scale
    studies: tuple[tuple[Study, Grid], ...]


def load_config(scale: str, root: Path = Path("config"), paper: str | None = None) -> Config:
    """The config of a scale, by name (`laptop`) or as a path to a scale file of one's own.

    Args:
        scale: name or path.
        root: the folder of scale files, with the studies under `studies/`.
        paper: only the studies of this paper.

    Raises:
        ConfigError: anything wrong in the scale file or in a study that it runs.
    """
    path = Path(scale) if scale.endswith((".yaml", ".yml")) else root / f"{scale}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in root.glob("*.yaml")))
        raise ConfigError(f"{path}: no such scale file; there are {known or 'none'} in {root}/")
    checked = _load_scale(path)
    files = {f"{file.parent.name}/{file.stem}": file for file in sorted((root / "studies").glob("*/*.yaml"))}
    wanted = tuple(files) if checked.studies == "all" else checked.studies
    for name in wanted:
        if name not in files:
            raise ConfigError(f"{path}: studies: {unknown(name, tuple(files))}")
    papers = tuple(sorted({name.split("/")[0] for name in files}))
    if paper is not None and paper not in papers:
        raise ConfigError(f"paper: {unknown(paper, papers)}")
    studies = []
    for name in wanted:
        study = load_study(files[name])
        if checked.scale in study.scales and paper in (None, study.paper):
            studies.append((study, grid_of(study, checked.scale, files[name])))
        elif checked.scale not in study.scales and checked.studies != "all":
            raise ConfigError(f"{files[name]}: scales: has no {checked.scale!r}, which {path} asks for")
    if not studies:
        raise ConfigError(f"{path}: no study of {paper or 'any paper'} has the scale {checked.scale!r}")
    return Config(path.stem, checked, tuple(studies))


def load_study(path: Path) -> Study:
    """One study file, checked but for its grids.

    Raises:
        ConfigError: an unknown key, a wrong type, or a name that is not the file's.
    """
    study = _validate(Study, read_yaml(path), path)
    expected = f"{path.parent.name}/{path.stem}"
    if study.study != expected:
        raise ConfigError(f"{path}: study: is {study.study!r}, but the file's place says {expected!r}")
    return study


def _load_scale(path: Path) -> Scale:
    scale = _validate(Scale, read_yaml(path), path)
    for name in scale.locations:
        if name not in plugins.names(SOURCES):
            raise ConfigError(f"{path}: locations.{name}: {unknown(name, plugins.names(SOURCES))}")
    return scale


def _validate(model: type[Block], content: dict[str, Any], path: Path) -> Block:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise ConfigError(
            sentence(error, lambda location: f"{path}: {'.'.join(map(str, location))}", model, content)
        ) from error
