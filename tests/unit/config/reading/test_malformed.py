"""Malformed configs: the shipped files, spoilt at random, end in one sentence or in a plan that can be run.

The spoilt files follow from a seed. To look for faults, call this file with the seeds to try:
`python tests/unit/config/reading/test_malformed.py 1000 3000`.
"""

import datetime
import math
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from scalinglaws.config.plan import plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.reading.merging import merge
from scalinglaws.config.reading.yaml_file import read_yaml
from scalinglaws.errors import ConfigError
from scalinglaws.staleness.steps import steps

CONFIG = Path(__file__).resolve().parents[4] / "config"
SCALES = ("smoke", "laptop", "gpu", "paper")
ARGUMENT = 128 * 1024  # bytes; Linux starts no process with a longer argument, and a shell command is one
SECONDS = 2.0
CASES = 14  # per kind of fault
Content = dict[str, Any]
Place = tuple[Any, Any]  # a block or list, and the key in it


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def parsed(path: Path) -> Content:
    return read_yaml(path)


def places(content: Any) -> Iterator[Place]:
    """Every value of a config with the block or list that it is in."""
    for key, value in content.items() if isinstance(content, dict) else enumerate(content):
        yield content, key
        if isinstance(value, dict | list):
            yield from places(value)


def some(rng: random.Random, content: Content, *kinds: type) -> Place:
    found = [place for place in places(content) if type(place[0][place[1]]) in kinds]
    return rng.choice(found)


# Faults in the content. Each changes it in place.


def no_number(rng: random.Random, content: Content) -> None:
    block, key = some(rng, content, int, float)
    wrong = [
        math.inf,
        -math.inf,
        math.nan,
        True,
        False,
        "1",
        [1],
        {},
        -1,
        10**31,
        -(10**400),
        datetime.date(2020, 1, 1),
    ]
    block[key] = rng.choice(wrong)


def no_whole_number(rng: random.Random, content: Content) -> None:
    block, key = some(rng, content, int)
    block[key] = rng.choice([block[key] + 0.5, float(block[key]), str(block[key])])


def no_text(rng: random.Random, content: Content) -> None:
    block, key = some(rng, content, str)
    block[key] = rng.choice(
        [3, 0.5, True, ["a"], {"a": "b"}, datetime.date(2020, 1, 1), "", "\0", "\x1b[2J", "a" * 10**5]
    )


def no_block(rng: random.Random, content: Content) -> None:
    block, key = some(rng, content, dict)
    block[key] = rng.choice([3, "a", [1], True, {"a": {"b": {"c": 1}}}, {"": 1}, {"x" * 1000: 1}])


def no_list(rng: random.Random, content: Content) -> None:
    block, key = some(rng, content, list)
    block[key] = rng.choice([3, "a", {"a": 1}, True, [[1]], [None], [{}], [[]]])


def twice(rng: random.Random, content: Content) -> None:
    block, key = some(rng, content, list)
    block[key].insert(rng.randrange(len(block[key]) + 1), rng.choice(block[key]) if block[key] else None)


def unknown_key(rng: random.Random, content: Content) -> None:
    _, block = rng.choice(
        [(None, content), *((b, b[k]) for b, k in places(content) if isinstance(b[k], dict))]
    )
    block[rng.choice(["colour", "Study", "runs ", "ключ", "a.b", "x" * 300, "__class__", "\u202ea"])] = 1


def renamed_key(rng: random.Random, content: Content) -> None:
    blocks = [content, *(b[k] for b, k in places(content) if isinstance(b[k], dict) and b[k])]
    block = rng.choice(blocks)
    key = rng.choice(list(block))
    block[rng.choice([key + "s", key.upper(), key[:-1], " " + key])] = block.pop(key)


def wrong_name(rng: random.Random, content: Content) -> None:
    found = [
        (b, k)
        for b, k in places(content)
        if k in ("study", "name", "draw", "source", "family", "task", "scale")
    ]
    block, key = rng.choice(found)
    old = str(block[key])
    names = [
        "../../x",
        "/etc/passwd",
        "a/../b",
        "..",
        ".",
        "-",
        old + "/",
        old.upper(),
        old + "_b",
        "ä",
        old + " ",
        "a\nb",
    ]
    block[key] = rng.choice(
        [*names, "a" * 300, old + "\u200b", "{wildcard}", "$(touch x)", "~root", "CON", "a;b"]
    )


