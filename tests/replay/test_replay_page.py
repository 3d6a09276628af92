"""docs/replay.md says what the code does."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from engine.replay.mapping import Columns, read_map, targets
from engine.replay.report import DeviationCount, Report, Stays
from engine.runtime.diagram import read
from engine.runtime.movement import Place
from engine.runtime.process import compile_process

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "replay.md").read_text(encoding="utf-8")


def test_every_key_of_the_report_has_its_row():
    rows = re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)
    assert re.findall(r"`(\w+)`", " ".join(rows)) == [field.name for field in fields(Report)]
    for part in (DeviationCount, Stays):
        assert all(f"`{field.name}`" in PAGE for field in fields(part))


def test_the_map_on_the_page_can_be_read(a_map):
    chart = read_map(a_map(re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1]))
    assert chart.columns == Columns()
    diagram = ROOT / "bpmn" / "helpdesk.bpmn"
    found = targets(chart, compile_process(read(diagram.read_bytes(), diagram.name), {}))
    assert (found["Closed"].place, found["Closed"].move) == (Place("helpdesk", "fechado"), "fechar")
    assert found["Insert ticket"].place == Place("helpdesk", "aberto")
