"""Write the reference of the config: `config/README.md`, and JSON schemas for editors.

python -m scalinglaws.config.reference [FOLDER]
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scalinglaws.config import plugins
from scalinglaws.config.analysis import PUBLIC_RUNS, AnalysisOptions
from scalinglaws.config.modules import FAMILIES, SOURCES, TASKS
from scalinglaws.config.protocol import LIBRARY
from scalinglaws.config.reading.axes import allowed as axes
from scalinglaws.config.scale import Scale
from scalinglaws.config.spec import Moment
from scalinglaws.config.study import RunsBlock, Study
from scalinglaws.files import write_text

README = "README.md"
TIMES = {"Duration": "duration", "Moment": "moment"}
"""Blocks that are explained once."""
PARTIAL = ("Choice", "DataSpec", "LearningRateSearch", "Stopping", "Imp")
"""Blocks of which `runs`, a scale or an axis may give only a part."""
HEAD = """# Config

`make docs` writes this page from the schema in `src/scalinglaws/config/`, so do not edit it by hand.

There are two kinds of files:

- A **scale file**, `config/<scale>.yaml`, says where and how large. `make replicate SCALE=laptop` reads
  `config/laptop.yaml`, and `SCALE=path/to/own.yaml` reads a scale file of your own.
- A **study file**, `config/studies/<paper>/<study>.yaml`, says what is run, at all scales. The keys under
  `scales.<scale>.runs` and `scales.<scale>.protocol` are merged over `runs` and `protocol`. Some blocks are
  replaced as a whole: `data` if it names a `source`, durations, and a learning rate if a rule takes the place
  of a search.

The runs of a study are all combinations of the values of its `axes`:

```yaml
runs:
  task: language-modelling
  data: {source: prose, options: {tokens: characters}}
  axes:
    model: [{family: rhn, width: 8}, {family: rhn, width: 32}]
    subset.examples: [100, 1000]
    seed: [0, 1, 2]
    optimiser.weight_decay: [0, 0.1]
  zipped:                       # one more axis: its keys go together, value by value
    - {duration: [{flops: 1.0e+12}, {flops: 1.0e+13}], schedule.decay: [constant, cosine]}
  learning_rate: {search: [0.003, 0.01], at: [1000]}
  # or a number, or {rule: {value: 0.01, width: 64, power: -1}}
  optimiser: {name: adamw, batch: 16}
```

The key of an axis is the dotted path of a key of a run (below), which then is not given beside `axes`. It
cannot be `task` or one of `data`, which are the same for all runs of a study.

A study without `runs` trains nothing. Without `scales` it exists at every scale, and if it reads other
studies, wherever at least one of them does.

