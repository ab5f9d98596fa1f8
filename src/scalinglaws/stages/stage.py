"""What every stage (`python -m scalinglaws.<stage>`) shares: its exit status and the reading of its spec."""

import sys
from collections.abc import Callable
from typing import NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from scalinglaws.errors import ConfigError, ScalingLawsError

USER_ERROR = 2

Model = TypeVar("Model", bound=BaseModel)


def run_stage(main: Callable[[list[str]], None]) -> NoReturn:
    """Run a stage on the process's arguments and exit: 0 when it worked, 2 after a user's mistake.

    A mistake (`ScalingLawsError`) is printed to stderr as one line. Anything else is our bug and keeps its
    traceback.
    """
    try:
        main(sys.argv[1:])
    except ScalingLawsError as mistake:
        print(f"error: {mistake}", file=sys.stderr)
        sys.exit(USER_ERROR)
    sys.exit(0)


def parse_spec(model: type[Model], text: str) -> Model:
    """The spec of a stage from its JSON text.

    Raises:
        ConfigError: the text is no JSON, or a key is unknown, missing or out of range; names each such key.
    """
    try:
        return model.model_validate_json(text)
    except ValidationError as invalid:
        faults = (
            f"{'.'.join(str(part) for part in fault['loc']) or 'the JSON'}: {fault['msg']}"
            for fault in invalid.errors()
        )
        raise ConfigError(f"{model.__name__}: {'; '.join(faults)}") from None
