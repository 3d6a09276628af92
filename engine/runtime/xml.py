"""The one door through which XML comes in: small, plain, without DOCTYPE, or refused."""

from __future__ import annotations

import codecs
import re
from typing import Any, Final

from lxml import etree

from engine.errors import Invalid

LIMIT_BYTES: Final = 1_000_000
_BOMS: Final = (
    (codecs.BOM_UTF32_LE, None),  # before UTF-16: it begins with the same two bytes
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What modelers write. Everything else (UTF-7, EBCDIC …) is a way to hide a DOCTYPE from a reader of bytes.
_ENCODINGS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "cp1252",
}
_DECLARATION: Final = re.compile(r"<\?xml\s[^>]*?\?>")
_DECLARED: Final = re.compile(r"""\bencoding\s*=\s*["']([^"']*)["']""")
_PROLOG: Final = re.compile(r"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)
_XINCLUDE: Final = "{http://www.w3.org/2001/XInclude}*"


class XmlRefused(Invalid):
    """The bytes are not a file that may be read.

    Attributes:
        code: `too_large`, `encoding`, `doctype`, `malformed`, `xinclude`, or what a reader adds.
        line: where, counted from 1; 1 when it concerns the whole file.
    """

    def __init__(self, code: str, detail: str, line: int = 1) -> None:
        super().__init__(detail, code=code, line=line)
        self.line = line


def parse(raw: bytes, limit_bytes: int = LIMIT_BYTES) -> etree._Element:
    """The root element, without comments and instructions; entities and the network are never used.

    Raises:
        XmlRefused: too large, encoded in an unusual way, with a DOCTYPE or XInclude, or not well formed.
    """
    if len(raw) > limit_bytes:
        raise XmlRefused("too_large", f"O arquivo tem {len(raw):,} bytes; o limite é {limit_bytes:,}.")
    text = _decode(raw)
    _refuse_doctype(text)
    # The text is ours by now, so its declaration no longer says how it is encoded.
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        line, column = getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 1
        where = f"linha {line}, coluna {column}"
        raise XmlRefused("malformed", f"O arquivo não é XML bem formado ({where}).", line) from None
    info: Any = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:
        raise _doctype(1)
    included = next(root.iter(_XINCLUDE), None)
    if included is not None:
        raise XmlRefused("xinclude", "XInclude não é aceito: o arquivo deve bastar a si mesmo.", line_of(included))
    return root


def line_of(element: etree._Element) -> int:
    """The line on which the element begins."""
    line: int | None = getattr(element, "sourceline", None)  # the stubs give it no type
    return line or 1


def _decode(raw: bytes) -> str:
    for bom, codec in _BOMS:
        if raw.startswith(bom):
            if codec is None:
                raise XmlRefused("encoding", "A codificação UTF-32 não é aceita; salve o arquivo em UTF-8.")
            return _decoded(raw[len(bom) :], codec)
    head = raw[:200].decode("latin-1")
    declaration = _DECLARATION.match(head.lstrip())
    declared = _DECLARED.search(declaration.group()) if declaration else None
    name = declared.group(1) if declared else "utf-8"
    known = _ENCODINGS.get(name.lower())
    if known is None:
        raise XmlRefused("encoding", f"A codificação {name[:40]!r} não é aceita; salve o arquivo em UTF-8.")
    return _decoded(raw, known)


def _decoded(raw: bytes, codec: str) -> str:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise XmlRefused("encoding", f"Há bytes que não são {codec}; salve o arquivo em UTF-8.", line) from None


def _refuse_doctype(text: str) -> None:
    at = 0
    while found := _PROLOG.match(text, at):
        at = found.end()
    if text.startswith("<!", at):
        raise _doctype(text.count("\n", 0, at) + 1)


def _doctype(line: int) -> XmlRefused:
    return XmlRefused("doctype", "DOCTYPE e entidades não são aceitos; apague essa declaração.", line)
