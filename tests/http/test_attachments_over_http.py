from __future__ import annotations

import hashlib
import io
import re
from dataclasses import replace

import pytest
from attachments.samples import BAD, GOOD, PDF, mp3

from engine.config import Settings

# What the rows do is held by tests/attachments on both databases.
pytestmark = pytest.mark.parametrize("database", ["sqlite"])


@pytest.fixture(autouse=True)
def _folder(house, tmp_path):
    house.engine.settings = replace(house.engine.settings, attachments_dir=tmp_path / "attachments")
    house.folder = tmp_path / "attachments"


def files_in(house):
    return [file for file in house.folder.rglob("*") if file.is_file()]


def send(caller, path, content=PDF, *, key=None, **headers):
    sent = {"Content-Type": "application/octet-stream"} | headers
    return caller.post(path, raw=content, headers=sent, key=key)


def form(caller, path, *files, **more):
    """A form with these files: (part, name, content)."""
    boundary = "limite"
    body = b"".join(
        b'--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n\r\n%s\r\n'
        % (boundary.encode(), part.encode(), name.encode(), content)
        for part, name, content in files
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return caller.post(path, raw=body + f"--{boundary}--\r\n".encode(), headers=headers, **more)


def attached(house, name="laudo.pdf", content=PDF, **query):
    protocol = house.ticket()["protocol"]
    more = "".join(f"&{key}={value}" for key, value in query.items())
    answer = send(house.agent, f"/tickets/{protocol}/attachments?name={name}{more}", content)
    assert answer.status_code == 201, answer.text
    return protocol, answer.json["attachments"][0]


def test_what_is_served_is_what_came_in_and_nothing_can_run_in_it(house):
    for name, content in GOOD.items():
        protocol, one = attached(house, name, content)
        answer = house.agent.get(f"/tickets/{protocol}/attachments/{one['id']}")
        assert (answer.status_code, answer.data) == (200, content)
        assert answer.headers["Content-Type"] == one["media_type"]
        assert answer.headers["Content-Length"] == str(len(content))
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'


def test_head_range_and_etag(house):
    protocol, one = attached(house, "fala.mp3", mp3())
    path = f"/tickets/{protocol}/attachments/{one['id']}"
    whole = house.agent.get(path)
    head = house.agent("HEAD", path)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]
    part = house.agent.get(path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, mp3()[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(mp3())}"
    assert part.headers["Content-Disposition"] == whole.headers["Content-Disposition"]
    beyond = house.agent.get(path, headers={"Range": "bytes=999999-"})
    assert (beyond.status_code, beyond.json["code"]) == (416, "range")
    again = house.agent.get(path, headers={"If-None-Match": whole.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_what_is_refused_is_told_and_leaves_nothing(house, problem):
    before = house.rows()
    for name, content, status, code in BAD.values():
        told = problem(form(house.agent, "/attachments", ("files", name, content)), status, code)
        assert told["detail"].endswith((".", ")"))
        assert str(house.folder) not in str(told)
    assert house.rows() == before
    assert files_in(house) == []


def test_several_files_come_together_or_not_at_all(house, problem):
    good = [("files", name, content) for name, content in GOOD.items()]
    answer = form(house.agent, "/attachments", *good[:10])
    assert [one["name"] for one in answer.json["attachments"]] == [name for _, name, _ in good[:10]]
    before, there = house.rows(), files_in(house)
    problem(
        form(house.agent, "/attachments", ("files", "novo.pdf", PDF + b"%%EOF"), ("files", "x.exe", b"MZ")),
        415,
        "file_type",
    )
    problem(
        form(house.agent, "/attachments", ("files", "a.pdf", PDF), ("files", "b.png", b"no")), 415, "content_differs"
    )
    problem(form(house.agent, "/attachments", *good[:11]), 422, "files_too_many")
    assert (house.rows(), files_in(house)) == (before, there)


def test_the_same_request_under_the_same_key_is_the_same_upload(house, problem):
    first, second = (send(house.agent, "/attachments?name=laudo.pdf", key="k1") for _ in range(2))
    assert first.json == second.json
    assert second.headers["Idempotency-Replayed"] == "true"
    problem(send(house.agent, "/attachments?name=laudo.pdf", PDF + b"%%EOF", key="k1"), 422, "key_reused")
    assert len(house.agent.get("/attachments").json["attachments"]) == 1


ODD = {
    "no name": ("/attachments", PDF, {}, 422, "shape"),
    "an empty name": ("/attachments?name=", PDF, {}, 422, "shape"),
    "a name of dots": ("/attachments?name=..", PDF, {}, 422, "name_invalid"),
    "a strange question": ("/attachments?name=a.pdf&x=1", PDF, {}, 422, "shape"),
    "no boundary": ("/attachments", b"x", {"Content-Type": "multipart/form-data"}, 400, "malformed"),
    "no form": ("/attachments", b"x", {"Content-Type": "multipart/form-data; boundary=a"}, 400, "malformed"),
    "half a form": (
        "/attachments",
        b'--a\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n' + PDF,
        {"Content-Type": "multipart/form-data; boundary=a"},
        400,
        "malformed",
    ),
    "an empty form": ("/attachments", b"--a--\r\n", {"Content-Type": "multipart/form-data; boundary=a"}, 422, "shape"),
    "a field": (
        "/attachments",
        b'--a\r\nContent-Disposition: form-data; name="shown"\r\n\r\ntrue\r\n--a--\r\n',
        {"Content-Type": "multipart/form-data; boundary=a"},
        422,
        "shape",
    ),
    "endless headers of a part": (
        "/attachments",
        b"--a\r\nX: " + b"x" * 400_000,
        {"Content-Type": "multipart/form-data; boundary=a"},
        413,
        "too_large",
    ),
}


def test_odd_requests_are_told_what_is_wrong(house, problem):
    before = house.rows()
    for path, content, headers, status, code in ODD.values():
        problem(send(house.agent, path, content, **headers), status, code)
    assert house.rows() == before
    assert files_in(house) == []


def test_the_limit_is_told_before_anything_is_read(house, problem):
    class Unread(io.BytesIO):
        def read(self, *_):
            raise AssertionError("it was read")

    for path, kind, limit in (
        ("/attachments?name=a.pdf", "application/pdf", Settings().attachment_max_bytes),
        ("/attachments", "multipart/form-data; boundary=a", Settings().upload_max_bytes),
    ):
        headers = {"Content-Type": kind, "Authorization": f"Bearer {house.agent.token}"}
        more = {"headers": headers, "input_stream": Unread(), "environ_overrides": {"CONTENT_LENGTH": str(limit + 1)}}
        told = problem(house.client.post(f"/api/v1{path}", **more), 413, "too_large")
        assert told["limit_bytes"] == limit
        assert told["reasons"][0]["fix"]


def test_a_file_beyond_the_limit_is_cut_off_where_no_length_was_told(house, problem):
    house.engine.settings = replace(house.engine.settings, attachment_max_bytes=1_000)
    big = [("files", "a.pdf", PDF + bytes(2_000))]
    told = problem(form(house.agent, "/attachments", *big), 413, "too_large")
    assert told["limit_bytes"] == 1_000
    assert files_in(house) == []


def test_a_name_is_kept_clean_and_told_exactly(house):
    given = "C:\\fakepath\\Orçamento%20final%E2%80%AE%E2%80%8B%22%3B.pdf"
    protocol, one = attached(house, given.replace("\\", "%5C"))
    assert one["name"] == "Orçamento final_;.pdf"
    answer = house.agent.get(f"/tickets/{protocol}/attachments/{one['id']}")
    wanted = "attachment; filename=\"Orcamento final__.pdf\"; filename*=UTF-8''Or%C3%A7amento%20final_%3B.pdf"
    assert answer.headers["Content-Disposition"] == wanted


def test_what_is_attached_shows_beside_its_message_and_in_the_history(house):
    protocol = house.ticket(channel="portal")["protocol"]
    ids = [
        send(house.agent, f"/attachments?name={name}", GOOD[name]).json["attachments"][0]["id"]
        for name in ("laudo.pdf", "fala.wav")
    ]
    body = {"kind": "record", "channel": "phone", "text": "Ligou.", "shown": True, "attachments": ids}
    said = house.agent.post(f"/tickets/{protocol}/interactions", body | {"recording_consent": True}).json["interaction"]
    assert [
        (one["id"], one["kind"], one["recording_consent"], one["customer_sees"]) for one in said["attachments"]
    ] == [
        (ids[0], "file", None, True),
        (ids[1], "recording", True, True),
    ]
    (listed,) = house.agent.get(f"/tickets/{protocol}/interactions").json["interactions"]
    assert listed["attachments"] == said["attachments"]
    assert house.agent.get(f"/tickets/{protocol}/attachments").json["attachments"] == said["attachments"]
    told = house.agent.get(f"/tickets/{protocol}/history").json["history"][-1]
    assert told["sentence"] == "Ana Souza registrou uma interação por telefone, com 1 arquivo e 1 gravação"


def test_a_ticket_is_opened_with_a_file(house):
    (one,) = send(house.agent, "/attachments?name=laudo.pdf").json["attachments"]
    protocol = house.ticket(attachments=[one["id"]])["protocol"]
    (found,) = house.agent.get(f"/tickets/{protocol}/attachments").json["attachments"]
    assert found["id"] == one["id"]
    assert house.agent.get("/attachments").json["attachments"] == []


def test_drafts_belong_to_their_author(house, problem):
    (one,) = send(house.agent, "/attachments?name=laudo.pdf").json["attachments"]
    other = house.as_("bruno.lima")
    protocol = house.ticket()["protocol"]
    assert other.get("/attachments").json["attachments"] == []
    problem(other.post(f"/tickets/{protocol}/attachments", {"attachments": [one["id"]]}), 422, "draft_unknown")
    problem(other("DELETE", f"/attachments/{one['id']}"), 404, "draft_unknown")
    assert house.agent("DELETE", f"/attachments/{one['id']}").json == {"id": one["id"]}
    problem(house.agent("DELETE", f"/attachments/{one['id']}"), 404, "draft_unknown")


def test_taken_out_is_gone_for_everybody_and_stays_told(house, problem):
    protocol, one = attached(house)
    path = f"/tickets/{protocol}/attachments/{one['id']}"
    problem(house.agent.post(f"{path}/remove", {"reason": "x"}), 403, "not_permitted")
    problem(house.admin.post(f"{path}/remove", {}), 422, "shape")
    gone = house.admin.post(f"{path}/remove", {"reason": "Documento de outra pessoa."}).json
    assert (gone["name"], gone["url"], gone["state"]) == (None, None, None)
    problem(house.agent.get(path), 404, "attachment_removed")
    problem(house.admin.post(f"{path}/remove", {"reason": "x"}), 409, "attachment_removed")
    (listed,) = house.agent.get(f"/tickets/{protocol}/attachments").json["attachments"]
    assert listed == gone


def test_without_a_token_or_in_another_ticket_there_is_nothing(house, problem):
    protocol, one = attached(house)
    other = house.ticket()["protocol"]
    problem(house.nobody.get(f"/tickets/{protocol}/attachments/{one['id']}"), 401, "not_authenticated")
    problem(house.agent.get(f"/tickets/{other}/attachments/{one['id']}"), 404, "attachment_unknown")
    problem(house.agent.get(f"/tickets/{protocol}/attachments/at_{'x' * 32}"), 404, "attachment_unknown")
    told = {house.agent.get(f"/tickets/{at}/attachments/{one['id']}").json["detail"] for at in (other,)}
    assert told == {"Não há esse anexo."}


def test_names_and_contents_are_in_no_log_line(house, caplog):
    caplog.set_level("DEBUG")
    protocol, one = attached(house, "segredo-do-cliente.pdf", PDF + b"canario-no-conteudo %%EOF")
    house.agent.get(f"/tickets/{protocol}/attachments/{one['id']}")
    send(house.agent, "/attachments?name=segredo-do-cliente.exe")
    assert not re.search("segredo|canario", caplog.text)


def test_which_files_are_taken_is_told(house):
    told = house.agent.get("/attachment-types").json
    assert [one["type"] for one in told["types"]] == Settings().attachment_types.split(", ")
    assert (told["max_bytes"], told["max_files"]) == (Settings().attachment_max_bytes, 10)
