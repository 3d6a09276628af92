"""Forms, classifications and the choice of a form are data: checked, imported, kept with their history."""

from __future__ import annotations

import pytest

from engine.errors import Invalid, NotPermitted
from engine.importing import Import, import_folder, plan
from engine.portal.forms import NotConfigured, ReadForm, read_form
from engine.registry.choosing import ChooseForm, ReadChoice, choose_form, read_choice
from engine.registry.folder import Folder, FolderError, read_folder
from engine.registry.putting import Put, put
from engine.registry.queries import ReadEntry, read_entry

WRONG = [
    ("intake_forms", "x", {"asks": ["message"]}, "asks: falta classification"),
    ("intake_forms", "x", {"asks": ["classification", "message", "cpf"]}, "asks: use uma lista de classification"),
    ("intake_forms", "x", {"optional": ["message"]}, "optional: use uma lista de subclassification"),
    ("intake_forms", "x", {"max_files": 21}, "max_files: use um número inteiro de 0 a 20"),
    ("intake_forms", "x", {"max_files": True}, "max_files: use um número inteiro de 0 a 20"),
    ("classifications", "x", {}, "subject: diga de que assunto"),
    ("classifications", "x", {"subject": "nada"}, "subject: 'nada' não está cadastrado"),
    ("classifications", "x", {"subject": "pagamentos", "form": "z"}, "form: 'z' não está cadastrado"),
    ("classifications", "x", {"subject": "pagamentos", "fields": ["z"]}, "fields: z não está cadastrado"),
    ("classifications", "x", {"subject": "pagamentos", "fields": ["boleto"] * 2}, "fields: use uma lista"),
    ("classifications", "x", {"subject": "outro", "subsubject": "pagamentos.boleto"}, "não é do assunto 'outro'"),
    ("subclassifications", "x", {}, "key: use <classificação>.<chave>"),
    ("subclassifications", "z.x", {}, "key: use <classificação>.<chave>"),
    ("subclassifications", "boletos.x", {"priority": "z"}, "priority: 'z' não está cadastrado"),
    ("contact_forms", "x", {"channel": "pombo"}, "channel: use um de email"),
]


def test_what_cannot_be_offered_is_refused_with_what_would_do(portal):
    portal.world.run(put, Put(registry="subjects", key="outro", values={"label": "Outro"}))
    before = portal.everything()
    for registry, key, values, told in WRONG:
        ask = Put(registry=registry, key=key, values={"label": "X"} | values)
        with pytest.raises(Invalid) as refusal:
            portal.world.run(put, ask, actor=portal.manager)
        assert told in refusal.value.detail
    assert portal.everything() == before


def test_who_refers_to_what_is_told_before_it_is_retired(portal):
    def uses(registry, key):
        found = portal.world.read(read_entry, ReadEntry(registry=registry, key=key), actor=portal.manager)
        return {one["what"]: one["keys"] for one in found.used_by}

    assert uses("subjects", "pagamentos")["classifications"] == ["boletos", "duvidas"]
    assert uses("subsubjects", "pagamentos.boleto") == {"subclassifications": ["boletos.segunda_via"]}
    assert uses("fields", "boleto") == {"subclassifications": ["boletos.segunda_via"]}
    assert uses("fields", "horario") == {"contact_forms": ["telefone"]}
    assert uses("intake_forms", "crm") == {"classifications": ["duvidas"]}
    assert uses("classifications", "boletos") == {"subclassifications": ["boletos.outro", "boletos.segunda_via"]}


def test_a_classification_without_anything_under_it_is_not_offered_where_that_is_asked(portal):
    ask = Put(registry="classifications", key="vazia", values={"label": "Vazia", "subject": "pagamentos"})
    portal.world.run(put, ask, actor=portal.manager)
    assert list(portal.world.read(read_form, ReadForm(), actor=portal.rita).classifications) == ["boletos"]
    portal.use("crm")
    offer = portal.world.read(read_form, ReadForm(), actor=portal.rita)
    assert list(offer.classifications) == ["vazia", "boletos", "duvidas"]
    retired = {"label": "X", "process": "contato", "retired": True}
    portal.world.run(put, Put(registry="subjects", key="pagamentos", values=retired))
    with pytest.raises(NotConfigured):
        portal.world.read(read_form, ReadForm(), actor=portal.rita)


def test_only_who_keeps_the_portal_chooses_the_form(portal):
    with portal.refused(NotPermitted):
        portal.world.run(choose_form, ChooseForm(form="crm"), actor=portal.agent)
    with pytest.raises(NotPermitted):
        portal.world.read(read_choice, ReadChoice(), actor=portal.agent)
    with portal.refused(Invalid, "form_unknown"):
        portal.world.run(choose_form, ChooseForm(form="nenhum"), actor=portal.manager)
    before = portal.everything()
    portal.use("central")  # as it is already
    assert portal.everything() == before
    portal.use("crm")
    found = portal.world.read(read_choice, ReadChoice(), actor=portal.manager)
    assert [one["detail"]["value"] for one in found.history] == [["central", "crm"], [None, "central"]]


def test_a_folder_chooses_the_form_too(portal, tmp_path):
    (tmp_path / "portal.toml").write_text('[portal]\nintake_form = "crm"\n')
    folder = read_folder(tmp_path)
    (change,) = portal.world.read(plan, Import(folder=folder)).changes
    assert (change.what, change.registry, change.key, change.members) == (
        "changed",
        "portal",
        "intake_form",
        {"value": ["central", "crm"]},
    )
    portal.world.run(import_folder, Import(folder=folder))
    again = portal.world.run(import_folder, Import(folder=folder))
    assert (again.changes, again.unchanged) == ((), 1)
    for wrong in ("nenhum", 7):
        with portal.refused(Invalid, "import_invalid"):
            portal.world.run(import_folder, Import(folder=Folder(intake_form=wrong)))
    # A form may come in the same folder as the choice of it.
    own = Folder(registries={"intake_forms": {"curto": {"label": "Curto"}}}, intake_form="curto")
    assert len(portal.world.run(import_folder, Import(folder=own)).changes) == 2
    (tmp_path / "portal.toml").write_text('[portal]\nintake = "crm"\n')
    with pytest.raises(FolderError, match="'portal' não serve"):
        read_folder(tmp_path)
