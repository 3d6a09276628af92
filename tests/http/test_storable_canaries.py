"""Templates, markup, header lines and formulas in every string of every request: what is stored comes back literally.

Made of the OpenAPI document and of the permission matrix: a new door is covered as soon as both know it.
"""

from __future__ import annotations

import csv
import io
import re

import orjson
import pytest
from neighbours import neighbour

from api import document_of
from engine import sheets
from engine.registry.folder import files_of, read_folder, values_of
from engine.registry.model import KINDS

VARIANTS = {
    "template": "kn{n}-{{{{ticket.protocol}}}}${{7*7}}{{%7*7%}}<%=7*7%>#{{7*7}}",
    "markup": "kn{n}-<script>alert(1)</script><img src=x onerror=1>&lt;\"'`",
    "formula": "{sign}1+1|kn{n}-;=1+1",
    "header": "kn{n}-\r\nX-Injected: 1\r\n\r\n<b>",
}
MARK = re.compile(r"kn(\d+)-")
KEPT = {  # members that must be among those that are stored: the test would prove nothing if all were refused
    "open_a_ticket": {"title", "description"},
    "alter_ticket": {"title", "description", "fields.unidade"},
    "clone_ticket": {"title", "description"},
    "say": {"text"},
    "interact_with_ticket": {"interaction.text", "reason"},
    "invite_participant": {"name"},
    "create_a_task": {"name", "description"},
    "propose_visit": {"note"},
    "put_next_action": {"reason"},
    "put_a_customer": {"name"},
    "put_entry": {"label"},
    "accept_service": {"reason"},
    "reveal_ticket_data": {"reason"},
    "add_a_person": {"name"},
}
MEDIA = {"application/json", "application/problem+json", "text/csv", "application/jsonl", "application/xml", "text/xml"}


def matrix():
    return neighbour(__file__, "test_permission_matrix")


def operations(document):
    for item in document["paths"].values():
        for one in item.values():
            if isinstance(one, dict) and "operationId" in one:
                yield one


