"""Every scaling law, as one small declaration each. Any `Law` in a module of this folder is found by name."""

import pkgutil
from functools import cache
from importlib import import_module

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import Law

DATA_FILES = ()  # its folder is searched for laws alone


@cache
def every() -> dict[str, Law]:
    """All laws by name, sorted. Two laws with the same name are a programming error."""
    laws: dict[str, Law] = {}
    for module in pkgutil.iter_modules(__path__):
        for value in vars(import_module(f"{__name__}.{module.name}")).values():
            if isinstance(value, Law) and laws.setdefault(value.name, value) is not value:
                raise ValueError(f"two laws are named {value.name}")
    return dict(sorted(laws.items()))


def find(name: str) -> Law:
    """The law with that name.

    Raises:
        ScalingLawsError: there is none; lists the names that exist.
    """
    laws = every()
    if name not in laws:
        raise ScalingLawsError(f"no law is named '{name}'; there are: {', '.join(laws)}")
    return laws[name]
