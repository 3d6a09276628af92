from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from api import cli_people, cli_processes, loading
from api.plan_text import plan_lines
from engine.actors import CONSOLE
from engine.config import Settings
from engine.db import metadata
from engine.errors import Conflict, Invalid, NotPermitted
from engine.importing import Change, Import, Plan, import_folder, plan
from engine.people.members import SetMembers, set_members
from engine.registry.folder import Folder, FolderError, files_of, read_folder
from engine.registry.model import KINDS, Registries
from engine.starting import start

NASTY = ('=HYPERLINK("x")', "'+1", '"""', "\\", "a|=1;@x", "{{x}}", "<b>", "ü\u200b", "-2+3")


@pytest.fixture
def rows(world):
    def count():
        with world.engine.reading.connect() as connection:
            return {
                name: connection.execute(select(func.count()).select_from(table)).scalar()
                for name, table in metadata.tables.items()
            }

    return count


@pytest.fixture
def show(world):
    def run(registries, **more):
        return world.read(plan, Import(folder=Folder(registries=registries), **more))

    return run


def written(registries, folder, **more):
    folder.mkdir(exist_ok=True)
    for name, text in files_of(registries, **more).items():
        (folder / name).write_bytes(text.encode())
    return read_folder(folder)


@pytest.mark.parametrize("units_csv", [False, True])
def test_what_is_exported_is_imported_without_a_change(world, place, registries, rows, tmp_path, units_csv):
    for n, label in enumerate(NASTY):
        for registry, key in (("units", f"acacias.{n}"), ("teams", f"t{n}")):
            place(registry, key, label=label, retired=n % 2 == 0)
        place("standard_replies", f"r{n}", label=label, text=f"\n{label.replace('{{x}}', '')}\n\n\tfim\n")
    place("fields", "cor", label="Cor", type="choice", choices=["=1", 'a"b'], personal=True)
    before, known = rows(), registries()
    folder = written(known, tmp_path, units_csv=units_csv)
    asked = Import(folder=folder, retire_missing=True)
    done = world.run(import_folder, asked)
    assert done == Plan(changes=(), unchanged=sum(len(getattr(known, name)) for name in KINDS))
    assert rows() == before
    assert files_of(known, units_csv=units_csv) == files_of(registries(), units_csv=units_csv)


def test_an_export_makes_the_same_registries_in_an_empty_installation(world, registries, tmp_path, stock, database):
    known = registries()
    folder = written(known, tmp_path)
    url = stock.copy(database)
    other = start(Settings(database_url=url))
    assert not loading.load(other, folder).wrong
    assert other.read(lambda unit, _: unit.catalogue.registries, None, actor=CONSOLE) == known
    other.database.dispose()
    stock.drop(url)


def test_an_import_tells_field_by_field_what_it_does_and_does_that(world, show, registries, rows, told):
    given = {
        "teams": {"campo": {"label": "Campo"}, "financeiro": {"label": "Finanças", "calendar": "plantao"}},
        "subjects": {"obras": {"label": "Obras", "team": "campo"}},
        "priorities": {
            "alta": {"label": "Alta", "position": 10},
            "baixa": {"label": "Baixa", "position": 30, "retired": True},
        },
    }
    before = rows()
    shown = show(given)
    assert rows() == before
    assert shown == Plan(
        changes=(
            Change(what="added", registry="teams", key="campo", members={"label": [None, "Campo"]}),
            Change(
                what="changed",
                registry="teams",
                key="financeiro",
                members={"label": ["Financeiro", "Finanças"], "calendar": ["comercial", "plantao"]},
            ),
            Change(
                what="added",
                registry="subjects",
                key="obras",
                members={"label": [None, "Obras"], "team": [None, "campo"]},
            ),
            Change(what="retired", registry="priorities", key="baixa", members={"retired": [False, True]}),
        ),
        unchanged=1,
    )
    assert list(plan_lines(shown)) == [
        "teams/campo: novo",
        '    label: "Campo"',
        "teams/financeiro: muda",
        '    label: "Financeiro" → "Finanças"',
        '    calendar: "comercial" → "plantao"',
        "subjects/obras: novo",
        '    label: "Obras"',
        '    team: "campo"',
        "priorities/baixa: aposentado",
        "    retired: false → true",
        "2 novos, 1 mudam, 1 aposentados, 1 iguais.",
    ]
    asked = Import(folder=Folder(registries=given), shown=shown)
    assert world.run(import_folder, asked) == shown
    known = registries()
    assert (known.teams["financeiro"].label, known.subjects["obras"].team) == ("Finanças", "campo")
    assert known.priorities["baixa"].retired
    assert told("team", "financeiro")[-1][1] == {
        "label": ["Financeiro", "Finanças"],
        "calendar": ["comercial", "plantao"],
    }
    assert show(given).changes == ()


