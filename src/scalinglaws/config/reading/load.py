"""Read and check a scale file and its studies. A mistake is one sentence with file, key and what is
allowed."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from scalinglaws.config import plugins
from scalinglaws.config.analysis import PUBLIC_RUNS
from scalinglaws.config.modules import SOURCES
from scalinglaws.config.plugins import ANALYSES, FIGURES
from scalinglaws.config.reading.explain import dotted, quoted, sentence, twice, unknown
from scalinglaws.config.reading.grid import grid_of
from scalinglaws.config.reading.style_file import read_style
from scalinglaws.config.reading.yaml_file import read_yaml
from scalinglaws.config.scale import Scale
from scalinglaws.config.strict import Strict
from scalinglaws.config.study import Analysis, Grid, Study
from scalinglaws.config.values import NAME
from scalinglaws.errors import ConfigError

Block = TypeVar("Block", bound=Strict)


@dataclass(frozen=True)
class Config:
    """A scale file and its studies, all checked.

    Attributes:
        name: name of the scale file without its ending. Its results go to `results/<name>/`.
        scale: the scale.
        studies: (study, its grid at this scale), sorted by name.
        analyses: studies that train nothing, sorted by name. Those that read other studies are included if at
            least one of these has the scale.
    """

    name: str
    scale: Scale
    studies: tuple[tuple[Study, Grid], ...]
    analyses: tuple[Analysis, ...] = ()


def load_config(scale: str, root: Path = Path("config"), paper: str | None = None) -> Config:
    """Load the config of a scale.

    Args:
        scale: name of a scale (`laptop`), or path of a scale file of your own.
        root: the folder of the scale files. The studies are under `studies/` in it.
        paper: load only the studies of this paper.

    Raises:
        ConfigError: something is wrong in the scale file or in a study that it runs.
    """
    path = _scale_file(scale, root)
    checked = _load_scale(path)
    files = _study_files(root)
    wanted = tuple(files) if checked.studies == "all" else checked.studies
    for name in wanted:
        if name not in files:
            raise ConfigError(f"{path}: studies: {unknown(name, tuple(files))}")
    if again := twice(wanted):
        raise ConfigError(f"{path}: studies: {again} is given twice")
    papers = tuple(sorted({name.split("/")[0] for name in files}))
    if paper is not None and paper not in papers:
        raise ConfigError(f"paper: {unknown(paper, papers)}")
    studies: list[tuple[Study, Grid]] = []
    analyses: list[Analysis] = []
    kinds: dict[str, type[Study | Analysis]] = {}
    figures: dict[tuple[str, str], Path] = {}
    for name in wanted:
        study = load_study(files[name])
        kinds[name] = type(study)
        _check_figure_names(study, files[name], figures)
        asked = paper in (None, study.paper)
        if isinstance(study, Analysis):
            analyses += [study] if asked else []
        elif checked.scale in study.scales and asked:
            studies.append((study, grid_of(study, checked, files[name])))
        elif checked.scale not in study.scales and checked.studies != "all":
            raise ConfigError(f"{files[name]}: scales: has no {checked.scale!r}, but {path} lists this study")
    reading = [each for each in analyses if each.studies]
    if reading:
        unasked = (name for name in files if name not in kinds and "analysis" not in read_yaml(files[name]))
        trained = tuple(sorted([*unasked, *(name for name, kind in kinds.items() if kind is Study)]))
        for analysis in reading:
            _check_reads(analysis, files[analysis.study], trained, path, wanted)
    there = {study.study for study, _ in studies}
    analyses = [each for each in analyses if not each.studies or there & set(each.studies)]
    if not studies and not analyses:
        raise ConfigError(f"{path}: no study of {paper or 'any paper'} has the scale {checked.scale!r}")
    return Config(path.stem, checked, tuple(studies), tuple(analyses))


def _scale_file(scale: str, root: Path) -> Path:
    """The file of a scale. Results go to a folder with its name."""
    own = scale.endswith((".yaml", ".yml"))
    path = Path(scale) if own else root / f"{scale}.yaml"
    if not re.fullmatch(NAME, path.stem if own else scale):
        what = f"{quoted(str(path))}: a scale file" if own else f"the scale {quoted(scale)}:"
        raise ConfigError(f"{what} must have a name that matches '{NAME}', which results are kept under")
    if not os.path.exists(path):  # noqa: PTH110  # that of a path raises an error if its name is too long
        known = ", ".join(sorted(file.stem for file in root.glob("*.yaml")))
        raise ConfigError(f"{path}: there is no such scale file; {root}/ has {known or 'none'}")
    return path


def _study_files(root: Path) -> dict[str, Path]:
    """The files of all studies by name. Those that begin with a dot are an editor's."""
    files = (file for file in sorted((root / "studies").glob("*/*.yaml")) if not file.name.startswith("."))
    found = {}
    for file in files:
        name = f"{file.parent.name}/{file.stem}"
        if not re.fullmatch(f"{NAME}/{NAME}", name):
            problem = f"the folder and the file of a study must have names that match '{NAME}'"
            raise ConfigError(f"{quoted(str(file))}: {problem}")
        found[name] = file
    return found


