"""Save a figure in some formats, with a CSV of what is drawn and its caption. No file holds a date."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from scalinglaws.config.scale import Format, Look, check_programs
from scalinglaws.files import whole_file
from scalinglaws.plotting.captions.files import write_caption
from scalinglaws.plotting.drawn import drawn_data
from scalinglaws.plotting.layout.panels import finish


def save(
    figure: Figure, caption: str, folder: Path, name: str, formats: Sequence[Format] = Look().formats
) -> list[Path]:
    """Write a figure at its final size, `<name>.<format>` for each format, its `.csv` and its caption.

    Returns:
        The paths of the files.

    Raises:
        ConfigError: `pgf` is asked for, and there is no pdflatex.
        ScalingLawsError: the figure shows something that the CSV cannot list.
    """
    check_programs(formats)
    drawn = drawn_data(figure)  # before the panels get letters, because it names them by their titles
    finish(figure)
    *pictures, data = (folder / f"{name}.{ending}" for ending in (*formats, "csv"))
    for picture, kind in zip(pictures, formats, strict=True):
        write_picture(figure, caption, picture, kind)
    with whole_file(data) as temporary:
        drawn.to_csv(temporary, index=False, lineterminator="\n")
    return [*pictures, data, *write_caption(caption, folder, name)]


def write_picture(figure: Figure, caption: str, path: Path, kind: Format) -> None:
    """Write one picture of a figure, with name and caption as metadata. Equal figures give equal bytes."""
    metadata: dict[Format, dict[str, Any]] = {
        "pdf": {"CreationDate": None, "Title": path.stem, "Subject": caption},
        "png": {"Title": path.stem, "Description": caption, "Software": None},
        "svg": {"Date": None, "Title": path.stem, "Description": caption},
    }
    known: dict[str, Any] = {"metadata": metadata[kind]} if kind in metadata else {}
    with whole_file(path) as temporary:
        figure.savefig(temporary, format=kind, **known)