def test_one_entry_that_cannot_be_keeps_all_others_out(world, show, rows):
    given = {
        "teams": {"campo": {"label": "Campo"}, "X": {"label": "X"}},
        "subjects": {"obras": {"label": "Obras", "team": "nada"}, "reparos": {"label": 5}},
    }
    people = ({"login": "novo.alguem", "name": "Novo", "profile": "nada"}, {"login": 3}, {"login": "outra.pessoa"})
    customers = (
        {"key": "C-9", "name": "Nove", "contact_points": [{"kind": "phone", "value": "3774-3039"}]},
        {"key": "C-10", "name": "Dez", "kind": 10},
        {"key": "C-11", "name": "Onze", "idade": 11},
        {"key": "C-12", "name": "Doze"},
        {"key": "C-12", "name": "Treze"},
    )
    before = rows()
    asked = Import(folder=Folder(registries=given, customers=customers, people=people))
    with pytest.raises(Invalid) as refused:
        world.run(import_folder, asked)
    assert refused.value.detail == "10 itens não servem; nada foi importado."
    details = [reason.detail for reason in refused.value.reasons]
    for part in ("teams/X", "subjects/obras", "subjects/reparos", "C-9: Telefone: falta o DDD", "C-10: kind"):
        assert [one for one in details if part in one], part
    for part in (
        "C-11: idade",
        "C-12: key",
        "novo.alguem: profile",
        "people/3: login",
        "outra.pessoa: falta name, profile",
    ):
        assert [one for one in details if part in one], part
    assert rows() == before
    with pytest.raises(Invalid):
        show(given)


def test_what_the_folder_does_not_name_stays_unless_asked_for(show):
    given = {"priorities": {"alta": {"label": "Alta", "position": 10}}}
    assert show(given).changes == ()
    changes = show(given, retire_missing=True).changes
    assert [(c.what, c.registry, c.key) for c in changes] == [
        ("retired", "priorities", "baixa"),
        ("retired", "priorities", "normal"),
    ]
    assert [c.key for c in show({"contact_reasons": {}}, retire_missing=True).changes] == [
        "cobranca_prazo",
        "complemento",
        "retorno",
    ]


def test_what_changed_since_it_was_shown_is_not_done(world, place, show, rows):
    given = {"teams": {"financeiro": {"label": "Finanças", "calendar": "comercial"}}}
    shown = show(given)
    place("teams", "financeiro", label="Dinheiro", calendar="comercial")
    before = rows()
    with pytest.raises(Conflict, match="mudaram"):
        world.run(import_folder, Import(folder=Folder(registries=given), shown=shown))
    assert rows() == before


def test_a_subject_may_come_before_its_process(world, registries):
    folder = Folder(registries={"subjects": {"obras": {"label": "Obras", "process": "ainda_nao"}}})
    done = world.run(import_folder, Import(folder=folder))
    assert "ainda_nao" in done.notes[0]
    assert registries().subjects["obras"].process is None


def test_rights_are_asked_for_what_the_folder_holds(world, manager):
    agent = world.person("ana.souza")
    registry = Folder(registries={"teams": {"campo": {"label": "Campo"}}})
    person = Folder(people=({"login": "novo.alguem", "name": "Novo", "profile": "agente"},))
    world.run(import_folder, Import(folder=Folder(customers=({"key": "C-9", "name": "Nove"},))), actor=agent)
    world.run(import_folder, Import(folder=registry), actor=manager)
    for actor, folder in ((agent, registry), (manager, person)):
        with pytest.raises(NotPermitted):
            world.run(import_folder, Import(folder=folder), actor=actor)


