from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
DELIVERED = Path(__file__).parents[2] / "bpmn"
SIZES = {"Event": (36, 36), "Gateway": (50, 50), "Task": (100, 80), "Activity": (100, 80)}

each_diagram = pytest.mark.parametrize(
    "root",
    [pytest.param(etree.parse(path).getroot(), id=path.name) for path in sorted(DELIVERED.glob("*.bpmn"))],
)


@each_diagram
def test_everything_is_drawn_once_and_in_the_usual_size(root):
    nodes = {one.get("id"): etree.QName(one).localname for one in nodes_of(root)}
    drawn = [shape.get("bpmnElement") for shape in root.iter(f"{BPMNDI}BPMNShape")]
    assert sorted(drawn) == sorted(nodes)
    for key, (_, _, width, height) in shapes(root).items():
        kind = next(kind for kind in SIZES if nodes[key].endswith(kind))
        assert (key, width, height) == (key, *SIZES[kind])


@each_diagram
def test_every_flow_runs_straight_and_no_two_cross(root):
    flows = {one.get("id"): (one.get("sourceRef"), one.get("targetRef")) for one in root.iter(f"{BPMN}sequenceFlow")}
    lines = edges(root)
    assert set(lines) == set(flows)
    for key, points in lines.items():
        for (x, y), (to_x, to_y) in pairwise(points):
            assert x == to_x or y == to_y, f"{key} is slanted"
    for one, other in combinations(lines, 2):
        assert not crossings(lines[one], lines[other]), f"{one} crosses {other}"


@each_diagram
def test_no_flow_runs_through_a_shape_or_a_name(root):
    flows = {one.get("id"): {one.get("sourceRef"), one.get("targetRef")} for one in root.iter(f"{BPMN}sequenceFlow")}
    hosts = {one.get("id"): one.get("attachedToRef") for one in root.iter(f"{BPMN}boundaryEvent")}
    for key, points in edges(root).items():
        for shape, box in shapes(root).items():
            if shape not in flows[key] and hosts.get(shape) not in flows[key]:
                assert not hit(points, box), f"{key} runs through {shape}"
        for named, box in labels(root).items():
            assert not hit(points, box), f"{key} runs through the name of {named}"


@each_diagram
def test_what_has_a_name_beside_it_has_a_place_for_the_name(root):
    outside = {
        one.get("id")
        for one in root.iter(etree.Element)
        if one.get("name") and etree.QName(one).localname.endswith(("Event", "Gateway", "sequenceFlow"))
    }
    assert set(labels(root)) == outside


@pytest.mark.parametrize("name", ["helpdesk.bpmn", "helpdesk_temporizador.bpmn"])
def test_the_help_desk_stays_small(name):
    root = etree.parse(DELIVERED / name).getroot()
    assert len(list(root.iter(f"{BPMN}userTask"))) <= 9
    assert len(list(root.iter(f"{BPMN}sequenceFlow"))) <= 30


def nodes_of(root):
    process = root.find(f"{BPMN}process")
    return [one for one in process if etree.QName(one).localname.endswith(tuple(SIZES))]


def shapes(root):
    return {one.get("bpmnElement"): bounds(one) for one in root.iter(f"{BPMNDI}BPMNShape")}


def labels(root):
    found = root.iter(f"{BPMNDI}BPMNLabel")
    return {one.getparent().get("bpmnElement"): bounds(one) for one in found if len(one)}


def bounds(drawn):
    box = drawn.find(f"{DC}Bounds")
    return tuple(int(box.get(key)) for key in ("x", "y", "width", "height"))


def edges(root):
    return {
        edge.get("bpmnElement"): [(int(at.get("x")), int(at.get("y"))) for at in edge.iter(f"{DI}waypoint")]
        for edge in root.iter(f"{BPMNDI}BPMNEdge")
    }


def hit(points, box):
    left, top, width, height = box
    return any(
        min(x, to_x) < left + width and max(x, to_x) > left and min(y, to_y) < top + height and max(y, to_y) > top
        for (x, y), (to_x, to_y) in pairwise(points)
    )


def crossings(one, other):
    return [
        (x, across_y)
        for (x, y), (to_x, to_y) in [*pairwise(one), *pairwise(other)]
        if x == to_x
        for (across_x, across_y), (to_across, same) in [*pairwise(one), *pairwise(other)]
        if across_y == same
        and min(across_x, to_across) < x < max(across_x, to_across)
        and min(y, to_y) < across_y < max(y, to_y)
    ]
