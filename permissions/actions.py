"""The catalogue: everything that can be allowed, by tab, with labels and one sentence on what it allows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from permissions.personal import CLASSES

if TYPE_CHECKING:
    from collections.abc import Mapping


class Action(StrEnum):
    """What a rule speaks about; the member's name is the value in capitals."""

    TICKET_READ = "ticket.read"
    TICKET_OPEN = "ticket.open"
    TICKET_EXPORT = "ticket.export"
    TICKET_BULK = "ticket.bulk"
    TICKET_ALTER = "ticket.alter"
    TICKET_FILL = "ticket.fill"
    TICKET_FORWARD = "ticket.forward"
    TICKET_NOTE = "ticket.note"
    TICKET_REPLY = "ticket.reply"
    TICKET_COPY = "ticket.copy"
    TICKET_RECORD = "ticket.record"
    TICKET_NEXT_ACTION = "ticket.next_action"
    TICKET_ATTACH = "ticket.attach"
    TICKET_DETACH = "ticket.detach"
    TICKET_PUBLISH = "ticket.publish"
    TICKET_LINK = "ticket.link"
    TICKET_LINK_CUSTOMERS = "ticket.link_customers"
    TICKET_INVITE = "ticket.invite"
    TICKET_CLONE = "ticket.clone"
    TICKET_READ_CUSTOMER = "ticket.read_customer"
    TICKET_RECOGNISE_CUSTOMER = "ticket.recognise_customer"
    TICKET_REVEAL = "ticket.reveal"
    VISIT_SCHEDULE = "visit.schedule"
    VISIT_CONCLUDE = "visit.conclude"
    ASSISTANCE_ACCEPT = "assistance.accept"

    TICKET_MOVE = "ticket.move"
    TICKET_MESSAGE = "ticket.message"
    TICKET_RELOCATE = "ticket.relocate"
    TICKET_WAIVE = "ticket.waive"
    PROCESS_READ = "process.read"
    PROCESS_DEPLOY = "process.deploy"

    TICKET_TASK = "ticket.task"
    ACTIVITY_READ = "activity.read"
    ACTIVITY_CREATE = "activity.create"
    ACTIVITY_TAKE = "activity.take"
    ACTIVITY_TRANSFER = "activity.transfer"
    ACTIVITY_ASSIGN = "activity.assign"
    ACTIVITY_FINISH = "activity.finish"
    REPORT_READ = "report.read"

    REGISTRY_READ = "registry.read"
    REGISTRY_MANAGE = "registry.manage"
    CUSTOMER_READ = "customer.read"
    CUSTOMER_MANAGE = "customer.manage"

    PORTAL_TICKET_OPEN = "portal.ticket.open"
    PORTAL_TICKET_READ = "portal.ticket.read"
    PORTAL_TICKET_COMPLEMENT = "portal.ticket.complement"
    PORTAL_INVITE = "portal.invite"
    PARTICIPATION_READ = "participation.read"
    PARTICIPATION_MESSAGE = "participation.message"
    PORTAL_MANAGE = "portal.manage"

    PEOPLE_READ = "people.read"
    PEOPLE_MANAGE = "people.manage"
    TOKEN_MANAGE = "token.manage"  # noqa: S105 - the name of a right
    PERMISSION_READ = "permission.read"
    PERMISSION_EXPLAIN = "permission.explain"
    PERMISSION_MANAGE = "permission.manage"
    AUDIT_READ = "audit.read"


class Tab(StrEnum):
    """Where the profile's page shows an action; `TABS` holds the labels."""

    RELATIONSHIP = "relationship"
    WORKFLOW = "workflow"
    ACTIVITIES = "activities"
    REGISTRIES = "registries"
    PORTAL = "portal"
    ADMINISTRATION = "administration"


