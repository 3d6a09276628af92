"""Hostile bytes at the one door for XML: refused with a reason, never anything else, and nothing is read or asked."""

from __future__ import annotations

import codecs
import contextlib
import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.processes.checking import check
from engine.runtime.xml import LIMIT_BYTES, XmlRefused, parse

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CANARY = "canario-4711"
PLAIN = f'<definitions xmlns="{BPMN}"><process id="p"/></definitions>'
LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))

REFUSED = {
    "empty": b"",
    "blank": b" \n\t ",
    "text": "não é XML".encode(),
    "binary": bytes(range(256)) * 40,
    "zip": b"PK\x03\x04" + bytes(500),
    "zeros": bytes(1_000),
    "zero inside": PLAIN.replace("process", "pro\0cess").encode(),
    "truncated": PLAIN.encode()[:-7],
    "truncated in a name": PLAIN.encode()[:20],
    "truncated in a letter": "<a>é".encode()[:-1],
    "two roots": b"<a/><a/>",
    "text behind": b"<a/>x",
    "wrong nesting": b"<a><b></a></b>",
    "attribute twice": b'<a b="1" b="2"/>',
    "no quotes": b"<a b=1/>",
    "unknown prefix": b"<x:a/>",
    "control sign": b"<a>\x08</a>",
    "sign by number": b"<a>&#0;</a>",
    "half a pair": b"<a>&#xD800;</a>",
    "unknown entity": b"<a>&algo;</a>",
    "deep": b"<a>" * 5_000 + b"</a>" * 5_000,
    "doctype": b"<!DOCTYPE a><a/>",
    "doctype behind a comment": b"<!-- <a> --><!DOCTYPE a><a/>",
    "doctype behind an instruction": b"<?x ?>\n\n<!DOCTYPE a><a/>",
    "doctype in small letters": b"<!doctype a><a/>",
    "doctype in UTF-16": codecs.BOM_UTF16_LE + "<!DOCTYPE a><a/>".encode("utf-16-le"),
    "doctype in UTF-16, big": codecs.BOM_UTF16_BE + "<!DOCTYPE a><a/>".encode("utf-16-be"),
    "doctype in UTF-16, undeclared": "<!DOCTYPE a><a/>".encode("utf-16-le"),
    "doctype in UTF-7": b"<?xml version='1.0' encoding='UTF-7'?>+ADwAIQ-DOCTYPE a+AD4-<a/>",
    "doctype in EBCDIC": "<?xml version='1.0' encoding='cp037'?><!DOCTYPE a><a/>".encode("cp037"),
    "doctype in UTF-32": "<!DOCTYPE a><a/>".encode("utf-32"),
    "doctype truncated": b"<!DOCTYPE",
    "entity": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    "entity of a file": b"<!DOCTYPE a [<!ENTITY b SYSTEM 'FILE'>]><a>&b;</a>",
    "entity of the net": b"<!DOCTYPE a [<!ENTITY b SYSTEM 'NET'>]><a>&b;</a>",
    "parameter entity": b"<!DOCTYPE a [<!ENTITY % b SYSTEM 'NET'> %b;]><a/>",
    "external DTD": b"<!DOCTYPE a SYSTEM 'NET'><a/>",
    "public DTD": b"<!DOCTYPE a PUBLIC '-//x' 'NET'><a/>",
    "billion laughs": f"<!DOCTYPE a [<!ENTITY l0 'ha'>{LAUGHS}]><a>&l9;</a>".encode(),
    "quadratic": b"<!DOCTYPE a [<!ENTITY b '" + b"x" * 50_000 + b"'>]><a>" + b"&b;" * 10_000 + b"</a>",
    "included file": b"<a xmlns:x='http://www.w3.org/2001/XInclude'><x:include href='FILE' parse='text'/></a>",
    "included address": b"<x:include xmlns:x='http://www.w3.org/2001/XInclude' href='NET'/>",
    "encoding nobody uses": b"<?xml version='1.0' encoding='ISO-2022-JP'?><a/>",
    "encoding that is none": b"<?xml version='1.0' encoding='../../x'?><a/>",
    "UTF-16 by name only": b"<?xml version='1.0' encoding='UTF-16'?><a/>",
    "not the declared UTF-8": "<?xml version='1.0' encoding='UTF-8'?><a>é</a>".encode("latin-1"),
    "not the declared ASCII": "<?xml version='1.0' encoding='US-ASCII'?><a>é</a>".encode(),
    "surrogate in UTF-16": codecs.BOM_UTF16_LE + "<a>\ud800</a>".encode("utf-16-le", "surrogatepass"),
    "odd UTF-16": codecs.BOM_UTF16_LE + b"<\0a\0/\0>",
    "overlong UTF-8": b"<a>\xc0\xbc</a>",
    "too large": PLAIN.encode() + b" " * LIMIT_BYTES,
    "large attribute": b'<a b="' + b"x" * 5_000_000 + b'"/>',
    "many attributes": b"<a " + b" ".join(b"b%d='1'" % n for n in range(600_000)) + b"/>",
}
READ = {
    "declared": f"<?xml version='1.0' encoding='UTF-8'?>\n{PLAIN}",
    "comment with a doctype": f"<!-- <!DOCTYPE a> -->{PLAIN}",
    "text with a doctype": PLAIN.replace("<process", "<documentation><![CDATA[<!DOCTYPE a>]]></documentation><process"),
    "instructions": f"<?xml-stylesheet href='file:///etc/passwd'?>{PLAIN}",
    "blanks before": f"\n\n{PLAIN}",
    "schema location": PLAIN.replace(
        "<definitions",
        "<definitions xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:schemaLocation='x http://127.0.0.1:9/x'",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_hostile_bytes_are_refused_with_a_reason(case, tmp_path):
    file = tmp_path / "canario"
    file.write_text(CANARY)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        raw = REFUSED[case].replace(b"FILE", file.as_uri().encode()).replace(b"NET", address.encode())
        with pytest.raises(XmlRefused) as refused:
            parse(raw)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert refused.value.code in {"too_large", "encoding", "doctype", "malformed", "xinclude"}
    assert refused.value.line >= 1
    assert refused.value.detail.endswith(".")
    assert CANARY not in refused.value.detail
    for name in ("p.bpmn", "p.dmn"):
        [finding] = check([(name, raw)]).findings
        assert finding.rule in {"unreadable-file", "doctype"}
        assert finding.element is None


@pytest.mark.parametrize("case", READ)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_harmless_files_are_read(case, codec):
    raw = READ[case].encode(codec)
    assert parse(raw).tag == f"{{{BPMN}}}definitions"


def test_the_usual_western_encodings_are_read():
    for name in ("ISO-8859-1", "windows-1252"):
        raw = f"<?xml version='1.0' encoding='{name}'?><a b='João'/>".encode(name)
        assert parse(raw).get("b") == "João"


def test_lines_are_those_of_the_file():
    raw = b"<?xml version='1.0'?>\n<!-- one\ntwo -->\n<a>\n<b/>\n</c>"
    with pytest.raises(XmlRefused) as refused:
        parse(raw)
    assert refused.value.line == 6
    with pytest.raises(XmlRefused) as refused:
        parse(b"\n\n<!DOCTYPE a><a/>")
    assert refused.value.line == 3


def test_comments_and_instructions_are_gone():
    root = parse(b"<a><!-- x --><?y z?><b/></a>")
    assert [child.tag for child in root] == ["b"]


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw):
    with contextlib.suppress(XmlRefused):
        assert parse(raw).tag


@settings(max_examples=150, derandomize=True, deadline=None)
@given(st.data())
def test_a_file_with_some_bytes_changed_is_read_or_refused(data):
    raw = bytearray(PLAIN.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    report = check([("p.bpmn", bytes(raw))])
    assert report.errors
