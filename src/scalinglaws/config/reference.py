"""Write the reference of the config: `config/README.md`, and JSON schemas for editors.

python -m scalinglaws.config.reference [FOLDER]
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scalinglaws.config import plugins
from scalinglaws.config.analysis import PUBLIC_RUNS
from scalinglaws.config.modules import FAMILIES, SOURCES, TASKS
from scalinglaws.config.scale import Scale
from scalinglaws.config.study import Analysis, Grid, Study
from scalinglaws.files import write_text

README = "README.md"
HEAD = """# Config

`make docs` writes this page from the schema in `src/scalinglaws/config/`, so do not edit it by hand.

There are two kinds of files:

- A **scale file**, `config/<scale>.yaml`, says where and how large. `make replicate SCALE=laptop` reads
  `config/laptop.yaml`, and `SCALE=path/to/own.yaml` reads a scale file of your own.
- A **study file**, `config/studies/<paper>/<study>.yaml`, says what is run, at all scales. Keys under `runs`
  are shared, and the keys under `scales.<scale>` are merged over them. Only a `data` block that names a
  `source` replaces the shared block as a whole.

A study that trains nothing has the key `analysis` in place of `runs`, `scales` and `fit`, and exists at every
scale. If it reads other studies (`studies`), it exists wherever at least one of them does.

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
    """The JSON schema of a study file of either kind."""
    trained, analysis = _trained_schema(), _analysis_schema()
    definitions = {**trained.pop("$defs"), **analysis.pop("$defs"), "Study": trained, "Analysis": analysis}
    return {
        "title": "Study file",
        "type": "object",
        "if": {"required": ["analysis"]},
        "then": {"$ref": "#/$defs/Analysis"},
        "else": {"$ref": "#/$defs/Study"},
        "$defs": dict(sorted(definitions.items())),
    }


def _analysis_schema() -> dict[str, Any]:
    schema = Analysis.model_json_schema()
    schema["properties"]["analysis"]["enum"] = list(plugins.of_papers(plugins.ANALYSES))
    schema["properties"]["public_runs"]["items"]["enum"] = list(plugins.names(PUBLIC_RUNS, "yaml"))
    return schema


def _trained_schema() -> dict[str, Any]:
    """A scale's grid may be partial, and a model's options depend on its family."""
    schema = Study.model_json_schema()
    grid = Grid.model_json_schema()
    definitions = {**schema.pop("$defs", {}), **grid.pop("$defs", {})}
    grid.pop("required", None)
    definitions["Architecture"] = {
        "oneOf": [_plugin_schema(FAMILIES, name, "build", "family") for name in plugins.names(FAMILIES)]
    }
    definitions["DataSpec"]["properties"]["source"]["enum"] = list(plugins.names(SOURCES))
    grid["properties"]["task"]["enum"] = list(plugins.names(TASKS))
    definitions["PartialGrid"] = grid
    for name in ("Optimiser", "Budget", "DataSpec", "LearningRateSearch"):
        # A scale may give only a part of a block; the rest comes from `runs`.
        definitions[name].pop("required", None)
    reference = {"$ref": "#/$defs/PartialGrid"}
    schema["properties"]["runs"] = {**reference, "description": schema["properties"]["runs"]["description"]}
    scales = schema["properties"]["scales"]
    schema["properties"]["scales"] = {
        "type": "object",
        "description": scales["description"],
        "additionalProperties": False,
        "properties": dict.fromkeys(("smoke", "laptop", "gpu", "paper"), reference),
    }
    return {**schema, "$defs": definitions}


def readme() -> str:
    """The reference of all keys in Markdown."""
    sections = [HEAD]
    sections += _section("Scale file", "", Scale.model_json_schema())
    sections += _section("Study file", "", Study.model_json_schema())
    sections += _section("Grid: `runs` and `scales.<scale>` of a study", "", Grid.model_json_schema())
    sections += _section("Study file that trains nothing", "", Analysis.model_json_schema())
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
        inner = [definitions[name] for name in _references(field)]
        meaning = " ".join(field.get("description", "").split()).replace("|", "\\|")
        yield f"`{path}`", _kind(field), default, meaning
        for block in inner:
            yield from _rows(f"{path}.", block, definitions)


def _references(field: dict[str, Any]) -> list[str]:
    """Names of the blocks that a field contains."""
    places = [field, *field.get("anyOf", ()), field.get("items", {})]
    return [
        place["$ref"].rsplit("/", 1)[1] for place in places if isinstance(place, dict) and "$ref" in place
    ]


def _kind(field: dict[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if "anyOf" in field:
        return " or ".join(_kind(option) for option in field["anyOf"])
    if "$ref" in field:
        return "block"
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