def test_thousands_of_units_are_one_import(world, registries):
    units = {f"acacias.torre_a.{n}": {"label": str(n)} for n in range(1000, 2500)}
    done = world.run(import_folder, Import(folder=Folder(registries={"units": units})))
    assert len(done.changes) == len(units)
    assert units.keys() < registries().units.keys()
    again = replace(Import(folder=Folder(registries={"units": units})), retire_missing=True)
    assert [c.key for c in world.read(plan, again).changes] == [
        "acacias.torre_a.301",
        "acacias.torre_a.302",
        "acacias.torre_b.12",
        "ipes.casa_7",
    ]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("a.toml", "x = ", "a.toml"),
        ("a.toml", "[nada.x]\n", "'nada' não serve"),
        ("a.toml", "teams = 1\n", "'teams' não serve"),
        ("teams.toml", '[teams.a]\nlabel="A"\n', "teams/a já está em outro arquivo"),
        ("units.csv", "key;label\n", "primeira linha"),
        ("units.csv", '"key","label","retired"\n"a.1","x","sim"\n', "linha 2"),
        ("units.csv", '"key","label","retired"\n"a.1","x",""\n"a.1","y",""\n', "duas vezes"),
        ("units.csv", '"key","label"\n"a.1","x', "units.csv"),
        ("b.toml", b"\xff", "b.toml"),
    ],
)
def test_a_folder_that_cannot_be_read_says_which_file(tmp_path, name, text, why):
    (tmp_path / "outra.toml").write_text('[teams.a]\nlabel = "A"\n')
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(FolderError) as error:
        read_folder(tmp_path)
    assert why in str(error.value)


def test_an_empty_file_says_that_there_are_none(tmp_path):
    for name, text in files_of(Registries()).items():
        assert text == ""
        (tmp_path / name).write_text(text)
    assert read_folder(tmp_path).registries == {name: {} for name in KINDS}


def test_the_command_line_shows_asks_and_does(world, monkeypatch, tmp_path, registries):
    monkeypatch.setenv("TRAMITA_DATABASE_URL", world.url)

    def call(*words, **more):
        return CliRunner().invoke(cli_people.registry, [*words], **more)

    folder = tmp_path / "cadastros"
    assert call("export", str(folder)).exit_code == 0
    assert sorted(f.name for f in folder.iterdir()) == sorted(
        f"{name}.toml" for name in (*KINDS, "interaction_demands", "portal", "team_members")
    )
    same = _count(registries()) + len(registries().teams) + 1  # the portal's form
    assert call("import", str(folder)).output == f"0 novos, 0 mudam, 0 aposentados, {same} iguais.\n"
    file = folder / "priorities.toml"
    file.write_text(file.read_text().replace('"Alta"', '"Máxima"'))
    for words, more, code in (
        (("import", "--dry-run"), {}, 0),
        (("import",), {"input": "n\n"}, 1),
        (("load",), {"input": ""}, 1),
    ):
        answer = call(*words, str(folder), **more)
        assert (answer.exit_code, '"Alta" → "Máxima"' in answer.output) == (code, True), answer.output
        assert registries().priorities["alta"].label == "Alta"
    assert call("import", "--yes", str(folder)).exit_code == 0
    assert registries().priorities["alta"].label == "Máxima"
    refused = call("export", "--units-csv", str(folder))
    assert (refused.exit_code, "units.toml" in refused.output) == (1, True)


def _count(known):
    return sum(len(getattr(known, name)) for name in KINDS)


def test_the_linter_takes_the_replies_of_a_folder(tmp_path, registries, world):
    written(registries(), tmp_path)
    assert cli_processes._of_folder(tmp_path).replies == {"recebido", "resolvido", "visita_marcada"}


def test_what_interactions_demand_lives_in_the_folder_too(world, registries, rows, tmp_path):
    loading.deploy(world.engine, loading.delivered())
    demands = [
        {"channel": "phone", "demands": ["next_action"]},
        {"process": "atendimento", "situation": "aguardando_cliente", "demands": ["situation", "next_action"]},
    ]
    told = Import(folder=Folder(demands=tuple(demands)))
    first = world.run(import_folder, told)
    assert [(change.what, change.key) for change in first.changes] == [
        ("added", "*:*:phone"),
        ("added", "atendimento:aguardando_cliente:*"),
    ]
    before, kept = rows(), world.read(lambda unit, _: unit.catalogue.demands, None).by_place
    again = written(registries(), tmp_path, demands=kept.values())
    assert world.run(import_folder, Import(folder=again, retire_missing=True)).changes == ()
    assert rows() == before
    gone = world.run(import_folder, Import(folder=Folder(demands=tuple(demands[:1])), retire_missing=True))
    assert [(change.what, change.key) for change in gone.changes] == [("retired", "atendimento:aguardando_cliente:*")]
    assert list(world.read(lambda unit, _: unit.catalogue.demands, None).by_place) == [("*", "*", "phone")]


