"""The project of `unit.cli.conftest`, for the tests of commands that are still here."""

from unit.cli.conftest import analysis, make_record, options, project, work

__all__ = ["analysis", "make_record", "options", "project", "work"]
