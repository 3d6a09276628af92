"""What the small desk behind the portal knows: teams, subjects, forms, two customers."""

from __future__ import annotations

from engine.registry.folder import Folder

REGISTRY = Folder(
    registries={
        "teams": {"mesa": {"label": "Mesa"}, "cobranca": {"label": "Cobrança"}},
        "priorities": {"alta": {"label": "Alta", "position": 1}, "normal": {"label": "Normal", "position": 2}},
        "fields": {
            "boleto": {"label": "Número do boleto"},
            "horario": {"label": "Melhor horário"},
            "interno": {"label": "Avaliação interna"},
        },
    },
    customers=(
        {"key": "E-1", "name": "Padaria Dois Irmãos", "kind": "company"},
        {"key": "E-2", "name": "Mercado Estrela", "kind": "company"},
    ),
    people=(
        {"login": "ana", "name": "Ana Souza", "profile": "agente", "teams": ["mesa"]},
        {"login": "bia", "name": "Bia Reis", "profile": "supervisor", "teams": ["mesa"]},
        {"login": "gil", "name": "Gil Prado", "profile": "gestor"},
    ),
)
INTAKE = Folder(
    registries={
        "subjects": {"pagamentos": {"label": "Financeiro interno", "process": "contato", "team": "mesa"}},
        "subsubjects": {"pagamentos.boleto": {"label": "Boleto interno"}},
        "intake_forms": {
            "central": {
                "label": "Central",
                "asks": [
                    "classification",
                    "subclassification",
                    "contact_name",
                    "contact_phone",
                    "contact_email",
                    "message",
                    "attachments",
                ],
            },
            "crm": {
                "label": "CRM",
                "asks": [
                    "classification",
                    "contact_form",
                    "contact_name",
                    "contact_phone",
                    "contact_email",
                    "message",
                    "attachments",
                ],
                "max_files": 2,
            },
        },
        "classifications": {
            "boletos": {"label": "Boletos", "subject": "pagamentos", "position": 1},
            "duvidas": {"label": "Dúvidas", "subject": "pagamentos", "form": "crm", "position": 2},
        },
        "subclassifications": {
            "boletos.segunda_via": {
                "label": "Segunda via",
                "subsubject": "pagamentos.boleto",
                "team": "cobranca",
                "priority": "alta",
                "fields": ["boleto"],
            },
            "boletos.outro": {"label": "Outro assunto"},
        },
        "contact_forms": {
            "telefone": {"label": "Telefone", "channel": "phone", "fields": ["horario"]},
            "email": {"label": "E-mail", "channel": "email"},
        },
    },
)
WHO = {"contact_name": "Rita Alves", "contact_phone": "(62) 3774-3039", "contact_email": "rita@padaria.example"}
CENTRAL = {"classification": "boletos", "subclassification": "boletos.outro", "message": "O boleto não chegou."} | WHO
