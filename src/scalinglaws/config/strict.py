"""The one base of all typed config: unknown keys are errors, values do not change."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A block of the config; an unknown key or a value of the wrong type is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, use_attribute_docstrings=True)