def nested(rng: random.Random, content: Content) -> None:
    block, key = rng.choice(list(places(content)))
    for _ in range(rng.choice([31, 100])):
        block[key] = rng.choice([[block[key]], {"a": block[key]}])


# Faults that may leave a config which can be run.


def dropped_key(rng: random.Random, content: Content) -> None:
    block, key = rng.choice(list(places(content)))
    del block[key]


def moved_value(rng: random.Random, content: Content) -> None:
    (block, key), (other, name) = rng.choices(list(places(content)), k=2)
    block[key] = deepcopy(other[name])


def empty_value(rng: random.Random, content: Content) -> None:
    block, key = rng.choice(list(places(content)))
    block[key] = rng.choice([None, [], {}])


def odd_number(rng: random.Random, content: Content) -> None:
    block, key = some(rng, content, int, float)
    block[key] = rng.choice(
        [0, 1, 2**31, 2**63, 10**9, 10**12, 1e-300, 1e300, 0.5, 1e-9, block[key] * 1000, -0.0]
    )


def long_list(rng: random.Random, content: Content) -> None:
    block, key = some(rng, content, list)
    block[key] = list(range(1, rng.choice([50, 500, 5000])))


# Faults in the text


def truncated(rng: random.Random, text: str) -> str:
    return text[: rng.randrange(len(text))]


def odd_bytes(rng: random.Random, text: str) -> bytes:
    data = bytearray(text.encode())
    for _ in range(rng.choice([1, 5, 50])):
        at = rng.randrange(len(data))
        data[at : at + rng.randrange(2)] = rng.choice(
            [bytes([rng.randrange(256)]), b"\t", b"\0", b"&a ", b"*a", b": ", b"\xef\xbb\xbf"]
        )
    return bytes(data)


def odd_lines(rng: random.Random, text: str) -> str:
    lines = text.split("\n")
    for _ in range(rng.choice([1, 2, 10])):
        i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
        lines[i] = rng.choice(
            [lines[j], "", " " + lines[i], lines[i].lstrip(), "\t" + lines[i], lines[i].replace(":", "")]
        )
    return "\n".join(lines)


def another_value(rng: random.Random, text: str) -> str:
    """A value that YAML does not read as it is written, or not at all."""
    lines = text.split("\n")
    places = [
        i
        for i, line in enumerate(lines)
        if ": " in line and not line.strip().startswith(("#", "-", "'", '"'))
    ]
    values = [
        "0100",
        "1:30",
        "yes",
        "1_0",
        "0x10",
        "~",
        "2020-13-45",
        "!!int a",
        "!!set {a}",
        "!!binary x",
        "!!float []",
    ]
    values += [
        "!!python/object:os.system {}",
        "*nothing",
        "&a [*a]",
        "{<<: 1}",
        "'",
        "[",
        "1e999",
        "9" * 5000,
        "? a",
        "<<",
        "!x y",
    ]
    i = rng.choice(places)
    lines[i] = f"{lines[i].partition(': ')[0]}: {rng.choice(values)}"
    return "\n".join(lines)


def structure(rng: random.Random, text: str) -> str:
    laughs = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
    merges = "".join(f"m{i}: &m{i} {{<<: [{', '.join([f'*m{i - 1}'] * 9)}]}}\n" for i in range(1, 12))
    texts = [
        "",
        "\n# nothing\n",
        "null",
        "- 1\n",
        "just text",
        f"{text}\n---\n{text}",
        f"a0: &a0 1\n{laughs}{text}",
        f"m0: &m0 {{b: 1}}\n{merges}{text}",
        "[" * 10**5,
        "{a: " * 1000,
        f"a: &a {{<<: *a}}\n{text}",
        f"\ufeff\ufeff{text}",
        text.replace("\n  ", "\n\t"),
        f"{text}\nstudy: again\n",
        "x" * 2**21,
        f"%YAML 9.9\n---\n{text}",
        f"? [a]\n: 1\n{text}",
    ]
    return rng.choice(texts)


