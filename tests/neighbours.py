"""A test module that stands beside another: what it lists may be asked of it."""

from __future__ import annotations

from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path


@cache
def neighbour(file, name):
    """The module of that name in the folder of `file`."""
    spec = spec_from_file_location(f"beside_{name}", Path(file).parent / f"{name}.py")
    found = module_from_spec(spec)
    spec.loader.exec_module(found)
    return found