def load_study(path: Path) -> Study | Analysis:
    """Load one study file and check everything but its grids. With the key `analysis` it trains nothing.

    Raises:
        ConfigError: a key is unknown, a type is wrong, or a name does not exist or is not that of the file.
    """
    content = read_yaml(path)
    study: Study | Analysis
    if "analysis" in content:
        study = _validate(Analysis, content, path)
    else:
        study = _validate(Study, content, path)
    expected = f"{path.parent.name}/{path.stem}"
    if study.study != expected:
        raise ConfigError(
            f"{path}: study: must be {expected!r}, as the file is called, not {quoted(study.study)}"
        )
    if isinstance(study, Analysis):
        _check_analysis(study, path)
    _check_figures(study, path)
    return study


def _check_analysis(study: Analysis, path: Path) -> None:
    sets = plugins.names(PUBLIC_RUNS, "yaml")
    for key, name, allowed in (
        ("analysis", study.analysis, plugins.of_papers(ANALYSES)),
        *((f"public_runs.{i}", name, sets) for i, name in enumerate(study.public_runs)),
    ):
        if name not in allowed:
            raise ConfigError(f"{path}: {key}: {unknown(name, allowed)}")
    for key, given in (("public_runs", study.public_runs), ("studies", study.studies)):
        if twice(given):
            raise ConfigError(f"{path}: {key}: {twice(given)} is given twice")
    plugin = plugins.of_paper(ANALYSES, study.analysis)
    plugins.required(*plugin, "TABLES", tuple)
    plugins.has_function(*plugin, "analyse")
    if bool(study.studies) != bool(plugins.constant(*plugin, "STUDIES")):
        problem = "reads no studies" if study.studies else "needs the names of the studies that it reads"
        raise ConfigError(f"{path}: studies: the analysis {study.analysis!r} {problem}")


def _check_reads(
    analysis: Analysis, path: Path, trained: tuple[str, ...], scale: Path, wanted: tuple[str, ...]
) -> None:
    """Check that the studies that an analysis reads are trained, belong to its paper, and are run too.

    Args:
        analysis: the analysis.
        path: its file.
        trained: names of all studies that are trained.
        scale: the scale file.
        wanted: names of the studies that the scale file runs.
    """
    allowed = tuple(name for name in trained if name.startswith(f"{analysis.paper}/"))
    for i, name in enumerate(analysis.studies):
        if name not in allowed:
            raise ConfigError(f"{path}: studies.{i}: {unknown(name, allowed)}")
    absent = ", ".join(name for name in analysis.studies if name not in wanted)
    if absent:
        raise ConfigError(
            f"{scale}: studies: {analysis.study} reads the tables of {absent}: list them too, or leave it out"
        )


def _check_figures(study: Study | Analysis, path: Path) -> None:
    for i, figure in enumerate(study.figures):
        module, _, function = figure.draw.partition(":")
        modules = plugins.of_papers(FIGURES)
        allowed = plugins.functions(*plugins.of_paper(FIGURES, module)) if module in modules else ()
        if function not in allowed:
            there = ", ".join(allowed) or ", ".join(modules)
            raise ConfigError(
                f"{path}: figures.{i}.draw: there is no {quoted(figure.draw)}; there are {there}"
            )


def _check_figure_names(study: Study | Analysis, path: Path, seen: dict[tuple[str, str], Path]) -> None:
    """All figures of a paper go to the same folder, so that their names must differ."""
    for i, figure in enumerate(study.figures):
        other = seen.setdefault((study.paper, figure.name), path)
        if other != path or figure.name in [earlier.name for earlier in study.figures[:i]]:
            raise ConfigError(
                f"{path}: figures.{i}.name: {figure.name!r} is already the name of a figure in {other}"
            )


def _load_scale(path: Path) -> Scale:
    scale = _validate(Scale, read_yaml(path), path)
    known = plugins.names(SOURCES)
    for name in scale.locations:
        if name not in known:
            raise ConfigError(f"{path}: {dotted(('locations', name))}: {unknown(name, known)}")
    if scale.style is not None:
        try:
            read_style(scale.style)
        except ConfigError as mistake:
            raise ConfigError(f"{path}: style: {mistake}") from None
    return scale


def _validate(model: type[Block], content: dict[str, Any], path: Path) -> Block:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise ConfigError(
            sentence(error, lambda location: f"{path}: {dotted(location)}", model, content)
        ) from error