REFUSED = (no_number, no_text, no_block, no_list, twice, unknown_key, renamed_key, nested)
"""Faults that no config survives, where they change what the scale uses."""
CONTENT = (
    *REFUSED,
    no_whole_number,
    wrong_name,
    dropped_key,
    moved_value,
    empty_value,
    odd_number,
    long_list,
)
TEXT = (truncated, odd_bytes, odd_lines, another_value, structure)
STUDIES = sorted(CONFIG.glob("studies/*/*.yaml"))


def used(content: Any, scale: str) -> Any:
    """What a scale uses of a study file. A number that is no longer there is not a fault."""
    try:
        own = content["scales"][scale]
        merged = {key: merge(content[key], own.get(key, {})) for key in ("runs", "protocol")}
        return {**content, **merged, "scales": None}
    except (AttributeError, LookupError, TypeError):
        return content


class Case:
    """A spoilt config in a folder, with one study and those that it reads."""

    def __init__(self, fault: Callable[..., Any], seed: int, root: Path) -> None:
        rng = random.Random(f"{fault.__name__} {seed}")
        self.root, self.scale = root, rng.choice(SCALES)
        scale_file = CONFIG / f"{self.scale}.yaml"
        study = rng.choice([file for file in STUDIES if self.scale in parsed(file).get("scales", SCALES)])
        files = [scale_file, study]
        read = parsed(study).get("reads", {}).get("studies", ())
        files += [CONFIG / "studies" / f"{name}.yaml" for name in read]
        for file in files:
            self.copy(file).write_text(text_of(file), encoding="utf-8")
        source = rng.choice([scale_file, study, study, study])
        self.spoilt, self.must_fail = self.copy(source), False
        if fault in TEXT:
            wrong = fault(rng, text_of(source))
            self.spoilt.write_bytes(wrong if isinstance(wrong, bytes) else wrong.encode())
            return
        content = deepcopy(parsed(source))
        with suppress(IndexError):  # a file without a value of the kind stays as it is
            fault(rng, content)
        changed = used(content, self.scale) != used(parsed(source), self.scale)
        self.must_fail = fault in REFUSED and changed
        self.spoilt.write_text(
            yaml.dump(content, Dumper=yaml.CSafeDumper, allow_unicode=True), encoding="utf-8"
        )

    def copy(self, file: Path) -> Path:
        path = self.root / "config" / file.relative_to(CONFIG)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def check(self) -> str:
        """The error, or an empty text; fails if anything else comes of it."""
        before, started = sorted(self.root.rglob("*")), time.process_time()
        message = ""
        try:
            made = steps(plan(load_config(self.scale, self.root / "config")))
        except ConfigError as error:
            message = str(error)
            assert message.isprintable(), message
            assert len(message) < 5000, message
            assert any(
                str(file) in message for file in (self.spoilt, self.root / "config" / f"{self.scale}.yaml")
            )
        else:
            assert not self.must_fail, "accepted"
            rules = [(step.stage, step.name.replace(" ", ".").replace("/", ".")) for step in made]
            files = [file for step in made for file in step.files]
            assert len(set(rules)) == len(rules) and len(set(files)) == len(files)
            for file in files:
                assert file.startswith("results/") and ".." not in file and "{" not in file, file
                assert max(map(len, file.split("/"))) < 200, file
            assert max(len(step.text) for step in made) < ARGUMENT - 10_000
        assert time.process_time() - started < SECONDS
        assert sorted(self.root.rglob("*")) == before
        return message


@pytest.mark.parametrize("fault", [*CONTENT, *TEXT], ids=lambda fault: fault.__name__)
def test_a_malformed_config_is_an_error_or_a_plan(fault: Callable[..., Any], tmp_path: Path) -> None:
    errors = []
    for seed in range(CASES):
        case = Case(fault, seed, tmp_path / str(seed))
        errors.append(case.check())
    assert any(errors)


def search(first: int, last: int) -> None:
    """Try many seeds, and print what fails."""
    accepted = 0
    for seed in range(first, last):
        for fault in (*CONTENT, *TEXT):
            with tempfile.TemporaryDirectory() as folder:
                case = Case(fault, seed, Path(folder))
                try:
                    accepted += not case.check()
                except Exception as error:
                    where = f"{fault.__name__} {seed} {case.scale} {case.spoilt.name}"
                    print(f"{where}: {type(error).__name__} {str(error)[:300]}")
    print(f"{accepted} accepted")


if __name__ == "__main__":
    os.nice(10)
    search(int(sys.argv[1]), int(sys.argv[2]))
