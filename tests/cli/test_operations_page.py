"""docs/operations.md tells of every setting and every command, and of nothing else."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from api.cli import cli
from api.serving import CONNECTIONS, SILENT_S
from engine.config import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


def test_every_setting_has_its_section_with_its_default():
    sections = dict(re.findall(r"^### (TRAMITA_\w+)\n(.*?)(?=^#)", PAGE, re.MULTILINE | re.DOTALL))
    assert list(sections) == [f"TRAMITA_{one.name.upper()}" for one in fields(Settings)]
    for one in fields(Settings):
        default = getattr(Settings(), one.name)
        wanted = f"`{default}`" if default else "Default: "
        assert wanted in sections[f"TRAMITA_{one.name.upper()}"], one.name


def test_every_command_is_named():
    for name, command in cli.commands.items():
        words = [f"{name} {inner}" for inner in getattr(command, "commands", {})] or [name]
        for word in words:
            assert re.search(rf"`(tramita )?{word}\b", PAGE), word


def test_every_command_helps_in_portuguese():
    for command in cli.commands.values():
        inner = getattr(command, "commands", {"": command})
        for one in inner.values():
            assert re.match(r"[A-ZÁÉÍÓÚ].*[.!]", one.help or "", re.DOTALL), one.name


def test_the_figures_of_the_server_are_the_real_ones():
    assert f"{CONNECTIONS:,} connections, {SILENT_S} s of silence" in PAGE