def strings(document, schema, path=()):
    """Where a body of this schema may hold a string."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    kinds = schema.get("type", ())
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    if "string" in kinds:
        yield path
    elif "array" in kinds:
        yield from strings(document, schema["items"], (*path, 0))
    elif "properties" in schema:
        for name, inner in schema["properties"].items():
            yield from strings(document, inner, (*path, name))
    elif "object" in kinds:
        yield (*path, "unidade")
    for inner in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        yield from strings(document, inner, path)


def put_into(body, path, value, example):
    """A copy of the body with the value there; what lies on the way comes from the body, else from the example."""
    if not path:
        return value
    step, *rest = path
    given = example if body is None else body
    inner = _inside(given, step)
    placed = put_into(inner, rest, value, _inside(example, step))
    if isinstance(step, int):
        return [placed]
    return (dict(given) if isinstance(given, dict) else {}) | {step: placed}


def _inside(given, step):
    if isinstance(given, dict):
        return given.get(step)
    return given[step] if isinstance(given, list) and len(given) > step else None


class Planting:
    """What was sent under which number, and which of it was taken."""

    def __init__(self, house):
        self.house = house
        self.scene = matrix().Scene(house)
        self.sent = []
        self.taken = {}

    def canary(self, variant):
        number = len(self.sent)
        self.sent.append(VARIANTS[variant].format(n=number, sign="=+-@"[number % 4]))
        return self.sent[-1]

    def everywhere(self, document, variants):
        for one in operations(document):
            name = one["operationId"]
            body = matrix().MATRIX.get(name, (None,) * 4)[3]
            media = one.get("requestBody", {}).get("content", {}).get("application/json")
            if media is None or not isinstance(body, dict) or name == "set_up_installation":
                continue
            for path in strings(document, media["schema"]):
                for variant in variants:
                    self.plant(name, path, put_into(body, path, self.canary(variant), media.get("example")))

    def plant(self, name, path, body):
        _, method, address, _ = matrix().MATRIX[name]
        named = {key: v.format(**self.scene.names) for key, v in body.items() if v in self.scene_texts(name)}
        answer = self.house.admin(method, address.format(**self.scene.names), body | named)
        assert answer.status_code != 500, (name, path, body)
        self.check(answer)
        if answer.status_code in {200, 201}:
            self.taken.setdefault(name, set()).add(".".join(str(step) for step in path))

    def scene_texts(self, name):
        return [v for v in matrix().MATRIX[name][3].values() if isinstance(v, str) and "{" in v]

    def check(self, answer):
        """The answer is of a kind that no browser runs, and tells what was sent as it was sent."""
        assert "X-Injected" not in answer.headers
        assert MARK.search(repr([v for k, v in answer.headers if k != "Location"])) is None, list(answer.headers)
        assert answer.mimetype in MEDIA, answer.mimetype
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if answer.mimetype == "application/problem+json":
            self.quoted(answer.text)
        elif answer.mimetype == "application/json":
            self.literal(answer.json)
        elif answer.mimetype == "application/jsonl":
            for line in answer.text.splitlines():
                self.literal(orjson.loads(line))
        elif answer.mimetype == "text/csv":
            for row in csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline=""), strict=True):
                for cell in row:
                    assert cell[:1] not in {*"=+-@\t\r"}, cell
                    self.cell(sheets.original(cell))

    def cell(self, text):
        if text[:1] in {"[", "{"} and MARK.search(text):
            self.literal(orjson.loads(text))
        else:
            self.literal(text)

    def quoted(self, text):
        """A refusal may quote a part of what it refuses, but nothing that was made of it."""
        for found in MARK.finditer(text):
            sent = self.sent[int(found[1])]
            after = sent[MARK.search(sent).end() :][:1]
            assert text[found.end() :][:1] in {after, "\\", "'", '"'}, (sent, text)

    def literal(self, value):
        if isinstance(value, dict):
            for name, inner in value.items():
                self.literal(name)
                self.literal(inner)
        elif isinstance(value, list):
            for inner in value:
                self.literal(inner)
        elif isinstance(value, str):
            for found in MARK.finditer(value):
                sent = self.sent[int(found[1])]
                assert sent in value, (sent, value)


@pytest.fixture
def planting(house):
    return Planting(house)


def test_every_string_of_every_request_comes_back_literally(house, planting, database, logged):
    document = document_of(house.app)
    planting.everywhere(document, VARIANTS if database == "sqlite" else ["template"])
    missing = {name: members - planting.taken.get(name, set()) for name, members in KEPT.items()}
    assert not {name: members for name, members in missing.items() if members}
    for name, (_, method, _, _) in matrix().MATRIX.items():
        if method == "GET":
            planting.check(planting.scene.ask(house.admin, name))
    for one in house.admin.get("/tickets?limit=100").json["tickets"]:
        for door in ("", "/history", "/history.csv", "/history.jsonl", "/interactions", "/participants", "/tasks"):
            planting.check(house.admin.get(f"/tickets/{one['protocol']}{door}"))
    assert MARK.search(house.nobody.get("/openapi.json").text) is None
    lines = logged().splitlines()
    assert lines
    for line in lines:
        orjson.loads(line)
        assert MARK.search(line) is None, line


@pytest.mark.parametrize("database", ["sqlite"])
def test_every_registry_holds_them_and_its_export_reads_back_the_same(house, planting, tmp_path):
    listed = house.admin.get("/registry").json
    for kind, entries in listed.items():
        for entry in entries[:1]:
            key = entry["key"]
            values = {name: value for name, value in entry.items() if name != "key" and value is not None}
            for name, value in values.items():
                for variant in ("template", "header") if isinstance(value, str) else ():
                    answer = house.admin.put(f"/registry/{kind}/{key}", values | {name: planting.canary(variant)})
                    assert answer.status_code in {200, 422}, answer.text
                    planting.check(answer)
            planting.check(house.admin.get(f"/registry/{kind}/{key}"))
            for sign in "=+-@":
                label = f"{sign}1+1{planting.canary('formula')}"
                assert house.admin.put(f"/registry/{kind}/{key}", values | {"label": label}).status_code == 200
    known = house.world.read(lambda unit, _: unit.catalogue.registries, None)
    for units_csv in (False, True):
        folder = tmp_path / str(units_csv)
        folder.mkdir()
        for file, text in files_of(known, units_csv=units_csv).items():
            (folder / file).write_text(text, encoding="utf-8", newline="")
        back = read_folder(folder)
        for kind in KINDS:
            entries = {key: values_of(entry) for key, entry in getattr(known, kind).items()}
            plain = orjson.loads(orjson.dumps(entries))
            assert orjson.loads(orjson.dumps(back.registries.get(kind, {}))) == plain, kind


def test_a_standard_reply_puts_them_in_once_and_literally(house, planting):
    text = "{{ticket.title}} / {{customer.name}} / {{ticket.unit}}"
    assert house.admin.put("/registry/standard_replies/todas", {"label": "T", "text": text}).status_code == 200
    for variant in ("template", "markup", "formula"):
        title, name = planting.canary(variant), planting.canary(variant)
        house.admin.put("/customers/C-1001", {"name": name})
        ticket = house.ticket(title=title, customer="C-1001")
        body = {"kind": "automatic_reply", "standard_reply": "todas", "shown": True}
        said = house.admin.post(f"/tickets/{ticket['protocol']}/interactions", body).json["interaction"]
        assert said["text"] == f"{title} / {name} / "
