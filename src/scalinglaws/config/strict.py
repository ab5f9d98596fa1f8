"""The base class of all typed config: unknown keys are errors, and values cannot be changed."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A block of the config. An unknown key or a value of the wrong type is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, use_attribute_docstrings=True)
