"""Whether the code of a stage is still that which made a file, and where it was edited since."""

from pathlib import Path

import scalinglaws
from scalinglaws.cli.dry_run import Call, Note
from scalinglaws.config import plugins
from scalinglaws.config.job import job_from_plain
from scalinglaws.config.modules import LAWS, SOURCES, module_name
from scalinglaws.config.plan import training_modules
from scalinglaws.config.plugins import ANALYSES, FIGURES, of_paper
from scalinglaws.fingerprint import code_fingerprint, module_hashes

SHOWN = 3


def stage_modules(call: Call) -> tuple[str, ...]:
    """The modules that a rule gives for its `code`: the stage, and the plugins that this call uses."""
    spec, stage = call.spec, f"scalinglaws.{call.stage}"
    laws = [module_name(LAWS, name) for name in plugins.names(LAWS)]
    match call.stage, call.words[3]:
        case "training", _:
            return training_modules(job_from_plain(spec))
        case "data", "shuffle":
            return ("scalinglaws.data.subsets",)
        case "data", _:
            return (f"{stage}.__main__", module_name(SOURCES, spec["source"]))
        case "collect", _:
            return (stage,)
        case "fitting", _:
            return (f"{stage}.__main__", *laws)
        case "analyses", _:
            return (f"{stage}.__main__", module_name(*of_paper(ANALYSES, spec["analysis"])), *laws)
        case "figures", _:
            drawn_in = spec["figure"]["draw"].partition(":")[0]
            return (f"{stage}.__main__", module_name(*of_paper(FIGURES, drawn_in)))
    return (f"{stage}.__main__",)


def is_changed(call: Call, note: Note) -> bool:
    """Whether the stage's code means something else than when the note was made."""
    return repr(code_fingerprint(*stage_modules(call))) not in note.parameters


def edited(call: Call, since: float) -> str:
    """Which of a stage's modules were edited since a time, in words; else how many it could be.

    A fingerprint is one hash over all of them, so that the times of the files have to tell: one that was
    edited in its comments alone is named too, where another one changed in meaning.
    """
    modules = tuple(module_hashes(*stage_modules(call)))
    found = [name for name in modules if _modified(name) > since]
    if not found:
        return f"one or more of the {len(modules)} modules behind it"
    if len(found) > SHOWN:
        return f"one or more of {len(found)} modules written since"
    return f"edited since: {', '.join(found)}"


def _modified(module: str) -> float:
    base = Path(scalinglaws.__file__).parent.parent.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path.stat().st_mtime
    return 0.0
