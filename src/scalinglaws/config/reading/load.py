"""Read and check a scale file and its studies. A mistake is one sentence with file, key and what is
allowed."""

import os
import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from scalinglaws.config import plugins
from scalinglaws.config.analysis import PUBLIC_RUNS
from scalinglaws.config.modules import SOURCES
from scalinglaws.config.plugins import ANALYSES, FIGURES
from scalinglaws.config.reading.explain import Location, dotted, quoted, sentence, unknown
from scalinglaws.config.reading.grid import grid_of, merge
from scalinglaws.config.reading.selection import SCALE_FILE, Overrides, Selection
from scalinglaws.config.reading.style_file import read_style
from scalinglaws.config.reading.yaml_file import read_yaml
from scalinglaws.config.scale import Scale
from scalinglaws.config.strict import Strict
from scalinglaws.config.study import Analysis, Grid, Study
from scalinglaws.config.values import NAME
from scalinglaws.errors import ConfigError

Block = TypeVar("Block", bound=Strict)
NONE = Overrides("")


@dataclass(frozen=True)
class Config:
    """A scale file and its studies, all checked.

    Attributes:
        name: name of the scale file without its ending. Its results go to `results/<name>/`.
        scale: the scale.
        studies: (study, its grid at this scale), sorted by name.
        analyses: studies that train nothing, sorted by name. Those that read other studies are included if at
            least one of these has the scale.
        study: the one study that was asked for, if it was only one.
    """

    name: str
    scale: Scale
    studies: tuple[tuple[Study, Grid], ...]
    analyses: tuple[Analysis, ...] = ()
    study: str | None = None


def load_config(asked: Selection | str, root: Path = Path("config")) -> Config:
    """Load the config of a scale.

    Args:
        asked: what is to be loaded; a text is a whole scale: its name, or the path of a file of your own.
        root: the folder of the scale files. The studies are under `studies/` in it.

    Raises:
        ConfigError: something is wrong in what is asked, in the scale file or in a study that it runs.
    """
    asked = Selection(scale=asked) if isinstance(asked, str) else asked
    path = _scale_file(asked.scale, root)
    checked = _load_scale(path, asked.overrides(SCALE_FILE))
    files = _study_files(root)
    wanted = tuple(files) if checked.studies == "all" else checked.studies
    for name in wanted:
        if name not in files:
            raise ConfigError(f"{path}: studies: {unknown(name, tuple(files))}")
    _check_asked(asked, tuple(files))
    studies: list[tuple[Study, Grid]] = []
    analyses: list[Analysis] = []
    kinds: dict[str, type[Study | Analysis]] = {}
    figures: dict[tuple[str, str], Path] = {}
    chosen = _chosen(asked, files)
    for name in wanted:
        study = load_study(files[name], asked.overrides(name))
        kinds[name] = type(study)
        _check_figure_names(study, files[name], figures)
        if isinstance(study, Analysis):
            analyses += [study] if name in chosen else []
        elif checked.scale in study.scales and name in chosen:
            studies.append((study, grid_of(study, checked, files[name], asked.overrides(name))))
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
    if asked.study and asked.study not in (there | {each.study for each in analyses}):
        raise ConfigError(f"{path}: {asked.study} is not in it, or does not have the scale {checked.scale!r}")
    if not studies and not analyses:
        raise ConfigError(f"{path}: no study of {asked.paper or 'any paper'} has the scale {checked.scale!r}")
    asked.check((*there, *(each.study for each in analyses)))
    return Config(path.stem, checked, tuple(studies), tuple(analyses), asked.study)


def _scale_file(scale: str, root: Path) -> Path:
    """The file of a scale. Results go to a folder with its name."""
    # Unlike the methods of Path, these functions take any text, also an unknown user or far too long a name.
    own = scale.endswith((".yaml", ".yml"))
    path = Path(os.path.expanduser(scale)) if own else root / f"{scale}.yaml"  # noqa: PTH111
    if not re.fullmatch(NAME, path.stem if own else scale):
        what = f"{quoted(str(path))}: a scale file" if own else f"the scale {quoted(scale)}:"
        raise ConfigError(f"{what} must have a name that matches '{NAME}', which results are kept under")
    if not os.path.exists(path):  # noqa: PTH110
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


