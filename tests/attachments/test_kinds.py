from __future__ import annotations

import contextlib
import io
import tracemalloc

import pytest
from attachments.samples import BAD, GOOD, MEDIA, bomb
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.attachments.kinds import KNOWN, identify, offered
from engine.attachments.names import clean_name
from engine.config import Settings, SettingsError
from engine.errors import Refused
from engine.starting import start

TYPES = offered(Settings())
RUN = settings(max_examples=200, derandomize=True, deadline=None)


def look(name, content, types=TYPES):
    return identify(io.BytesIO(content), len(content), clean_name(name), types)


@pytest.mark.parametrize(("name", "content"), GOOD.items(), ids=GOOD)
def test_what_is_allowed_is_taken(name, content):
    found = look(name, content)
    assert found.media_type == MEDIA[name.rpartition(".")[2].lower()]
    assert found.kind == ("recording" if found.media_type.startswith("audio/") else "file")


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_what_is_not_allowed_is_refused_with_what_to_do(case):
    name, content, status, code = case
    with pytest.raises(Refused) as refusal:
        look(name, content)
    assert (refusal.value.status, refusal.value.code) == (status, code)
    if code != "file_empty":
        assert refusal.value.reasons[0].fix


def test_a_bomb_is_refused_without_being_unpacked():
    content = bomb()
    tracemalloc.start()
    with pytest.raises(Refused) as refusal:
        look("carta.docx", content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refusal.value.code == "zip_bomb"
    assert peak < 4_000_000


def test_a_zip_without_an_end_of_parts_is_refused_before_they_are_read():
    content = GOOD["carta.docx"]
    end = content.rindex(b"PK\x05\x06")
    many = content[: end + 8] + b"\xff\xff\xff\xff" + content[end + 12 :]
    with pytest.raises(Refused) as refusal:
        look("carta.docx", many)
    assert refusal.value.code == "zip_bomb"


@RUN
@given(st.data())
def test_no_damage_makes_anything_but_a_refusal(data):
    name = data.draw(st.sampled_from(sorted(GOOD)))
    content = bytearray(GOOD[name])
    for _ in range(data.draw(st.integers(0, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = bytes(content[: data.draw(st.integers(0, len(content)))])
    with contextlib.suppress(Refused):
        assert name.rpartition(".")[2].lower() in look(name, content).suffixes


@RUN
@given(st.sampled_from(sorted(GOOD)), st.sampled_from(sorted(GOOD)))
def test_a_content_is_of_the_type_of_its_own_name_only(name, other):
    suffix = other.rpartition(".")[2].lower()
    same = MEDIA[suffix] == MEDIA[name.rpartition(".")[2].lower()]
    try:
        look(f"arquivo.{suffix}", GOOD[name])
    except Refused:
        assert not same
    else:
        assert same


def test_an_installation_narrows_and_extends_the_list():
    types = offered(Settings(attachment_types="pdf, dwg=image/vnd.dwg:41433130"))
    assert look("planta.dwg", b"AC1032" + bytes(100), types).media_type == "image/vnd.dwg"
    for name, content in {"planta.dwg": b"MZ" + bytes(100), "foto.png": GOOD["foto.png"]}.items():
        with pytest.raises(Refused):
            look(name, content, types)


@pytest.mark.parametrize(
    "word", ["exe", "x=text/html:414243", "svg=image/svg+xml:3c737667", "a=image/a:4142", "a=image/a:414", "=:"]
)
def test_a_type_that_browsers_run_or_nobody_recognises_ends_the_start(word):
    with pytest.raises(SettingsError) as error:
        start(Settings(database_url="sqlite:///:memory:", attachment_types=f"pdf, {word}"))
    assert "TRAMITA_ATTACHMENT_TYPES" in str(error.value)


def test_the_list_of_the_first_requirement_is_there():
    assert {"pdf", "png", "jpeg", "xls", "xlsx", "docx", "pptx"} <= set(KNOWN) == {one.key for one in TYPES}