An unknown key, a wrong type or an impossible value stops everything before any work starts, with one sentence
that names the file, the key and what is allowed. The first line of each file names its JSON schema, by which
editors complete keys.
"""


def documents() -> dict[str, str]:
    """All generated files of the config folder by name."""
    return {
        "scale.schema.json": _json(Scale.model_json_schema()),
        "study.schema.json": _json(study_schema()),
        README: readme(),
    }


def study_schema() -> dict[str, Any]:
    """The JSON schema of a study file.

    What a scale or an axis gives may be missing in `runs` and in `protocol`, so nothing is required there.
    """
    schema, runs = Study.model_json_schema(), RunsBlock.model_json_schema()
    definitions = {**schema.pop("$defs"), **runs.pop("$defs")}
    definitions["Architecture"] = {
        "oneOf": [_plugin_schema(FAMILIES, name, "build", "family") for name in plugins.names(FAMILIES)]
    }
    definitions["DataSpec"]["properties"]["source"]["enum"] = list(plugins.names(SOURCES))
    runs["properties"]["task"]["enum"] = list(plugins.names(TASKS))
    runs["properties"]["axes"]["propertyNames"] = {
        "anyOf": [{"enum": list(axes())}, {"pattern": r"^model\.\w+$"}]
    }
    partial = {"RunsBlock": runs, **{name: definitions[name] for name in PARTIAL}}
    for block in partial.values():
        block.pop("required", None)
    library = [protocol.options.model_json_schema() for protocol in LIBRARY.values()]
    for each in library:
        definitions |= each.pop("$defs", {})
        each.pop("required", None)
    analyses = AnalysisOptions.model_json_schema()
    analyses["properties"]["name"]["enum"] = list(plugins.of_papers(plugins.ANALYSES))
    definitions |= {"RunsBlock": runs, "ProtocolBlock": {"anyOf": [*library, analyses]}}
    for block in (schema, definitions["ScaleBlock"]):
        for key, name in (("runs", "RunsBlock"), ("protocol", "ProtocolBlock")):
            about = block["properties"][key]["description"]
            block["properties"][key] = {"$ref": f"#/$defs/{name}", "description": about}
    definitions["Reads"]["properties"]["public_runs"]["items"]["enum"] = list(
        plugins.names(PUBLIC_RUNS, "yaml")
    )
    return {**schema, "title": "Study file", "$defs": dict(sorted(definitions.items()))}


def readme() -> str:
    """The reference of all keys in Markdown."""
    sections = [HEAD]
    sections += _section("Scale file", "", Scale.model_json_schema())
    sections += _section("Study file", "", Study.model_json_schema())
    sections += _section("Runs: `runs` of a study and of each scale", "", RunsBlock.model_json_schema())
    sections += _section("Durations and moments", "", Moment.model_json_schema())
    sections.append("\nExactly one of these keys is given; `share` only for a moment in a run.\n")
    for protocol_name, protocol in LIBRARY.items():
        sections += _section(f"Protocol `{protocol_name}`", "", protocol.options.model_json_schema())
    sections += _section("Protocol of a paper: an analysis", "", AnalysisOptions.model_json_schema())
    for title, folder, function in (
        ("Options of data sources", SOURCES, "load"),
        ("Options of model families", FAMILIES, "build"),
    ):
        sections.append(f"\n## {title}\n")
        for name in plugins.names(folder):
            schema = plugins.options(folder, name, function).model_json_schema()
            rows = list(_rows("", schema, {}))
            sections.append("\n".join([f"\n### `{name}`\n", *(_table(rows) if rows else ["No options."])]))
    for title, names in (
        ("Tasks", plugins.names(TASKS)),
        ("Analyses", plugins.of_papers(plugins.ANALYSES)),
        ("Public runs", plugins.names(PUBLIC_RUNS, "yaml")),
    ):
        sections.append(f"\n## {title}\n\n{', '.join(f'`{name}`' for name in names)}\n")
    return "\n".join(sections)


def _section(title: str, prefix: str, schema: dict[str, Any]) -> list[str]:
    rows = list(_rows(prefix, schema, schema.get("$defs", {})))
    return [f"\n## {title}\n", *_table(rows)]


def _table(rows: list[tuple[str, str, str, str]]) -> list[str]:
    return [
        "| key | value | default | meaning |",
        "|---|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _rows(
    prefix: str, schema: dict[str, Any], definitions: dict[str, Any]
) -> Iterator[tuple[str, str, str, str]]:
    """One row per key. The keys of a block follow it, with their path."""
    required = schema.get("required", [])
    for key, field in schema.get("properties", {}).items():
        path = f"{prefix}{key}"
        if key in required:
            default = "required"
        elif isinstance(field.get("default"), dict) or "default" not in field:
            default = ""
        else:
            default = f"`{json.dumps(field['default'])}`"
        inner = [definitions[name] for name in _references(field) if name not in TIMES]
        # pydantic leaves out a description that is that of the block itself.
        about = field.get("description") or next((block.get("description", "") for block in inner), "")
        meaning = " ".join(about.split()).replace("|", "\\|")
        yield f"`{path}`", _kind(field), default, meaning
        for block in inner:
            yield from _rows(f"{path}.", block, definitions)


def _references(field: dict[str, Any]) -> list[str]:
    """Names of the blocks that a field contains."""
    places = [field, *field.get("anyOf", ()), *field.get("oneOf", ()), field.get("items", {})]
    return [
        place["$ref"].rsplit("/", 1)[1] for place in places if isinstance(place, dict) and "$ref" in place
    ]


def _kind(field: dict[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if "anyOf" in field or "oneOf" in field:
        kinds = map(_kind, field.get("anyOf") or field["oneOf"])
        return " or ".join(dict.fromkeys(kinds))
    if "$ref" in field:
        return TIMES.get(field["$ref"].rsplit("/", 1)[1], "block")
    if field.get("type") == "array":
        return f"list of {_kind(field.get('items', {}))}" if field.get("items") else "list"
    kind = {"integer": "integer", "number": "number", "string": "text", "boolean": "true or false"}.get(
        field.get("type", ""), "block" if field.get("type") == "object" else field.get("type", "")
    )
    return " ".join([kind, *_limits(field)]).strip()


def _limits(field: dict[str, Any]) -> Iterator[str]:
    for key, sign in (
        ("minimum", "≥"),
        ("exclusiveMinimum", ">"),
        ("maximum", "≤"),
        ("exclusiveMaximum", "<"),
    ):
        if key in field:
            yield f"{sign} {field[key]:g}"


def _plugin_schema(folder: str, name: str, function: str, key: str) -> dict[str, Any]:
    schema = plugins.options(folder, name, function).model_json_schema()
    properties = {key: {"const": name}, **schema.get("properties", {})}
    return {**schema, "title": name, "properties": properties, "required": [key, *schema.get("required", [])]}


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("config")
    for file, text in documents().items():
        write_text(folder / file, text)
        print(folder / file)
