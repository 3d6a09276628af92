"""A wrong file is told with everything else that is wrong, and what is too large without words of the inside."""

from __future__ import annotations

FORM = {
    "classification": "boletos",
    "subclassification": "boletos.segunda_via",
    "contact_name": "Rita",
    "contact_phone": "62 3774 3039",
    "contact_email": "rita@padaria.example",
    "message": "O boleto de março não chegou.",
    "fields": {"boleto": "1234"},
}


def test_a_wrong_file_is_told_with_everything_else(house):
    rita, beto = house.here("rita"), house.here("beto")
    (his,) = beto.upload().json["attachments"]
    unknown = f"não há '{his['id']}' entre os seus envios; envie o arquivo de novo"
    told = rita.post("/tickets", FORM | {"message": " ", "contact_phone": "x", "attachments": [his["id"]]}).json
    assert told["code"] == "form"
    assert set(told["errors"]) == {"message", "contact_phone", "attachments"}
    assert told["errors"]["attachments"] == [unknown]
    assert f"Arquivos: {unknown}" in told["detail"]
    at = f"/tickets/{rita.post('/tickets', FORM).json['protocol']}/messages"
    before = house.rows_of_all()
    for message in ({}, {"message": None}, {"message": ""}, {"message": " \u200b"}, {"message": "x" * 10_001}):
        answer = rita.post(at, message | {"attachments": [his["id"], his["id"]]})
        assert (answer.status_code, answer.json["code"]) == (422, "form"), message
        assert set(answer.json["errors"]) == {"message", "attachments"}, message
        assert answer.json["errors"]["attachments"] == ["no máximo 1", "diga cada arquivo uma vez", unknown]
    assert house.rows_of_all() == before
    assert beto.get("/attachments").json["attachments"] == [his]


def test_what_is_too_large_is_told_to_customers_without_settings(house):
    limits = house.world.engine.settings
    rita = house.here("rita")
    text = rita("POST", "/tickets", data=b" " * (limits.max_body_bytes + 1), content_type="application/json")
    length = {"environ_overrides": {"CONTENT_LENGTH": str(limits.attachment_max_bytes + 1)}}
    file = rita("POST", "/attachments?name=a.png", data=b"", content_type="image/png", **length)
    for answer, most in ((text, "3,8 MB"), (file, "23,8 MB")):
        assert (answer.status_code, answer.json["code"]) == (413, "too_large")
        assert f"no máximo {most}." in answer.json["detail"]
        assert "TRAMITA" not in answer.text
    assert "envie os arquivos antes" in text.json["detail"]
    ours = house.staff("ana")(
        "POST", "/tickets", data=b" " * (limits.max_body_bytes + 1), content_type="application/json", prefix="/api/v1"
    )
    assert (ours.status_code, "no máximo 3,8 MB (TRAMITA_MAX_BODY_BYTES)" in ours.json["detail"]) == (413, True)
