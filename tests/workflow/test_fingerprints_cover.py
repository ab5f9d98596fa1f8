"""Whatever a stage executes is part of its fingerprint: the functions that run are compared with it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scalinglaws.fingerprint.modules import read
from scalinglaws.fingerprint.reach import reached
from scalinglaws.config.plan import plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.stages.steps import Step, steps
from workflow.analysed import analysed
from workflow.project import Project

pytestmark = pytest.mark.slow

TRACE = '''
import atexit, json, os, sys, threading

if "--made-of" in sys.argv:
    _executed = set()

    def _note(frame, event, argument):
        if event == "call":
            _executed.add(frame.f_code)

    def _write():
        sys.setprofile(None)
        made_of = sys.argv[sys.argv.index("--made-of") + 1]
        modules = sys.argv[sys.argv.index("--modules") + 1:]
        here = os.path.dirname(__file__)
        lines = [[code.co_filename, code.co_firstlineno] for code in _executed if code.co_name != "<module>"]
        lines = sorted(line for line in lines if line[0].startswith(here))
        with open(made_of + ".executed", "w") as file:
            json.dump({"modules": modules, "lines": lines}, file)

    atexit.register(_write)
    threading.setprofile(_note)
    sys.setprofile(_note)
'''
"""Written at the end of the package's first module, it notes every function that a stage executes."""

