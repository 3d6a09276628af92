"""What the file asks of another engine (code, listeners, forms, assignees) is not done here, so it is not left in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"
_HINTS: Final[Mapping[str, str]] = {
    "assignee": "Use a propriedade team na tarefa ou na raia; os direitos estão nos perfis.",
    "candidateGroups": "Use a propriedade team na tarefa ou na raia; os direitos estão nos perfis.",
    "candidateUsers": "Use a propriedade team na tarefa ou na raia; os direitos estão nos perfis.",
    "assignmentDefinition": "Use a propriedade team na tarefa ou na raia; os direitos estão nos perfis.",
    "dueDate": "Use a propriedade sla.",
    "followUpDate": "Use a propriedade sla, com escalate.",
    "taskSchedule": "Use a propriedade sla.",
    "formKey": "Apague o formulário; os campos exigidos estão em requires ou numa tabela de decisão.",
    "formData": "Apague o formulário; os campos exigidos estão em requires ou numa tabela de decisão.",
    "formDefinition": "Apague o formulário; os campos exigidos estão em requires ou numa tabela de decisão.",
    "userTaskForm": "Apague o formulário; os campos exigidos estão em requires ou numa tabela de decisão.",
    "in": "Apague a passagem de dados; o processo chamado vê o mesmo atendimento.",
    "out": "Apague a passagem de dados; o processo chamado vê o mesmo atendimento.",
    "inputOutput": "Apague a passagem de dados; expressões leem os campos do atendimento.",
    "ioMapping": "Apague a passagem de dados; expressões leem os campos do atendimento.",
    "subscription": "Apague a correlação; a mensagem chega ao atendimento pelo nome.",
    "instructionsForEndUser": "Use a documentação do elemento.",
}
_LANGUAGE: Final = "Apague a linguagem; condições são escritas em S-FEEL."
_CODE: Final = "Código e chamadas externas não são executados; use a propriedade action (notify_team, reply, webhook)."


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report what only another engine would obey, once for each element."""
    asked: dict[str, dict[str, int]] = {}
    for element, name, line in diagram.foreign:
        asked.setdefault(element, {}).setdefault(name, line)
    for element, names in asked.items():
        listed = ", ".join(names)
        hints = dict.fromkeys(_hint(name) for name in names)
        message = f"É de outro motor de processos e não teria efeito: {listed}."
        yield Fault(element, min(names.values()), message, " ".join(hints))


def _hint(name: str) -> str:
    return _LANGUAGE if name.startswith("language=") else _HINTS.get(name.partition(":")[2], _CODE)
