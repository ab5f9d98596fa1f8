"""Which statements of the package a program may run: those that can be reached from its first modules.

The first modules count whole. Of a module that they import counts what is used of it, with all that this uses
in turn, and what acts when the module is imported. Where that is unclear, more counts: all of a module that
is passed along as a value or looks at its own names, every statement that binds a name, a class with all its
methods. A local name of a function counts as the module's name of the same spelling.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from scalinglaws.fingerprint.imports import Import, files, packages
from scalinglaws.fingerprint.modules import read

Node = tuple[str, int]
"""A statement of a module, by its place there; or one of these."""
LOADED, WHOLE, FIRST = -1, -2, -3
"""The module is imported; all of its names may be used, modules included; all names but those of modules."""


def reached(modules: Iterable[str]) -> Mapping[str, list[int]]:
    """For each module that is imported, the places of the statements that count, in order.

    Args:
        modules: the first modules.

    Raises:
        ModuleNotFoundError: a module is not part of the package.
    """
    waiting = [(module, FIRST) for module in modules]
    seen = set(waiting)
    while waiting:
        new = _next(waiting.pop()) - seen
        seen |= new
        waiting.extend(new)
    found: dict[str, list[int]] = defaultdict(list)
    for module, place in sorted(seen):
        found[module] += [place] if place >= 0 else []
    return found


@cache
def _next(node: Node) -> frozenset[Node]:
    """What counts because a statement does, or because its module is imported or used as a whole."""
    module, place = node
    found, statements = _Found(), read(module).statements
    if place == LOADED:
        found.nodes |= {(package, LOADED) for package in packages(module)}
        for number, statement in enumerate(statements):
            found.nodes |= {(module, number)} if statement.acts else set()
            found.load(statement.imported)
    elif place in (WHOLE, FIRST):
        found.nodes |= {(module, LOADED), *((module, number) for number in range(len(statements)))}
        for statement in statements:
            for each in (statement.imported, *statement.imports):
                if each is None or each.local not in statement.binds:
                    continue
                if place == WHOLE or not each.stands_for:
                    found.follow(each)
    else:
        says = statements[place]
        found.nodes.add((module, LOADED))
        found.nodes |= {(module, WHOLE)} if says.sees_all else set()
        found.nodes |= {(other, WHOLE) for other in says.modules}
        for each in (says.imported, *says.imports):
            found.load(each)
        for chain in says.chains:
            for inner in says.imports:
                if inner.local == chain[0]:
                    found.follow(inner, chain[1:])
            found.use(module, chain)
    return frozenset(found.nodes)


class _Found:
    """Collects what a statement leads to."""

    def __init__(self) -> None:
        self.nodes: set[Node] = set()
        self._used: set[tuple[str, tuple[str, ...]]] = set()

    def load(self, each: Import | None) -> None:
        """A module is imported."""
        if each is not None and each.ours:
            self.nodes.add((each.module, LOADED))
            if each.taken == "*":
                self.nodes.add((each.module, WHOLE))
            elif each.taken and each.stands_for:
                self.nodes.add((each.stands_for, LOADED))

    def follow(self, each: Import | None, rest: tuple[str, ...] = ()) -> None:
        """An imported name is used, and these attributes of it, one of the other."""
        if each is not None and each.ours:
            self.load(each)
            if each.taken:
                self.take(each.module, (each.taken, *rest))
            else:
                self.take(each.stands_for, rest)

    def take(self, module: str, chain: tuple[str, ...]) -> None:
        """A module's attributes are used; without any, all of it."""
        if not chain or chain[0] == "*":
            self.nodes.add((module, WHOLE))
            return
        self.nodes.add((module, LOADED))
        inner = f"{module}.{chain[0]}"
        bound = chain[0] in read(module).binding
        if bound:
            self.use(module, chain)
        if inner in files():
            self.take(inner, chain[1:])
        elif not bound:  # it has a `__getattr__`, or the name comes from a star
            self.nodes.add((module, WHOLE))

    def use(self, module: str, chain: tuple[str, ...]) -> None:
        """A name of a module is used within it."""
        if (module, chain) in self._used:
            return
        self._used.add((module, chain))
        whole = read(module)
        for place in whole.binding.get(chain[0], ()):
            self.nodes.add((module, place))
            statement = whole.statements[place]
            for each in (statement.imported, *statement.imports):
                if each is not None and each.local == chain[0]:
                    self.follow(each, chain[1:])