def load_study(path: Path, overrides: Overrides = NONE) -> Study | Analysis:
    """Load one study file and check everything but its grids. With the key `analysis` it trains nothing.

    Raises:
        ConfigError: a key is unknown, a type is wrong, or a name does not exist or is not that of the file.
    """
    content = read_yaml(path)
    study: Study | Analysis
    if "analysis" in content:
        study = _validate(Analysis, content, path, overrides)
    else:
        study = _validate(Study, content, path, overrides.part(fit=True))
    expected = f"{path.parent.name}/{path.stem}"
    if study.study != expected:
        raise ConfigError(
            f"{path}: study: must be {expected!r}, as the file is called, not {quoted(study.study)}"
        )
    if isinstance(study, Analysis):
        _check_analysis(study, _where(path, overrides))
    _check_figures(study, path)
    return study


def _check_asked(asked: Selection, studies: tuple[str, ...]) -> None:
    """Check that the paper and the study exist; the error says if the name is one of the other kind."""
    papers = tuple(sorted({name.split("/")[0] for name in studies}))
    called = [f"--study {each}" for each in studies if asked.paper in (each, each.split("/")[1])]
    if asked.paper is not None and asked.paper not in papers:
        hint = f"; it is a study: {' or '.join(called)}" if called else ""
        raise ConfigError(f"paper: {unknown(asked.paper, papers)}{hint}")
    if asked.study is not None and asked.study not in studies:
        hint = f"; it is a paper: --paper {asked.study}" if asked.study in papers else ""
        raise ConfigError(f"study: {unknown(asked.study, studies)}{hint}")
    if asked.paper and asked.study and not asked.study.startswith(f"{asked.paper}/"):
        raise ConfigError(f"study: {asked.study} is not a study of {asked.paper}")


def _chosen(asked: Selection, files: Mapping[str, Path]) -> Container[str]:
    """The names of the studies that are asked for, as far as a scale runs them."""
    if asked.study is None:
        return [name for name in files if asked.paper in (None, name.split("/")[0])]
    return {asked.study, *getattr(load_study(files[asked.study]), "studies", ())}


def _check_analysis(study: Analysis, where: Callable[[Location], str]) -> None:
    sets = plugins.names(PUBLIC_RUNS, "yaml")
    names: list[tuple[Location, str, tuple[str, ...]]] = [
        (("analysis",), study.analysis, plugins.of_papers(ANALYSES)),
        *((("public_runs", i), name, sets) for i, name in enumerate(study.public_runs)),
    ]
    for key, name, allowed in names:
        if name not in allowed:
            raise ConfigError(f"{where(key)}: {unknown(name, allowed)}")
    plugin = plugins.of_paper(ANALYSES, study.analysis)
    plugins.required(*plugin, "TABLES", tuple)
    plugins.has_function(*plugin, "analyse")
    if bool(study.studies) != bool(plugins.constant(*plugin, "STUDIES")):
        problem = "reads no studies" if study.studies else "needs the names of the studies that it reads"
        raise ConfigError(f"{where(('studies',))}: the analysis {study.analysis!r} {problem}")


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


def _load_scale(path: Path, overrides: Overrides) -> Scale:
    scale = _validate(Scale, read_yaml(path), path, overrides)
    known = plugins.names(SOURCES)
    for name in scale.locations:
        if name not in known:
            raise ConfigError(f"{_where(path, overrides)(('locations', name))}: {unknown(name, known)}")
    if scale.style is not None:
        try:
            read_style(scale.style)
        except ConfigError as mistake:
            raise ConfigError(f"{_where(path, overrides)(('style',))}: {mistake}") from None
    return scale


def _validate(model: type[Block], content: dict[str, Any], path: Path, overrides: Overrides) -> Block:
    content = merge(content, overrides.content)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise ConfigError(sentence(error, _where(path, overrides), model, content)) from error


def _where(path: Path, overrides: Overrides) -> Callable[[Location], str]:
    """Names a key in an error: with its file, or as the option that set it."""
    return lambda keys: overrides.option(keys) or f"{path}: {dotted(keys)}"
