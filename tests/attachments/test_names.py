from __future__ import annotations

import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.attachments.names import MAX_NAME, clean_name, disposition
from engine.errors import Invalid

RUN = settings(max_examples=200, derandomize=True, deadline=None)
CLEANED = {
    "laudo.pdf": "laudo.pdf",
    "../../etc/passwd": "passwd",
    r"..\..\windows\system32\cmd.pdf": "cmd.pdf",
    "/etc/shadow.pdf": "shadow.pdf",
    r"C:\fakepath\laudo.pdf": "laudo.pdf",
    "C:laudo.pdf": "C_laudo.pdf",
    "laudo.pdf:fluxo.exe": "laudo.pdf_fluxo.exe",
    "..／..／laudo.pdf": "laudo.pdf",
    "..＼laudo．pdf": "laudo.pdf",
    "a∕b⁄c⧸d.pdf": "d.pdf",
    "laudo\u202efdp.exe": "laudofdp.exe",
    "\u2066laudo\u2069.pdf": "laudo.pdf",
    "la\u200budo\u200d.p\u2060df\ufeff": "laudo.pdf",
    "\u200b.htaccess": "htaccess",
    "a\u00adb\u034fc\u3164d\ufe0fe.pdf": "abcde.pdf",
    "laudo\x00.pdf": "laudo.pdf",
    "laudo\r\nX-Evil: 1.pdf": "laudo X-Evil_ 1.pdf",
    "laudo.pdf...": "laudo.pdf",
    "laudo.pdf . .": "laudo.pdf",
    "...laudo.pdf": "laudo.pdf",
    "  um   nome\u00a0com\u2003espaços.pdf ": "um nome com espaços.pdf",
    "cafe\u0301.pdf": "café.pdf",
    "CON.pdf": "_CON.pdf",
    "nul.tar.pdf": "_nul.tar.pdf",
    "COM1.pdf": "_COM1.pdf",
    "LPT\u00b9.pdf": "_LPT\u00b9.pdf",
    "aux": "_aux",
    "console.pdf": "console.pdf",
    'a"b<c>|d?*.pdf': "a_b_c__d__.pdf",
    "relatório…pdf": "relatório...pdf",
    "a" * 255 + ".pdf": "a" * 196 + ".pdf",
    "é" * 4096 + ".docx": "é" * 195 + ".docx",
    "a." + "b" * 300: ("a." + "b" * 300)[:200],
    "%2e%2e%2flaudo.pdf": "%2e%2e%2flaudo.pdf",
}
NOTHING = ["", " ", ".", "..", "...", "/", "\\", "../", "a/", "\u202e", "\u200b\u200c", "\x00", "．．", "\ud800"]


@pytest.mark.parametrize(("name", "wanted"), CLEANED.items(), ids=range(len(CLEANED)))
def test_names_are_made_harmless(name, wanted):
    assert clean_name(name) == wanted


@pytest.mark.parametrize("name", NOTHING, ids=range(len(NOTHING)))
def test_a_name_of_nothing_is_refused(name):
    with pytest.raises(Invalid) as refusal:
        clean_name(name)
    assert refusal.value.code == "name_invalid"
    assert "laudo.pdf" in refusal.value.detail


ODD = "./\\:\u202e\u200b\u2028\x00\r\n \u00a0．／…\u0301\ufe0f\U000e0041\ud800CONcom1NULabcé\u3164"


@RUN
@given(st.one_of(st.text(max_size=300), st.text(alphabet=ODD, max_size=400)))
def test_cleaned_twice_is_cleaned_once_and_nothing_odd_remains(name):
    try:
        found = clean_name(name)
    except Invalid:
        return
    assert clean_name(found) == found
    assert 0 < len(found) <= MAX_NAME
    assert unicodedata.normalize("NFC", found) == found
    assert not {unicodedata.category(one) for one in found} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not set(found) & set('/\\:<>"|?*')
    assert found == found.strip(" .")


@RUN
@given(st.one_of(st.text(max_size=100), st.text(alphabet=ODD + '"%;\u20ac', max_size=100)))
def test_header_of_a_download_is_ascii_and_tells_the_very_name(name):
    try:
        found = clean_name(name)
    except Invalid:
        return
    header = disposition(found)
    assert header.isascii()
    assert header.isprintable()
    plain, _, exact = header.partition("; filename*=UTF-8''")
    assert plain.startswith('attachment; filename="')
    assert plain.count('"') == 2
    assert not set(plain[22:-1]) & set('/\\%"')
    assert unquote(exact, errors="strict") == found