@pytest.mark.parametrize(
    ("demand", "told"),
    [
        ({"demands": ["nada"]}, "não se exige"),
        ({"channel": "fumaça", "demands": []}, "channel"),
        ({"process": "atendimento", "situation": "lua", "demands": []}, "não é uma situação"),
        ({"canal": "phone"}, "não existe aqui"),
    ],
)
def test_a_demand_that_cannot_be_is_named_and_nothing_is_imported(world, rows, demand, told):
    loading.deploy(world.engine, loading.delivered())
    before = rows()
    with pytest.raises(Invalid) as refusal:
        world.run(import_folder, Import(folder=Folder(demands=({"channel": "phone", "demands": []}, demand))))
    assert told in refusal.value.reasons[0].detail
    assert rows() == before


def test_a_demand_of_a_process_that_is_not_there_yet_is_told_of(world):
    asked = Import(folder=Folder(demands=({"process": "futuro", "demands": ["situation"]},)))
    assert "ainda não está implantado" in world.read(plan, asked).notes[0]


def members(world):
    people = world.read(lambda unit, _: unit.catalogue.people, None).values()
    return {one.login: sorted(one.teams) for one in people}


def test_members_and_the_portals_form_live_in_the_folder_too(world, registries, rows, told, monkeypatch, tmp_path):
    monkeypatch.setenv("TRAMITA_DATABASE_URL", world.url)
    form = next(iter(registries().intake_forms))
    world.run(import_folder, Import(folder=Folder(intake_form=form)))
    assert CliRunner().invoke(cli_people.registry, ["export", str(tmp_path)]).exit_code == 0
    assert (tmp_path / "portal.toml").read_text() == f'[portal]\nintake_form = "{form}"\n'
    assert (
        '[team_members.atendimento]\nmembers = ["ana.souza", "davi.rocha"]\n'
        in (tmp_path / "team_members.toml").read_text()
    )
    before = rows()
    assert world.run(import_folder, Import(folder=read_folder(tmp_path), retire_missing=True)).changes == ()
    assert rows() == before
    world.run(set_members, SetMembers(team="atendimento", logins=["bruno.lima"]))
    world.run(set_members, SetMembers(team="financeiro", logins=[]))
    done = world.run(import_folder, Import(folder=read_folder(tmp_path)))
    assert done.changes == (
        Change(
            what="changed",
            registry="team_members",
            key="atendimento",
            members={"members": [["bruno.lima"], ["ana.souza", "davi.rocha"]]},
        ),
        Change(
            what="changed",
            registry="team_members",
            key="financeiro",
            members={"members": [[], ["carla.dias", "davi.rocha"]]},
        ),
    )
    assert members(world)["davi.rocha"] == ["assistencia", "atendimento", "financeiro"]
    assert members(world)["bruno.lima"] == ["assistencia"]
    davi = next(p for p in world.read(lambda unit, _: unit.catalogue.people, None).values() if p.login == "davi.rocha")
    changes = [detail["teams"] for deed, detail in told("person", str(davi.id)) if deed == "changed"]
    assert changes[-1] == [["assistencia"], ["assistencia", "atendimento", "financeiro"]]  # one row for both teams
    assert told("team", "financeiro")[-1][0] == "members_changed"


def test_an_import_makes_no_people_and_names_the_logins_that_nobody_has(world, rows):
    given = {"atendimento": ["ana.souza", "ninguem", "outro.ninguem"], "lua": [], "financeiro": []}
    before = rows()
    with pytest.raises(Invalid) as refused:
        world.run(import_folder, Import(folder=Folder(members=given)))
    assert [one.detail for one in refused.value.reasons] == [
        "team_members/atendimento: não há pessoas com estes logins: ninguem, outro.ninguem.",
        "team_members/lua: não há equipe 'lua'; cadastre-a em teams.",
    ]
    assert rows() == before
    with pytest.raises(NotPermitted):
        world.run(import_folder, Import(folder=Folder(members={"financeiro": []})), actor=world.person("ana.souza"))


def test_who_is_added_along_with_it_belongs_to_the_teams_that_name_them(world):
    people = ({"login": "novo.alguem", "name": "Novo", "profile": "agente", "teams": ["assistencia"]},)
    folder = Folder(
        registries={"teams": {"obras": {"label": "Obras"}}},
        people=people,
        members={"obras": ["novo.alguem", "ana.souza"]},
    )
    world.run(import_folder, Import(folder=folder))
    found = members(world)
    assert (found["novo.alguem"], found["ana.souza"]) == (["assistencia", "obras"], ["atendimento", "obras"])
    assert world.run(import_folder, Import(folder=folder)).changes == ()


@pytest.mark.parametrize("text", ["[team_members]\na = 1\n", "[team_members.a]\nmembers = [1]\n", "[team_members.a]\n"])
def test_members_are_lists_of_logins(tmp_path, text):
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(FolderError, match="'team_members' não serve"):
        read_folder(tmp_path)