Narrowing = Literal["move", "message", "field", "registry", "class"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One action of the catalogue.

    Attributes:
        action: what is allowed.
        tab: where a manager finds it.
        label_pt: a few Portuguese words; `label_en`: the same in English.
        sentence_pt: one Portuguese sentence on what it allows.
        by_situation: whether the workflow layer is asked too.
        narrows: by what a rule may be narrowed (`ticket.move:<flow id>`); None: not at all.
    """

    action: Action
    tab: Tab
    label_pt: str
    label_en: str
    sentence_pt: str
    by_situation: bool = False
    narrows: Narrowing | None = None


class UnknownAction(ValueError):  # noqa: N818 - reads as what it says
    """The text names no action of the catalogue; the message says so in Portuguese."""


def parse(text: str) -> tuple[Action, str | None]:
    """The action a rule's text names, and what it is narrowed to.

    Raises:
        UnknownAction: no such action, or one that cannot be narrowed like this.
    """
    name, colon, narrowed = text.partition(":")
    entry = CATALOGUE.get(name)
    if entry is None:
        near = get_close_matches(name, CATALOGUE, n=1)
        hint = f" (quis dizer '{near[0]}'?)" if near else ""
        raise UnknownAction(f"a ação '{name}' não existe no catálogo{hint}")
    if not colon:
        return entry.action, None
    if entry.narrows is None:
        raise UnknownAction(f"a ação '{name}' não pode ser restringida: escreva só '{name}'")
    if not re.fullmatch(r"[\w.-]+", narrowed):
        raise UnknownAction(f"'{text}': depois de '{name}:' falta um nome sem espaços")
    if entry.narrows == "class" and narrowed not in CLASSES:
        raise UnknownAction(f"'{text}': '{narrowed}' não é uma classe de dados; existem {', '.join(CLASSES)}")
    return entry.action, narrowed


TABS: Mapping[Tab, tuple[str, str]] = MappingProxyType(
    {
        Tab.RELATIONSHIP: ("Relacionamento", "Relationship"),
        Tab.WORKFLOW: ("Workflow", "Workflow"),
        Tab.ACTIVITIES: ("Atividades", "Activities"),
        Tab.REGISTRIES: ("Cadastros", "Registries"),
        Tab.PORTAL: ("Portal", "Portal"),
        Tab.ADMINISTRATION: ("Administração", "Administration"),
    }
)
"""Portuguese and English label of each tab, in the order in which they are shown."""

# fmt: off
_RELATIONSHIP = (
    Entry(Action.TICKET_READ, Tab.RELATIONSHIP, "Ver atendimentos", "See tickets",
          "Ver os atendimentos nas listas e abri-los com o histórico e as opções de situação."),
    Entry(Action.TICKET_OPEN, Tab.RELATIONSHIP, "Abrir atendimentos", "Open tickets",
          "Abrir um atendimento em nome de um cliente."),
    Entry(Action.TICKET_EXPORT, Tab.RELATIONSHIP, "Exportar atendimentos", "Export tickets",
          "Exportar listas e históricos de atendimentos para um arquivo."),
    Entry(Action.TICKET_BULK, Tab.RELATIONSHIP, "Agir em lote", "Act in bulk",
          "Mover ou alterar muitos atendimentos de uma vez; em cada um valem os mesmos direitos."),
    Entry(Action.TICKET_ALTER, Tab.RELATIONSHIP, "Alterar atendimento", "Alter ticket",
          "Alterar assunto, subassunto, tipo, prioridade, empreendimento, bloco e unidade.",
          by_situation=True),
    Entry(Action.TICKET_FILL, Tab.RELATIONSHIP, "Preencher campos próprios", "Fill in own fields",
          "Preencher e corrigir os campos próprios da instalação no atendimento.",
          by_situation=True, narrows="field"),
    Entry(Action.TICKET_FORWARD, Tab.RELATIONSHIP, "Encaminhar atendimento", "Forward ticket",
          "Encaminhar o atendimento a outro time ou a outra pessoa responsável.", by_situation=True),
    Entry(Action.TICKET_NOTE, Tab.RELATIONSHIP, "Fazer anotações", "Write notes",
          "Escrever anotações internas, que o cliente não vê.", by_situation=True),
    Entry(Action.TICKET_REPLY, Tab.RELATIONSHIP, "Responder ao cliente", "Reply to the customer",
          "Responder com texto próprio ou resposta padrão, exibida ou não e enviada ou não por e-mail.",
          by_situation=True),
    Entry(Action.TICKET_COPY, Tab.RELATIONSHIP, "Copiar terceiros", "Copy third parties",
          "Enviar cópia de uma resposta ao e-mail de terceiros.", by_situation=True),
    Entry(Action.TICKET_RECORD, Tab.RELATIONSHIP, "Registrar interações", "Record interactions",
          "Registrar uma conversa que aconteceu em outro canal, como telefone ou e-mail.", by_situation=True),
    Entry(Action.TICKET_NEXT_ACTION, Tab.RELATIONSHIP, "Marcar próxima ação", "Set the next action",
          "Marcar quando o cliente deve ser contatado de novo.", by_situation=True),
    Entry(Action.TICKET_ATTACH, Tab.RELATIONSHIP, "Anexar arquivos", "Attach files",
          "Anexar arquivos e gravações ao atendimento.", by_situation=True),
    Entry(Action.TICKET_DETACH, Tab.RELATIONSHIP, "Retirar anexos", "Take attachments out",
          "Retirar do atendimento arquivos e gravações; o histórico conta que havia.", by_situation=True),
    Entry(Action.TICKET_PUBLISH, Tab.RELATIONSHIP, "Mostrar no portal", "Show in the portal",
          "Definir se o atendimento aparece para o cliente no portal.", by_situation=True),
    Entry(Action.TICKET_LINK, Tab.RELATIONSHIP, "Vincular atendimentos", "Link tickets",
          "Vincular e desvincular atendimentos ativos do mesmo cliente.", by_situation=True),
    Entry(Action.TICKET_LINK_CUSTOMERS, Tab.RELATIONSHIP, "Vincular entre clientes", "Link across customers",
          "Vincular atendimentos ativos de clientes diferentes.", by_situation=True),
    Entry(Action.TICKET_INVITE, Tab.RELATIONSHIP, "Convidar participantes", "Invite participants",
          "Convidar imobiliárias e corretores para o atendimento e retirá-los.", by_situation=True),
    Entry(Action.TICKET_CLONE, Tab.RELATIONSHIP, "Clonar atendimento", "Clone ticket",
          "Abrir um novo atendimento com os dados deste.", by_situation=True),
    Entry(Action.TICKET_READ_CUSTOMER, Tab.RELATIONSHIP, "Ver dados do cliente", "See customer data",
          "Ver inteiros os dados pessoais do cliente no atendimento e, onde se consultam clientes, no cadastro.",
          by_situation=True, narrows="class"),
    Entry(Action.TICKET_RECOGNISE_CUSTOMER, Tab.RELATIONSHIP, "Reconhecer o cliente", "Recognise the customer",
          "Ver em parte, com asteriscos, os dados do cliente que o perfil não vê inteiros.",
          by_situation=True, narrows="class"),
    Entry(Action.TICKET_REVEAL, Tab.RELATIONSHIP, "Revelar dados mascarados", "Reveal masked data",
          "Revelar um dado mascarado, dando um motivo que fica registrado.", by_situation=True, narrows="class"),
    Entry(Action.VISIT_SCHEDULE, Tab.RELATIONSHIP, "Agendar visitas", "Schedule visits",
          "Propor, agendar e reagendar visitas da assistência técnica.", by_situation=True),
    Entry(Action.VISIT_CONCLUDE, Tab.RELATIONSHIP, "Concluir visitas", "Conclude visits",
          "Registrar que uma visita foi feita ou não aconteceu.", by_situation=True),
    Entry(Action.ASSISTANCE_ACCEPT, Tab.RELATIONSHIP, "Registrar aceite", "Record acceptance",
          "Registrar o aceite ou a recusa do serviço da assistência técnica.", by_situation=True),
)
_WORKFLOW = (
    Entry(Action.TICKET_MOVE, Tab.WORKFLOW, "Alterar situação", "Change situation",
          "Mover o atendimento por uma das opções da situação em que está.",
          by_situation=True, narrows="move"),
    Entry(Action.TICKET_MESSAGE, Tab.WORKFLOW, "Enviar mensagens ao processo", "Send messages to the process",
          "Informar ao processo algo que aconteceu fora, por uma das mensagens declaradas.",
          narrows="message"),
    Entry(Action.TICKET_RELOCATE, Tab.WORKFLOW, "Realocar atendimento", "Relocate ticket",
          "Colocar o atendimento em qualquer situação, versão ou processo, dando um motivo."),
    Entry(Action.TICKET_WAIVE, Tab.WORKFLOW, "Liberar exigências", "Waive requirements",
          "Dispensar campos obrigatórios ao realocar, dando um motivo que fica no histórico."),
    Entry(Action.PROCESS_READ, Tab.WORKFLOW, "Ver processos", "See processes",
          "Ver processos, versões e diagramas, e conferir arquivos sem implantá-los."),
    Entry(Action.PROCESS_DEPLOY, Tab.WORKFLOW, "Implantar processos", "Deploy processes",
          "Implantar uma nova versão de processos e tabelas de decisão."),
)
_ACTIVITIES = (
    Entry(Action.TICKET_TASK, Tab.ACTIVITIES, "Criar tarefas no atendimento", "Create tasks in a ticket",
          "Criar tarefas dentro de um atendimento que tenha subassunto.", by_situation=True),
    Entry(Action.ACTIVITY_READ, Tab.ACTIVITIES, "Ver atividades", "See activities",
          "Ver as atividades na fila, pendentes e finalizadas."),
    Entry(Action.ACTIVITY_CREATE, Tab.ACTIVITIES, "Criar atividades", "Create activities",
          "Criar atividades na lista de tarefas, para si, para outra pessoa ou para um time."),
    Entry(Action.ACTIVITY_TAKE, Tab.ACTIVITIES, "Pegar atividades", "Take activities",
          "Pegar para si uma atividade da fila e iniciá-la."),
    Entry(Action.ACTIVITY_TRANSFER, Tab.ACTIVITIES, "Transferir atividades", "Transfer activities",
          "Transferir a própria atividade a um time ou a uma pessoa, ou devolvê-la à fila."),
    Entry(Action.ACTIVITY_ASSIGN, Tab.ACTIVITIES, "Distribuir atividades", "Assign activities",
          "Entregar a alguém uma atividade que está na fila ou com outra pessoa."),
    Entry(Action.ACTIVITY_FINISH, Tab.ACTIVITIES, "Finalizar atividades", "Finish activities",
          "Finalizar ou arquivar uma atividade."),
    Entry(Action.REPORT_READ, Tab.ACTIVITIES, "Ver relatórios", "See reports",
          "Ver relatórios de prazos, filas e tempos por situação, time, pessoa e assunto."),
)
_REGISTRIES = (
    Entry(Action.REGISTRY_READ, Tab.REGISTRIES, "Consultar cadastros", "Consult registries",
          "Consultar assuntos, times, campos próprios, respostas padrão e os outros cadastros."),
    Entry(Action.REGISTRY_MANAGE, Tab.REGISTRIES, "Manter cadastros", "Manage registries",
          "Criar, alterar e desativar itens dos cadastros.", narrows="registry"),
    Entry(Action.CUSTOMER_READ, Tab.REGISTRIES, "Consultar clientes", "Consult customers",
          "Procurar clientes no cadastro e ver seus contatos."),
    Entry(Action.CUSTOMER_MANAGE, Tab.REGISTRIES, "Manter clientes", "Manage customers",
          "Cadastrar e corrigir clientes, seus contatos e consentimentos."),
)
_PORTAL = (
    Entry(Action.PORTAL_TICKET_OPEN, Tab.PORTAL, "Abrir contato no portal", "Open a contact in the portal",
          "Abrir pelo portal um contato em nome da própria empresa."),
    Entry(Action.PORTAL_TICKET_READ, Tab.PORTAL, "Ver contatos no portal", "See contacts in the portal",
          "Ver pelo portal os contatos da própria empresa."),
    Entry(Action.PORTAL_TICKET_COMPLEMENT, Tab.PORTAL, "Complementar contatos", "Complement contacts",
          "Acrescentar mensagens e arquivos a um contato da própria empresa."),
    Entry(Action.PORTAL_INVITE, Tab.PORTAL, "Convidar colegas ao portal", "Invite colleagues to the portal",
          "Convidar outras pessoas da própria empresa ao portal."),
    Entry(Action.PARTICIPATION_READ, Tab.PORTAL, "Ver participações", "See participations",
          "Ver dos atendimentos a que foi convidado o que é mostrado aos participantes."),
    Entry(Action.PARTICIPATION_MESSAGE, Tab.PORTAL, "Escrever como participante", "Write as a participant",
          "Acrescentar mensagens aos atendimentos a que foi convidado."),
    Entry(Action.PORTAL_MANAGE, Tab.PORTAL, "Configurar o portal", "Configure the portal",
          "Definir formulários e opções do portal e manter as contas dos clientes."),
)
_ADMINISTRATION = (
    Entry(Action.PEOPLE_READ, Tab.ADMINISTRATION, "Ver usuários", "See users",
          "Ver usuários, seus times e seus perfis."),
    Entry(Action.PEOPLE_MANAGE, Tab.ADMINISTRATION, "Manter usuários", "Manage users",
          "Convidar, alterar, substituir e desativar usuários, e dar a cada um o seu perfil."),
    Entry(Action.TOKEN_MANAGE, Tab.ADMINISTRATION, "Manter chaves de acesso", "Manage access tokens",
          "Emitir e revogar chaves de acesso de pessoas e de integrações."),
    Entry(Action.PERMISSION_READ, Tab.ADMINISTRATION, "Ver permissões", "See permissions",
          "Ver os perfis de acesso e as regras de cada processo."),
    Entry(Action.PERMISSION_EXPLAIN, Tab.ADMINISTRATION, "Explicar permissões", "Explain permissions",
          "Perguntar o que outro perfil pode fazer e por quê."),
    Entry(Action.PERMISSION_MANAGE, Tab.ADMINISTRATION, "Manter permissões", "Manage permissions",
          "Criar e alterar perfis de acesso e as regras de cada processo."),
    Entry(Action.AUDIT_READ, Tab.ADMINISTRATION, "Ver acessos", "See accesses",
          "Ver quem consultou ou revelou dados pessoais, e quando."),
)
# fmt: on

CATALOGUE: Mapping[str, Entry] = MappingProxyType(
    {
        str(entry.action): entry
        for tab in (_RELATIONSHIP, _WORKFLOW, _ACTIVITIES, _REGISTRIES, _PORTAL, _ADMINISTRATION)
        for entry in tab
    }
)
"""Every action by its value, in the order of the tabs."""
