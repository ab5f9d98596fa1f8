"""Read and check a scale file and its studies. A mistake is one sentence with file, key and what is
allowed."""

import os
import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from scalinglaws.config import plugins, protocol
from scalinglaws.config.analysis import PUBLIC_RUNS
from scalinglaws.config.fit import NAME as LEARNING_CURVES
from scalinglaws.config.modules import SOURCES
from scalinglaws.config.plugins import FIGURES
from scalinglaws.config.reading.explain import Location, dotted, quoted, sentence, unknown
from scalinglaws.config.reading.merging import Places, merge
from scalinglaws.config.reading.scaled import scaled_study
from scalinglaws.config.reading.selection import SCALE_FILE, Overrides, Selection
from scalinglaws.config.reading.style_file import OWN_STYLE, read_style
from scalinglaws.config.reading.yaml_file import read_yaml
from scalinglaws.config.scale import Scale
from scalinglaws.config.strict import Strict
from scalinglaws.config.study import ScaledStudy, Study
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
        studies: the studies at this scale, sorted by name. Those without runs that read other studies are
            among them if at least one of these has the scale.
        study: the one study that was asked for, if it was only one.
    """

    name: str
    scale: Scale
    studies: tuple[ScaledStudy, ...]
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
    scale = _load_scale(path, asked.overrides(SCALE_FILE))
    files = _study_files(root)
    listed = tuple(files) if scale.studies == "all" else scale.studies
    for name in listed:
        if name not in files:
            raise ConfigError(f"{path}: studies: {unknown(name, tuple(files))}")
    _check_asked(asked, tuple(files))
    studies = {name: load_study(files[name], asked.overrides(name)) for name in listed}
    figures: dict[tuple[str, str], Path] = {}
    for name, study in studies.items():
        _check_figure_names(study, files[name], figures)
        if scale.studies != "all" and not study.has(scale.scale):
            raise ConfigError(f"{files[name]}: scales: has no {scale.scale!r}, but {path} lists this study")
    readers = [study for study in studies.values() if study.reads.studies]
    others = {name: load_study(files[name]) for name in files if readers and name not in studies}
    for study in readers:
        _check_reads(study, files[study.study], {**others, **studies}, path, listed)
    chosen = _chosen(asked, files)
    there = {name for name, study in studies.items() if name in chosen and study.has(scale.scale)}
    there -= {each.study for each in readers if each.runs is None and not there & set(each.reads.studies)}
    if asked.study and asked.study not in there:
        raise ConfigError(f"{path}: {asked.study} is not in it, or does not have the scale {scale.scale!r}")
    if not there:
        raise ConfigError(f"{path}: no study of {asked.paper or 'any paper'} has the scale {scale.scale!r}")
    asked.check(tuple(there))
    scaled = tuple(
        scaled_study(Places(files[name], studies[name], scale.scale, asked.overrides(name)), scale)
        for name in sorted(there)
    )
    return Config(path.stem, scale, scaled, asked.study)


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


def load_study(path: Path, overrides: Overrides = NONE) -> Study:
    """Load one study file and check all that is the same at all scales.

    Raises:
        ConfigError: a key is unknown, a type is wrong, or a name does not exist or is not that of the file.
    """
    study = _validate(Study, read_yaml(path), path, overrides.part(runs=False))
    where = _where(path, overrides)
    expected = f"{path.parent.name}/{path.stem}"
    if study.study != expected:
        raise ConfigError(
            f"{path}: study: must be {expected!r}, as the file is called, not {quoted(study.study)}"
        )
    protocols = protocol.names()
    if study.protocol.name not in protocols:
        raise ConfigError(f"{where(('protocol', 'name'))}: {unknown(study.protocol.name, protocols)}")
    _check_protocol(study, where)
    sets = plugins.names(PUBLIC_RUNS, "yaml")
    for i, name in enumerate(study.reads.public_runs):
        if name not in sets:
            raise ConfigError(f"{where(('reads', 'public_runs', i))}: {unknown(name, sets)}")
    _check_figures(study, path)
    return study


def _check_protocol(study: Study, where: Callable[[Location], str]) -> None:
    """Check that a study has what its protocol works on, and nothing that it ignores."""
    name = study.protocol.name
    known = protocol.protocol_of(name)
    if study.runs is not None and not study.scales:
        raise ConfigError(f"{where(('scales',))}: is missing: runs are trained at the scales that it names")
    if study.runs is None and any(block.runs for block in study.scales.values()):
        raise ConfigError(f"{where(('runs',))}: is missing: a scale has keys to merge over it")
    for keys, has, wants, what in (
        (("runs",), study.runs is not None, known.runs, "runs of its own"),
        (("reads", "studies"), bool(study.reads.studies), known.studies, "the tables of other studies"),
    ):
        if has != wants:
            verb = "does not work on" if has else "works on"
            raise ConfigError(f"{where(keys)}: the protocol {name!r} {verb} {what}")
    if study.reads.public_runs and not known.public_runs:
        raise ConfigError(
            f"{where(('reads', 'public_runs'))}: the protocol {name!r} does not read public runs"
        )


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
    return {asked.study, *load_study(files[asked.study]).reads.studies}


def _check_reads(
    study: Study, path: Path, studies: Mapping[str, Study], scale: Path, listed: tuple[str, ...]
) -> None:
    """Check that the studies that a study reads have the tables that it needs, and are run too.

    Args:
        study: the study.
        path: its file.
        studies: all studies by name.
        scale: the scale file.
        listed: names of the studies that the scale file runs.
    """
    read = [each for each in studies.values() if each.protocol.name == LEARNING_CURVES]
    allowed = tuple(sorted(each.study for each in read if each.paper == study.paper))
    for i, name in enumerate(study.reads.studies):
        if name not in allowed:
            raise ConfigError(f"{path}: reads.studies.{i}: {unknown(name, allowed)}")
    absent = ", ".join(name for name in study.reads.studies if name not in listed)
    if absent:
        raise ConfigError(
            f"{scale}: studies: {study.study} reads the tables of {absent}: list them too, or leave it out"
        )


def _check_figures(study: Study, path: Path) -> None:
    for i, figure in enumerate(study.figures):
        module, _, function = figure.draw.partition(":")
        modules = plugins.of_papers(FIGURES)
        allowed = plugins.functions(*plugins.of_paper(FIGURES, module)) if module in modules else ()
        if function not in allowed:
            there = ", ".join(allowed) or ", ".join(modules)
            raise ConfigError(
                f"{path}: figures.{i}.draw: there is no {quoted(figure.draw)}; there are {there}"
            )


def _check_figure_names(study: Study, path: Path, seen: dict[tuple[str, str], Path]) -> None:
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
    if scale.style is None and OWN_STYLE.is_file():
        scale = scale.model_copy(update={"style": OWN_STYLE})
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
