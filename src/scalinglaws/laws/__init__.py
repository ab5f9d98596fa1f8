"""Every scaling law, as one small declaration each. Any `Law` in a module of this folder is found by name."""

import pkgutil
from functools import cache
from importlib import import_module
from pathlib import Path

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import Law

DATA_FILES = ()  # its folder is searched for laws alone


def every() -> dict[str, Law]:
    """All laws by name, sorted, without those that `faults` names."""
    return _found()[0]


def faults() -> tuple[str, ...]:
    """A sentence for each file of this folder that cannot be used, and for each name that two laws have."""
    return _found()[1]


@cache
def _found() -> tuple[dict[str, Law], tuple[str, ...]]:
    places: dict[str, list[tuple[str, Law]]] = {}
    said: list[str] = []
    for module in pkgutil.iter_modules(__path__):
        file = f"laws/{module.name}{'' if module.ispkg else '.py'}"
        try:
            values = vars(import_module(f"{__name__}.{module.name}")).values()
        except (Exception, SystemExit) as fault:  # other laws can still be used
            said.append(f"{file}: cannot be used: {_sentence(fault)}")
            continue
        for value in values:
            if isinstance(value, Law):
                known = places.setdefault(value.name, [])
                if all(law is not value for _, law in known):
                    known.append((file, value))
    for name, found in places.items():
        if len(found) > 1:
            said.append(f"{' and '.join(file for file, _ in found)}: two laws are named {name}")
    return {name: places[name][0][1] for name in sorted(places) if len(places[name]) == 1}, tuple(said)


def _sentence(fault: BaseException) -> str:
    if isinstance(fault, SyntaxError):
        place = f" ({Path(fault.filename).name}, line {fault.lineno})" if fault.filename else ""
        return f"{fault.msg}{place}"
    text = " ".join(str(fault).split())
    return text if isinstance(fault, ValueError) and text else f"{type(fault).__name__}: {text}"


def find(name: str) -> Law:
    """The law with that name.

    Raises:
        ScalingLawsError: there is none; lists the names that exist, and the files that cannot be used.
    """
    laws = every()
    if name not in laws:
        more = "".join(f"; {fault}" for fault in faults())
        raise ScalingLawsError(f"no law is named '{name[:80]}'; there are: {', '.join(laws)}{more}")
    return laws[name]
