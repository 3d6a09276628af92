"""Only the elements of the contract run; whatever else is drawn would not do what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.processes.ruling import Fault, Severity
from engine.processes.tokens import named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.processes.batch import Batch
    from engine.runtime.diagram import Diagram

SEVERITY: Final[Severity] = "error"
_ALL: Final = (
    "Use só: início, fim, tarefas de usuário, serviço, envio e regra de negócio, desvios exclusivo e paralelo, "
    "chamada de processo, eventos de borda e intermediários de captura."
)
_SHOWN: Final[Mapping[str, tuple[str, str]]] = {
    "task": ("A tarefa sem tipo", "Escolha o tipo: tarefa de usuário para uma situação ou atividade."),
    "manualTask": ("A tarefa manual", "Use uma tarefa de usuário com a propriedade activity."),
    "scriptTask": (
        "A tarefa de script",
        "Código não é executado; use condições, tabelas de decisão ou ações.",
    ),
    "receiveTask": ("A tarefa de recebimento", "Use um evento intermediário de captura de mensagem."),
    "subProcess": (
        "O subprocesso embutido",
        "Ponha-o num arquivo próprio e chame-o; o que reage a eventos vai na borda das situações.",
    ),
    "transaction": (
        "A transação",
        "Use uma chamada de processo; o cancelamento é um fim de erro capturado na borda.",
    ),
    "adHocSubProcess": ("O subprocesso ad hoc", "Use situações com opções: quem atende escolhe a ordem."),
    "inclusiveGateway": (
        "O desvio inclusivo",
        "Use um desvio exclusivo, ou um paralelo com desvios exclusivos dentro.",
    ),
    "eventBasedGateway": ("O desvio baseado em eventos", "Prenda os eventos à borda da situação que espera."),
    "complexGateway": ("O desvio complexo", "Use desvios exclusivos e paralelos."),
    "intermediateThrowEvent": (
        "O evento intermediário de envio",
        "Use uma tarefa de envio com a propriedade action.",
    ),
    "choreographyTask": ("A coreografia", _ALL),
    "dataObject": ("O objeto de dados", "Use uma anotação de texto, ou um campo próprio do atendimento."),
    "dataObjectReference": (
        "O objeto de dados",
        "Use uma anotação de texto, ou um campo próprio do atendimento.",
    ),
    "dataStoreReference": ("O depósito de dados", "Use uma anotação de texto."),
    "ioSpecification": ("A entrada e saída de dados", "Apague-a; expressões leem os campos do atendimento."),
    "dataInputAssociation": ("A associação de dados", "Apague-a; expressões leem os campos do atendimento."),
    "dataOutputAssociation": ("A associação de dados", "Apague-a; expressões leem os campos do atendimento."),
    "property": ("A propriedade de dados do BPMN", "Use as propriedades de extensão do painel do modelador."),
    "multiInstanceLoopCharacteristics": (
        "A marca de múltiplas instâncias",
        "Desenhe a repetição com um desvio.",
    ),
    "standardLoopCharacteristics": ("A marca de repetição", "Desenhe a repetição com um desvio."),
    "isForCompensation": ("A marca de compensação", "Desenhe o caminho de volta com fluxos."),
    "script": ("O script", "Código não é executado; use condições, tabelas de decisão ou ações."),
    "import": (
        "A importação de outro arquivo",
        "Envie os arquivos juntos; um processo chama o outro pela chave.",
    ),
} | dict.fromkeys(
    ("potentialOwner", "humanPerformer", "performer", "resourceRole"),
    ("A atribuição a pessoas", "Use a propriedade team na tarefa ou na raia; os direitos estão nos perfis."),
)


def of_diagram(diagram: Diagram, _: Batch) -> Iterator[Fault]:
    """Report every node of another kind, and every part of a node that has no meaning here."""
    for node in diagram.nodes.values():
        if node.kind == "other":
            what, hint = _SHOWN.get(node.tag, (f"O elemento {node.tag}", _ALL))
            name = f" {named(node)}" if node.name else ""
            yield Fault.at(node, f"{what}{name} não funciona aqui.", hint)
    for element, tag, line in diagram.strange:
        what, hint = _SHOWN.get(tag, (f"O elemento {tag}", _ALL))
        yield Fault(element, line, f"{what} não funciona aqui.", hint)
