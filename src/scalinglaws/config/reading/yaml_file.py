"""YAML as people expect it: `1e-3` is a number, a repeated key is an error, and no file stalls the reading.

Where YAML 1.1 reads another number than the one that is written (`0100` as 64, `1:30` as 90), that is an
error. Values are null, true or false, numbers, dates and text; keys are text.
"""

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from scalinglaws.config.reading.explain import quoted
from scalinglaws.errors import ConfigError
from scalinglaws.files import read_file

LARGEST = 1 << 20
"""Bytes of the largest file that is read. The longest config has a few thousand."""
DEEPEST = 30
"""Blocks and lists inside each other. YAML's own reader calls itself for each, and crashes at some depth."""
MOST_VALUES = 20_000
"""Values and keys of a file, each counted as often as an alias repeats it: aliases of aliases of ... grow
exponentially."""
TAG = "tag:yaml.org,2002:"
KINDS = {
    "null": "an empty value",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "timestamp": "a date that exists",
    "str": "text",
}


class _Loader(yaml.CSafeLoader):
    pass


def _wrong(problem: str, node: yaml.Node | yaml.Event) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(None, None, problem, node.start_mark)  # type: ignore[arg-type]  # the C mark


def _scalar(kind: str) -> Callable[[_Loader, yaml.ScalarNode], Any]:
    """Makes the value of a node, and an error with its place where YAML's own conversion fails."""
    convert = yaml.SafeLoader.yaml_constructors[TAG + kind]

    def construct(loader: _Loader, node: yaml.ScalarNode) -> Any:
        try:
            return convert(loader, node)
        except (ArithmeticError, AttributeError, LookupError, ValueError):
            raise _wrong(f"{quoted(node.value)} is not {KINDS[kind]}; quote it if it is text", node) from None

    return construct


def _integer(loader: _Loader, node: yaml.ScalarNode) -> Any:
    value = _scalar("int")(loader, node)
    if re.match("[-+]?0[0-9_]", node.value) or ":" in node.value:
        raise _misread(node, value)
    return value


def _number(loader: _Loader, node: yaml.ScalarNode) -> Any:
    value = _scalar("float")(loader, node)
    if ":" in node.value:
        raise _misread(node, value)
    # 1e5 steps are a whole number. Larger ones stay floats: 1e400 would be infinite.
    whole = re.fullmatch(r"[-+]?[0-9_]+[eE]\+?[0-9]+", node.value)
    return int(value) if whole and abs(value) < 1e15 else value


def _misread(node: yaml.ScalarNode, value: float) -> yaml.MarkedYAMLError:
    kind = "a number to base 60" if ":" in node.value else "an octal number"
    plain = node.value.replace("_", "").lstrip("+-0") or "0"
    remedy = "quote it if it is text" if ":" in node.value else f"write {plain}, or quote it if it is text"
    return _wrong(f"YAML reads {quoted(node.value)} as {value}, {kind}: {remedy}", node)


def _text(loader: _Loader, node: yaml.ScalarNode) -> str:
    value = str(loader.construct_scalar(node))
    for character in value:
        if character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            raise _wrong(f"{quoted(value)} has the control character {_name(character)}", node)
    return value


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    for key_node, _ in node.value:
        if key_node.tag == f"{TAG}merge":
            continue
        if not isinstance(key_node, yaml.ScalarNode):
            raise _wrong("a key must be a single word, not a list or a block", key_node)
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise _wrong(f"a key must be text, and YAML reads {quoted(key_node.value)} as {key!r}", key_node)
        if key in seen:
            raise _wrong(f"the key {quoted(key)} is given twice", key_node)
        seen.add(key)
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


def _other(_: _Loader, node: yaml.Node) -> Any:
    raise _wrong(f"values of the kind {quoted(node.tag.removeprefix(TAG))} are not allowed", node)


