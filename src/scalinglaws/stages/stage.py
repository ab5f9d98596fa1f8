"""What all stages share: their common options, the reading of the spec, the exit status."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from scalinglaws.errors import ConfigError, ScalingLawsError
from scalinglaws.fingerprint import code_fingerprint
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.made_of import Code, MadeOf
from scalinglaws.staleness.versions import versions
from scalinglaws.terminal import one_line, protect

USER_ERROR = 2

Model = TypeVar("Model", bound=BaseModel)


class StageParser(argparse.ArgumentParser):
    """Refuses to start a stage whose code is no longer the one that the workflow was planned with."""

    def parse_args(self, given: Sequence[str]) -> argparse.Namespace:  # type: ignore[override]
        """Parse the options.

        Raises:
            ConfigError: the code was edited after the workflow started.
        """
        options = super().parse_args(given, argparse.Namespace())
        if options.modules and code_fingerprint(*options.modules) != options.code:
            raise ConfigError("the code was edited after the workflow started; call it again")
        return options


def stage_parser(stage: str, description: str | None) -> argparse.ArgumentParser:
    """A parser with the options of every stage.

    Args:
        stage: the stage's name.
        description: its module's docstring, of which the first line is shown.
    """
    parser = StageParser(
        prog=f"python -m scalinglaws.stages.{stage}", description=(description or "").partition("\n")[0]
    )
    parser.add_argument("--spec", required=True, help="the stage's spec as JSON")
    parser.add_argument(
        "--made-of", type=Path, metavar="FILE", help="where to write what the outputs were made of"
    )
    parser.add_argument("--code", default="", help="fingerprint of the stage's code")
    parser.add_argument("--modules", nargs="*", default=[], help="the modules that it consists of")
    return parser


def note_made_of(
    options: argparse.Namespace,
    stage: str,
    inputs: Mapping[str, str] | Iterable[Path],
    outputs: Iterable[Path],
    spec: Mapping[str, Any] | None = None,
    made_by: dict[str, str] | None = None,
) -> None:
    """Write what the outputs were made of, if asked to; every stage calls this when all else is written.

    Args:
        options: those of the stage.
        stage: its name.
        inputs: the files that it read, or their hashes by path.
        outputs: the files that it wrote.
        spec: its spec, where `--spec` does not say it in full.
        made_by: the versions of packages that made its outputs, where these are not all of this process.

    Raises:
        ScalingLawsError: the file cannot be written.
    """
    if options.made_of is not None:
        hashes = Hashes()
        made_of = MadeOf(
            stage=stage,
            spec=dict(spec or json.loads(options.spec)),
            code=Code.of(options.code, options.modules),
            inputs=dict(inputs) if isinstance(inputs, Mapping) else hashes.of(inputs),
            outputs=hashes.of(outputs),
            versions=made_by or versions(),
        )
        try:
            made_of.write(options.made_of)
        except OSError as error:
            raise ScalingLawsError(
                f"{options.made_of}: cannot be written ({error.strerror}); free some space and call again"
            ) from error


def run_stage(main: Callable[[list[str]], None]) -> NoReturn:
    """Run a stage on the process's arguments and exit: 0 when it worked, 2 after a user's mistake.

    A mistake (`ScalingLawsError`) is printed to stderr as one line. Anything else is our bug and keeps its
    traceback.
    """
    protect()
    try:
        main(sys.argv[1:])
    except ScalingLawsError as mistake:
        print(f"error: {one_line(mistake)}", file=sys.stderr)
        sys.exit(USER_ERROR)
    sys.exit(0)


def parse_spec(model: type[Model], text: str) -> Model:
    """The spec of a stage from its JSON text.

    Raises:
        ConfigError: the text is not JSON, or keys are unknown, missing or out of range; names each such key.
    """
    try:
        return model.model_validate_json(text)
    except ValidationError as invalid:
        faults = (
            f"{'.'.join(str(part) for part in fault['loc']) or 'the JSON'}: {fault['msg']}"
            for fault in invalid.errors()
        )
        raise ConfigError(f"{model.__name__}: {'; '.join(faults)}") from None
