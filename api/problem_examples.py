"""What the API's pages show of refusals: one of each status, from the same story as the other examples."""

from __future__ import annotations

from typing import Any, Final

from api.examples import MOVED, TICKET

_RELOCATE: Final = "O perfil “Atendente” não pode realocar atendimento."
_ELSEWHERE: Final = "A situação “Visita a agendar” oferece: “Agendar visita”, “Cancelar assistência”."
_NOT_FROM_HERE: Final = f"A opção “Resolver” não parte da situação atual. {_ELSEWHERE}"
_MEANWHILE: Final[dict[str, Any]] = {
    "present": {
        "situation": MOVED["situation"],
        "process": MOVED["situation_process"],
        "standing": "open",
        "revision": MOVED["revision"],
    },
    "happened": {
        "seq": 4,
        "at": MOVED["changed_at"],
        "actor": TICKET["opened_by"],
        "actor_name": "Ana Souza",
        "deed": "moved",
        "left": "atendimento:em_atendimento",
        "entered": "assistencia_tecnica:visita_a_agendar",
    },
}


def _reason(code: str, detail: str, fix: str, **details: Any) -> dict[str, Any]:
    return {"reasons": [{"code": code, "detail": detail, "fix": fix, "details": details}]}


_LACKS: Final = {
    "allowed": False,
    "profile": "agente",
    "action": "ticket.relocate",
    "narrowed": None,
    "process": None,
    "situation": None,
    "lacks": "profile",
    "lacking": ["profile"],
    "considered": [],
    "fix": {
        "add": [
            {
                "id": "",
                "profile": "agente",
                "action": "ticket.relocate",
                "allow": True,
                "process": None,
                "situation": None,
            }
        ],
        "remove": [],
    },
}
PROBLEMS: Final[dict[int, dict[str, Any]]] = {
    400: {"code": "json", "detail": "O corpo não é um JSON válido (linha 1, coluna 9)."},
    401: {"code": "not_authenticated", "detail": "Envie o cabeçalho Authorization: Bearer <token>."},
    403: {"code": "not_permitted", "detail": _RELOCATE}
    | _reason(
        "profile_lacks",
        _RELOCATE,
        "Quem administra os perfis pode permitir ao perfil “Atendente” realocar atendimento no próprio perfil.",
        decision=_LACKS,
    ),
    404: {"code": "not_found", "detail": f"Não há atendimento {TICKET['protocol']}."},
    409: {"code": "moved_meanwhile", "detail": _NOT_FROM_HERE}
    | _MEANWHILE
    | _reason("moved_meanwhile", _NOT_FROM_HERE, _ELSEWHERE, offered=["agendar_visita", "cancelar"]),
    410: {
        "code": "link_used",
        "detail": "Este link já foi usado. Entre com a senha que foi definida; se não foi você, avise quem administra.",
    },
    412: {
        "code": "stale",
        "detail": "O atendimento mudou desde que foi lido. Leia-o de novo e repita o pedido com a revisão atual.",
    }
    | _MEANWHILE,
    413: {
        "code": "too_large",
        "detail": "O corpo é maior do que este servidor aceita: no máximo 3,8 MB (TRAMITA_MAX_BODY_BYTES). Envie "
        "menos de uma vez; arquivos vão para os endereços que terminam em /attachments.",
    },
    415: {"code": "media_type", "detail": "Envie o corpo como application/json."},
    416: {"code": "range", "detail": "O cabeçalho Range pede uma parte que o arquivo não tem."},
    422: {
        "code": "shape",
        "detail": "O pedido não tem a forma esperada. event_id: é obrigatório junto com source.",
        "errors": {"event_id": ["é obrigatório junto com source"]},
    },
    429: {
        "code": "too_many",
        "detail": "Foram tentativas demais. Espere um pouco e tente de novo.",
        "retry_after_s": 30,
    },
    500: {"code": "internal", "detail": "Algo falhou do nosso lado; nada foi mudado."},
    503: {"code": "busy", "detail": "O banco de dados está ocupado. Nada foi feito; tente de novo."},
    507: {
        "code": "no_space",
        "detail": "O disco dos anexos está cheio. Nada foi guardado; tente de novo quando quem opera o sistema abrir "
        "espaço.",
    },
}
