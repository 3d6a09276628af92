"""What each deed of a ticket's history is in Portuguese: one table, one sentence for each deed."""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# A key is the deed; with `.<kind of cause>`, `.stays` (no situation was entered) or another variant it comes first.
# The names in braces are those of `parts` in engine/tickets/chronicle.py.
SENTENCES: Final[Mapping[str, str]] = {
    "opened": "{actor} abriu o atendimento em {entered}",
    "moved": "{actor} moveu de {left} para {entered}",
    "moved.stays": "{actor} escolheu {element} em {left}",
    "transition": "O processo levou de {left} para {entered}",
    "transition.stays": "O processo avançou sem mudar a situação {left}",
    "transition.timer": "O prazo {element} levou de {left} para {entered}",
    "transition.timer.stays": "O prazo {element} venceu em {left}",
    "transition.message": "A mensagem {message} levou de {left} para {entered}",
    "transition.message.stays": "A mensagem {message} chegou em {left}",
    "transition.activity": "O fim da atividade {element} levou de {left} para {entered}",
    "transition.activity.stays": "O processo seguiu depois da atividade {element}",
    "relocated": "{actor} realocou de {left} para {entered}",
    "altered": "{actor} alterou {changed}",
    "next_action": "{actor} marcou a próxima ação",
    "released": "{actor} liberou a exigência de {waived}",
    "released.hidden_but_mailed": "{actor} liberou o envio por e-mail de uma mensagem que o cliente não vê",
    "message": "A mensagem {message} chegou, e ninguém a esperava",
    "incident": "O processo parou em {stuck}: {text}",
    "incident_again": "O processo continua parado, na tentativa {tries}",
    "revealed": "{actor} revelou dados mascarados",
    "noted": "{actor} fez uma anotação",
    "noted.log": "O log conta {activity}, que o processo não conhece",
    "replied": "{actor} respondeu ao cliente",
    "customer_wrote": "{actor} escreveu pelo canal {channel}",
    "recorded": "{actor} registrou uma interação por {channel}",
    "noted.files": "{actor} fez uma anotação, com {files}",
    "replied.files": "{actor} respondeu ao cliente, com {files}",
    "customer_wrote.files": "{actor} escreveu pelo canal {channel}, com {files}",
    "recorded.files": "{actor} registrou uma interação por {channel}, com {files}",
    "attached": "{actor} anexou {files}",
    "attachment_removed": "{actor} retirou um anexo",
    "activity_queued": "O cliente escreveu em atendimento encerrado: há uma tarefa para {to}",
    "activity_finished": "{actor} finalizou a atividade {activity} ({outcome})",
    "activity_taken": "{actor} pegou a atividade {activity} da fila",
    "activity_returned": "{actor} devolveu a atividade {activity} à fila",
    "activity_transferred": "{actor} transferiu a atividade {activity} para {to}",
    "activity_changed": "{actor} alterou a atividade {activity}",
    "taken": "{actor} pegou o atendimento da fila",
    "returned": "{actor} devolveu o atendimento à fila",
    "announced": "{of} tem prazo marcado: {told}",
    "announced.policy": "O prazo {clock} venceu: {told}",
    "announced.policy.step": "O prazo {clock} tem aviso marcado ({step}): {told}",
    "announced.yellow": "{of} está na fila e em amarelo: {told}",
    "announced.red": "{of} passou do prazo na fila, em vermelho: {told}",
    "announced.overdue": "{of} passou do prazo: {told}",
    "limits_changed": "Os prazos mudaram, porque mudou o cadastro {because}",
    "limits_changed.setting": "Os prazos mudaram, porque mudou a configuração {because}",
    "activity_limit_changed": "O prazo da atividade {activity} mudou, porque mudou o cadastro {because}",
    "activity_limit_changed.setting": "O prazo da atividade {activity} mudou, porque mudou a configuração {because}",
    "task_created": "{actor} criou uma tarefa ({activity})",
    "linked": "{actor} vinculou ao atendimento {other}",
    "unlinked": "{actor} desvinculou do atendimento {other}",
    "cloned": "{actor} clonou este atendimento em {other}",
    "cloned_from": "{actor} abriu este atendimento como clone de {other}",
    "visit_proposed": "{actor} propôs a visita {visit} para {starts_at}",
    "visit_scheduled": "{actor} agendou a visita {visit} para {starts_at}",
    "visit_rescheduled": "{actor} reagendou a visita {visit} para {starts_at}",
    "visit_done": "{actor} registrou que a visita {visit} foi feita",
    "visit_missed": "{actor} registrou que a visita {visit} não aconteceu",
    "visit_cancelled": "{actor} cancelou a visita {visit}",
    "visit_cancelled.closed": "A visita {visit} foi cancelada com o fim da assistência técnica",
    "assistance_accepted": "{actor} registrou o aceite do serviço",
    "assistance_refused": "{actor} registrou a recusa do serviço",
    "participant_invited": "{actor} convidou {participant}",
    "participant_removed": "{actor} retirou {participant}",
}
_UNKNOWN: Final = "{actor} fez algo que esta versão não conhece ({deed})"


def sentence(deed: str, variants: tuple[str, ...], parts: Mapping[str, Any]) -> str:
    """The deed in words.

    Args:
        variants: endings of keys, the most fitting last.
        parts: what the braces stand for; what is missing shows as `?`, for reading never fails.
    """
    keys = [f"{deed}.{one}" for one in reversed(variants)] + [deed]
    found = next((SENTENCES[key] for key in keys if key in SENTENCES), _UNKNOWN)
    return _Lenient().vformat(found, (), {**parts, "deed": deed})


class _Lenient(Formatter):
    """Puts texts of people in as they are: what stands in braces there stays."""

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        del args
        found = kwargs.get(str(key))
        return "?" if found is None else found
