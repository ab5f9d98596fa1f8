"""Run a notebook of the project in a folder that has results."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[3] / "notebooks"
NOTEBOOKS = sorted(path.stem for path in FOLDER.glob("*.ipynb"))


def read(name: str) -> Any:
    """The notebook of a paper."""
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def run(name: str, scale: str, folder: Path, home: Path, environment: pytest.MonkeyPatch) -> dict[str, str]:
    """Run a notebook in a folder: what each code cell shows, as text; a figure as `<figure>`."""
    environment.setenv("SCALINGLAWS_SCALE", scale)
    environment.delenv("MPLBACKEND", raising=False)
    for variable in ("JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        environment.setenv(variable, str(home / variable))
    book = read(name)
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    shown = {}
    for cell in book.cells:
        if cell.cell_type == "code":
            parts = []
            for output in cell.outputs:
                data = output.get("data", {})
                assert data or output.get("name") != "stderr", f"{cell.id}: {output.get('text')}"
                figure = "<figure>" if "image/png" in data else None
                parts.append(figure or data.get("text/markdown") or data.get("text/plain", ""))
            shown[cell.id] = "\n".join(parts)
    return shown
