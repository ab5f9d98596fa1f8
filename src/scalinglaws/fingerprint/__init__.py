"""A fingerprint of what code means: of the definitions that a stage may run, and of nothing else.

Each stage writes it beside its outputs, which are stale when it differs. So an edit that changes what a stage
does reruns it; a comment, or an edit of a function that the stage never calls (see `reach`), does not.

Every import of our own is replaced by the hash of what is used of that module, and a module's own name is
left out. So a file that is moved or renamed, with its imports adapted, changes nothing. Modules are parsed,
never imported, so that the fingerprint of the training stage does not cost an import of torch.
"""

import gc
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache

from scalinglaws.fingerprint.data_files import files_read
from scalinglaws.fingerprint.imports import Import
from scalinglaws.fingerprint.modules import read
from scalinglaws.fingerprint.reach import reached


@contextmanager
def _without_collector() -> Iterator[None]:
    """Switch the garbage collector off, because it would take a third of the time to find nothing."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@cache
@_without_collector()
def code_fingerprint(*modules: str) -> str:
    """Hash over the given modules and all that they use of the package, data files included (16 hex digits).

    Raises:
        ModuleNotFoundError: a module is not part of the package.
        ImportError: modules import each other in a circle.
    """
    covered = reached(modules)
    digests = _Digests(covered)
    first = sorted(digests.of(module) for module in modules)
    others = sorted(digests.of(module) for module, places in covered.items() if places)
    return _digest(*first, "and what they use", *others)[:16]


@_without_collector()
def module_hashes(*modules: str) -> dict[str, str]:
    """The modules that a fingerprint covers, sorted, each with a hash of what is used of it (16 hex digits).

    Names of modules and what is imported from them do not count in it.
    """
    return {
        module: _digest(*(_own_text(module, place) for place in places))[:16]
        for module, places in sorted(reached(modules).items())
        if places
    }


class _Digests:
    """Hashes of modules with all that they import, as far as they are covered."""

    def __init__(self, covered: Mapping[str, list[int]]) -> None:
        self._covered = covered
        self._known: dict[str, str] = {}
        self._entered: list[str] = []

    def of(self, module: str) -> str:
        """Hash of what is used of a module, and of what that imports."""
        if module in self._known:
            return self._known[module]
        if module in self._entered:
            raise ImportError(" imports ".join((*self._entered[self._entered.index(module) :], module)))
        self._entered.append(module)
        texts, imports = [], set()
        for place in self._covered.get(module, ()):
            imported = read(module).statements[place].imported
            if imported is not None:
                imports.add(self._link(imported))
            else:
                texts += [*self._pieces(module, place), _data(module, place)]
        # Sorted by hash: the order of import statements follows the names of modules, which do not count.
        self._known[module] = _digest(*texts, "imports", *sorted(imports))
        self._entered.pop()
        return self._known[module]

    def _pieces(self, module: str, place: int) -> Iterable[str]:
        for piece in read(module).statements[place].pieces:
            yield piece if isinstance(piece, str) else " and ".join(sorted(map(self._link, piece)))

    def _link(self, each: Import) -> str:
        if not each.ours:
            return f"{each.module} {each.taken} {each.local}"
        if each.stands_for and not each.is_dotted:  # its name in the code is that of its file
            return self.of(each.stands_for)
        return f"{self.of(each.module)} {each.taken} {each.local}"


@cache
def _own_text(module: str, place: int) -> str:
    """A statement as text, without what it imports of ours."""
    imported = read(module).statements[place].imported
    if imported is not None:
        return "" if imported.ours else f"{imported.module} {imported.taken} {imported.local}"
    pieces = read(module).statements[place].pieces
    return "".join(piece for piece in pieces if isinstance(piece, str)) + _data(module, place)


@cache
def _data(module: str, place: int) -> str:
    """The data files that a statement reads, as text."""
    return "".join(f"{name} {digest}\n" for name, digest in files_read(module, place))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
