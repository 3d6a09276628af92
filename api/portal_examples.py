"""What the portal's document shows."""

from __future__ import annotations

from typing import Any, Final

from api.attachment_shapes import ID
from api.problem_examples import PROBLEMS as SHARED
from api.sign_in_shapes import GUARD

_AT: Final = "2026-03-02T11:58:00Z"
PROTOCOL: Final = "2026-4830192-7"
_URL: Final = f"/portal/v1/tickets/{PROTOCOL}/attachments/{ID}"
FILE: Final = {
    "id": ID,
    "name": "boleto.pdf",
    "media_type": "application/pdf",
    "kind": "file",
    "size": 48_213,
    "at": _AT,
    "ready": True,
    "url": _URL,
}
MESSAGE: Final = {
    "number": 2,
    "at": _AT,
    "written_by": "customer",
    "author": "Rita Alves",
    "text": "O boleto de março não chegou.",
    "attachments": [FILE],
}
REPLY: Final = MESSAGE | {
    "number": 5,
    "written_by": "staff",
    "author": "Carla Dias",
    "text": "Segue a segunda via.",
    "attachments": [],
}
_ASKED: Final = {"field": "numero_boleto", "label": "Número do boleto", "type": "text", "choices": []}
_FINER: Final = {"key": "boletos.segunda_via", "label": "Segunda via de boleto", "fields": [_ASKED]}
FORM: Final = {
    "form": "central",
    "label": "Central",
    "parts": [
        {"part": "classification", "label": "Classificação", "required": True},
        {"part": "subclassification", "label": "Sub-classificação", "required": True},
        {"part": "contact_name", "label": "Pessoa para contato", "required": True},
        {"part": "contact_phone", "label": "Telefone", "required": True},
        {"part": "contact_email", "label": "E-mail", "required": True},
        {"part": "message", "label": "Mensagem", "required": True},
        {"part": "attachments", "label": "Arquivos", "required": False},
    ],
    "classifications": [
        {"key": "boletos", "label": "Boletos e pagamentos", "fields": [], "subclassifications": [_FINER]}
    ],
    "contact_forms": [],
    "attachments": {"max_files": 1, "max_bytes": 26_214_400, "suffixes": ["pdf", "png", "jpg", "jpeg"]},
}
CONTACT_ASK: Final = {
    "classification": "boletos",
    "subclassification": "boletos.segunda_via",
    "contact_name": "Rita Alves",
    "contact_phone": "62 3774 3039",
    "contact_email": "rita@padaria.example",
    "message": "O boleto de março não chegou.",
    "fields": {"numero_boleto": "1234"},
    "attachments": [ID],
}
COMPLEMENT_ASK: Final = {"message": "Segue o comprovante.", "attachments": [ID]}
FOLLOW_UP_ASK: Final = {"message": "Voltou a acontecer."}
_LISTED: Final = {
    "protocol": PROTOCOL,
    "title": "Boletos e pagamentos: Segunda via de boleto",
    "standing": "open",
    "situation": "Recebido",
    "opened_at": _AT,
    "changed_at": _AT,
}
CONTACTS: Final = {
    "tickets": [
        _LISTED | {"classification": "Boletos e pagamentos", "subclassification": "Segunda via de boleto"},
    ],
    "next": None,
    "cursor": None,
}
STANDING: Final = _LISTED | {"revision": 1, "next_step": None}
CONTACT: Final = STANDING | {
    "opened_by": "Rita Alves",
    "classification": {"key": "boletos", "label": "Boletos e pagamentos"},
    "subclassification": {"key": "boletos.segunda_via", "label": "Segunda via de boleto"},
    "contact_form": None,
    "contact": {"name": "Rita Alves", "phone": "+556237743039", "email": "rita@padaria.example"},
    "fields": [{"field": "numero_boleto", "label": "Número do boleto", "value": "1234"}],
    "follows": None,
    "takes_messages": True,
    "messages": [MESSAGE, REPLY],
    "next": None,
    "attachments": [FILE],
}
MESSAGES: Final = {"messages": [MESSAGE, REPLY], "next": None}
COMPLEMENTED: Final = {"message": MESSAGE | {"number": 7}, "ticket": STANDING}
SESSION: Final = GUARD | {
    "name": "Rita Alves",
    "email": "rita@padaria.example",
    "admin": True,
    "customer": {"key": "C-2001", "name": "Condomínio Jardim das Acácias"},
}
ACCOUNT: Final[dict[str, Any]] = {
    "id": "019a4d2e-5b00-7c44-9b21-0c1d2e3f4a5d",
    "name": "Beto Lima",
    "email": "beto@padaria.example",
    "admin": False,
    "active": False,
    "invited_at": _AT,
}
INVITE_ASK: Final = {"name": "Beto Lima", "email": "beto@padaria.example"}
_TEXT: Final = "mZ0yq9pTqKc2Jm4oX1eWv8bD5nGhLs7uQ3rTfYpA0kE"
INVITATION: Final = f"inv_{_TEXT}"
RESET: Final = f"res_{_TEXT}"
INVITED: Final = ACCOUNT | {"token": INVITATION, "ends_at": "2026-03-05T11:58:00Z"}

_NONE: Final = f"Não há atendimento {PROTOCOL}."
PROBLEMS: Final[dict[int, dict[str, Any]]] = {
    **{status: SHARED[status] for status in (400, 415, 416, 500, 503, 507)},
    401: {
        "code": "not_authenticated",
        "detail": "A sessão terminou ou não existe. Entre com POST /portal/v1/session.",
    },
    403: {
        "code": "not_permitted",
        "detail": "Sua conta não pode convidar colegas ao portal. Fale com quem administra as contas da sua empresa.",
    },
    404: {"code": "not_found", "detail": _NONE},
    409: {
        "code": "portal_not_configured",
        "detail": "O portal ainda não pode receber contatos: falta cadastrar classificações (classifications). "
        "Avise quem mantém o portal.",
        "missing": ["classifications"],
    },
    410: {
        "code": "link_over",
        "detail": "O prazo deste link terminou. Peça outro a quem administra.",
    },
    412: {
        "code": "stale",
        "detail": "O atendimento mudou desde que foi lido, ou há mensagens novas. Leia-o de novo antes de escrever.",
    },
    413: {"code": "too_large", "detail": "O arquivo é maior do que se aceita: no máximo 23,8 MB."},
    422: {
        "code": "form",
        "detail": "Confira o formulário. Telefone: falta o DDD: escreva, por exemplo, 62 3774 3039.",
        "errors": {"contact_phone": ["Telefone: falta o DDD: escreva, por exemplo, 62 3774 3039."]},
    },
    429: {
        "code": "too_many",
        "detail": "Tentativas demais. Espere um pouco e tente de novo.",
        "retry_after_s": 30,
    },
}
