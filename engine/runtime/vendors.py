"""What modelers write for other engines: their properties are read, their promises to run code are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree

from engine.runtime.xml import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CAMUNDA: Final = "http://camunda.org/schema/1.0/bpmn"
ZEEBE: Final = "http://camunda.org/schema/zeebe/1.0"
SPIFF: Final = "http://spiffworkflow.org/bpmn/schema/1.0/core"
_ENGINES: Final = {
    CAMUNDA: "camunda",
    ZEEBE: "zeebe",
    SPIFF: "spiffworkflow",
    "http://activiti.org/bpmn": "activiti",
    "http://flowable.org/bpmn": "flowable",
}
_READ: Final = (CAMUNDA, ZEEBE, SPIFF)
# What stock modelers write by themselves and what changes nothing about where a token goes.
_HARMLESS_ATTRIBUTES: Final = frozenset(
    {
        "asyncAfter", "asyncBefore", "calledElementBinding", "decisionRef", "decisionRefBinding",
        "diagramRelationId", "exclusive", "historyTimeToLive", "isStartableInTasklist", "jobPriority",
        "modelerTemplate", "modelerTemplateIcon", "modelerTemplateVersion", "taskPriority", "versionTag",
    }
)  # fmt: skip
_HARMLESS_ELEMENTS: Final = frozenset(
    {"calledDecision", "calledDecisionId", "calledElement", "properties", "userTask", "versionTag"}
)


def properties(element: etree._Element) -> Iterator[tuple[str, str, int]]:
    """Name, value and line of each property of the element itself.

    Without a value it is no property: element templates write every field that was left empty.
    """
    extensions = element.find(f"{{{BPMN}}}extensionElements")
    for namespace in _READ if extensions is not None else ():
        assert extensions is not None
        for block in extensions.iterchildren(f"{{{namespace}}}properties"):
            for one in block.iterchildren(f"{{{namespace}}}property"):
                if value := (one.get("value") or "").strip():
                    yield one.get("name") or "", value, line_of(one)


def called_process(call: etree._Element) -> str | None:
    """The process a call activity calls, as Camunda 7 and SpiffWorkflow or as Camunda 8 write it."""
    extended = call.find(f"{{{BPMN}}}extensionElements/{{{ZEEBE}}}calledElement")
    return call.get("calledElement") or (None if extended is None else extended.get("processId")) or None


def called_decision(task: etree._Element) -> str | None:
    """The decision a business rule task asks, in any of the three spellings."""
    extensions = f"{{{BPMN}}}extensionElements/"
    zeebe = task.find(f"{extensions}{{{ZEEBE}}}calledDecision")
    spiff = task.findtext(f"{extensions}{{{SPIFF}}}calledDecisionId")
    return (
        task.get(f"{{{CAMUNDA}}}decisionRef")
        or (None if zeebe is None else zeebe.get("decisionId"))
        or (spiff or "").strip()
        or None
    )


def foreign_attributes(element: etree._Element) -> Iterator[str]:
    """Attributes that ask another engine to do something, such as `camunda:class`."""
    for name in element.attrib:
        if not str(name).startswith("{"):
            continue
        attribute = etree.QName(str(name))
        engine = _ENGINES.get(attribute.namespace or "")
        if engine and attribute.localname not in _HARMLESS_ATTRIBUTES:
            yield f"{engine}:{attribute.localname}"


def foreign_elements(extensions: etree._Element) -> Iterator[tuple[str, int]]:
    """Extension elements that ask another engine to do something, such as `camunda:executionListener`."""
    for child in extensions.iterchildren(etree.Element):
        name = etree.QName(child)
        engine = _ENGINES.get(name.namespace or "")
        if engine and name.localname not in _HARMLESS_ELEMENTS:
            yield f"{engine}:{name.localname}", line_of(child)