_Loader.yaml_constructors = {
    **{TAG + kind: _scalar(kind) for kind in ("null", "bool", "timestamp")},
    f"{TAG}int": _integer,
    f"{TAG}float": _number,
    f"{TAG}str": _text,
    f"{TAG}map": _mapping,
    f"{TAG}seq": lambda loader, node: loader.construct_sequence(node, deep=True),
    None: _other,
}
# YAML 1.1 reads 1e-3 as text. YAML 1.2 reads a number, as everyone who writes it expects.
_Loader.add_implicit_resolver(
    f"{TAG}float",
    re.compile(r"^[-+]?([0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)[eE][-+]?[0-9]+$"),
    list("-+0123456789."),
)


def read_yaml(path: Path) -> dict[str, Any]:
    """Read the mapping in a YAML file.

    Raises:
        ConfigError: the file is missing or is not a file, or `parse_yaml` refuses what it holds.
    """
    try:
        content = read_file(path, LARGEST + 1)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read ({getattr(error, 'strerror', error)})") from None
    return parse_yaml(content, str(path))


def parse_yaml(content: bytes, name: str) -> dict[str, Any]:
    """Parse the mapping that is the content of a YAML file.

    Args:
        content: the bytes of the file.
        name: its name, for errors.

    Raises:
        ConfigError: it is too large, is not YAML in UTF-8, repeats a key, has a value of a kind that no
            config has, or has no keys at its top.
    """
    if len(content) > LARGEST:
        raise ConfigError(f"{name}: must have at most {LARGEST:,} bytes")
    text = _decoded(content, name)
    try:
        _measure(text)
        value = yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigError(f"{name}{place}: {_problem(error, text)}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{name}: this is not YAML: {quoted(str(error))}") from None
    if isinstance(value, dict):
        return value
    found = {None: "nothing", list: "a list"}.get(value if value is None else type(value), "one value")
    raise ConfigError(
        f"{name}: expected keys with values (`key: value`) at the top of the file, found {found}"
    )


def _decoded(content: bytes, name: str) -> str:
    """The text of a file, which must not have control characters."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise ConfigError(f"{name}, line {line}: this is not YAML in UTF-8 (byte 0x{byte:02x})") from None
    found = re.search(r"[^\t\n\r\x20-\x7e\xa0-\U0010ffff]|[\u2028\u2029\ufeff\ufffe\uffff]", text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise ConfigError(
            f"{name}, line {line}: this is not YAML: it has the control character {_name(found[0])}"
        )
    return text


def _name(character: str) -> str:
    return f"U+{ord(character):04X}"


def _measure(text: str) -> None:
    """Refuse what YAML's reader would crash on or never finish: deep nesting, aliases of aliases of aliases.

    Raises:
        yaml.MarkedYAMLError: with the place.
    """
    sizes: dict[str | None, int] = {}  # of anchored values, aliases counted in full
    open_blocks: list[tuple[str | None, int]] = []
    total, documents = 0, 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _wrong("a second document begins here; a file must have one", event)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor in (anchor for anchor, _ in open_blocks):
                raise _wrong(f"the alias *{event.anchor} is inside the block that it repeats", event)
            total += sizes.get(event.anchor, 1)  # scalars have none
        elif isinstance(event, yaml.ScalarEvent):
            total += 1
        elif isinstance(event, yaml.CollectionStartEvent):
            open_blocks.append((event.anchor, total))
            total += 1
            if len(open_blocks) > DEEPEST:
                raise _wrong(f"more than {DEEPEST} blocks and lists are inside each other", event)
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_blocks.pop()
            if anchor:
                sizes[anchor] = total - before
        if total > MOST_VALUES:
            raise _wrong(
                f"there are more than {MOST_VALUES:,} values, those that aliases repeat included", event
            )


def _problem(error: yaml.MarkedYAMLError, text: str) -> str:
    mark = error.problem_mark
    lines = text.split("\n")
    if mark and mark.line < len(lines):
        before = lines[mark.line][: mark.column + 1]
        if "\t" in before and not before.strip("\t -?:"):
            return "there is a tab; YAML is indented with spaces"
    problem = str(error.problem or error.context or "this is not YAML")
    return problem if problem.isprintable() else quoted(problem)
