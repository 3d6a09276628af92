"""Small files of every type that is taken, and what hostile people make of them."""

from __future__ import annotations

import io
import struct
import wave
import zipfile
import zlib

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
HTML = b"<!DOCTYPE html><html><script>alert(document.domain)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def png(width=1, height=1):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg(comment=b"foto"):
    def segment(marker, data):
        return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data

    start = b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + segment(0xFE, comment)
    frame = segment(0xDB, bytes(65)) + segment(0xC0, bytes((8, 0, 1, 0, 1, 1, 1, 0x11, 0)))
    return start + frame + segment(0xDA, bytes((1, 1, 0, 0, 63, 0))) + b"\x12\x34\xff\xd9"


_MAIN = {
    "docx": ("wordprocessingml.document", "word/document.xml"),
    "xlsx": ("spreadsheetml.sheet", "xl/workbook.xml"),
    "pptx": ("presentationml.presentation", "ppt/presentation.xml"),
}


def office(kind, *, more=None, types=None, compression=zipfile.ZIP_DEFLATED):
    """An Office Open XML file; `more`: further parts by name."""
    main, part = _MAIN[kind]
    told = types or f"application/vnd.openxmlformats-officedocument.{main}.main+xml"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        made.writestr(
            "[Content_Types].xml",
            f'<?xml version="1.0"?><Types><Override PartName="/{part}" ContentType="{told}"/></Types>',
        )
        made.writestr("_rels/.rels", "<Relationships/>")
        made.writestr(part, "<main/>")
        for name, content in (more or {}).items():
            made.writestr(name, content)
    return out.getvalue()


def plain_zip(content=b"run me"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("META-INF/MANIFEST.MF", content)
    return out.getvalue()


def bomb():
    """A docx whose one part unpacks to two hundred times and more of what it is: 400 MB of nothing."""
    return office("docx", more={"word/media/image1.bmp": bytes(400_000_000)})


def overlapping():
    """A docx whose directory names the same packed part a thousand times."""
    base = office("docx", more={"word/a.xml": bytes(1_000_000)})
    end = base.rindex(b"PK\x05\x06")
    count, length, begin = struct.unpack("<HII", base[end + 10 : end + 20])
    directory = base[begin:end]
    last = directory[directory.rindex(b"PK\x01\x02") :]
    copies = b"".join(last.replace(b"word/a.xml", b"word/%05d" % n) for n in range(1000))
    count += 1000
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, length + len(copies), begin, 0)
    return base[:begin] + directory + copies + tail


def xls(*names, sector=512):
    """A compound file with these entries in its directory."""
    entries = [("Root Entry", 5), *((name, 2) for name in names or ("Workbook",))]
    entries += [("", 0)] * (-len(entries) % (sector // 128))
    directory = b"".join(_entry(name, kind) for name, kind in entries)
    sectors = len(directory) // sector
    fat = [0xFFFFFFFD, *range(2, sectors + 1), 0xFFFFFFFE]
    fat += [0xFFFFFFFF] * (sector // 4 - len(fat))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<I", 0) + b"\xff" * (4 * 108)
    return head + struct.pack(f"<{sector // 4}I", *fat) + directory


def _entry(name, kind):
    told = name.encode("utf-16-le")
    length = len(told) + 2 if name else 0
    return told.ljust(64, b"\0") + struct.pack("<HBB", length, kind, 1) + b"\xff" * 12 + bytes(48)


def mp3():
    frame = bytes((0xFF, 0xFB, 0x90, 0x00)) + bytes(413)
    return b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10) + frame * 3


def ogg(first=b"OpusHead\x01\x01"):
    return b"OggS\0\x02" + bytes(20) + bytes((1, len(first))) + first + b"OggS\0\x00" + bytes(40)


def wav():
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(8000)
        made.writeframes(bytes(160))
    return out.getvalue()


def _box(kind, content=b""):
    return struct.pack(">I", 8 + len(content)) + kind + content


def m4a(handler=b"soun"):
    hdlr = _box(b"hdlr", bytes(8) + handler + bytes(13))
    moov = _box(b"moov", _box(b"mvhd", bytes(100)) + _box(b"trak", _box(b"mdia", hdlr)))
    return _box(b"ftyp", b"M4A \0\0\0\0mp42isom") + _box(b"mdat", b"\x21\x10") + moov


GOOD = {
    "laudo.pdf": PDF,
    "foto.png": png(),
    "foto.jpg": jpeg(),
    "foto.JPEG": jpeg(b"outra"),
    "conta.xls": xls(),
    "conta.xlsx": office("xlsx"),
    "carta.docx": office("docx"),
    "slides.pptx": office("pptx"),
    "ligação.mp3": mp3(),
    "áudio.ogg": ogg(),
    "áudio.opus": ogg(b"OpusHead\x01\x02"),
    "fala.wav": wav(),
    "fala.m4a": m4a(),
}
MEDIA = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
}
# name, content, status, code
BAD = {
    "html named png": ("foto.png", HTML, 415, "content_differs"),
    "html": ("pagina.html", HTML, 415, "file_type"),
    "svg": ("desenho.svg", SVG, 415, "file_type"),
    "svg named png": ("desenho.png", SVG, 415, "content_differs"),
    "an executable": ("setup.exe", b"MZ" + bytes(100), 415, "file_type"),
    "an executable named pdf": ("setup.pdf", b"MZ" + bytes(100), 415, "content_differs"),
    "two suffixes": ("laudo.pdf.exe", PDF, 415, "file_type"),
    "no suffix": ("laudo", PDF, 415, "file_type"),
    "only a suffix": (".pdf", PDF, 415, "file_type"),
    "a dot file": (".htaccess", b"Options +ExecCGI", 415, "file_type"),
    "eicar": ("eicar.pdf", EICAR, 415, "content_differs"),
    "mhtml": (
        "pagina.pdf",
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n" + HTML,
        415,
        "content_differs",
    ),
    "png named jpeg": ("foto.jpg", png(), 415, "content_differs"),
    "gif with javascript": ("foto.jpg", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)", 415, "content_differs"),
    "nothing": ("laudo.pdf", b"", 422, "file_empty"),
    "html before pdf": ("laudo.pdf", HTML + PDF, 415, "content_differs"),
    "html in pdf": ("laudo.pdf", PDF.replace(b"1 0 obj", b"%" + HTML + b"\n1 0 obj"), 422, "polyglot"),
    "zip behind pdf": ("laudo.pdf", PDF + plain_zip() + b"%%EOF", 422, "polyglot"),
    "zip behind jpeg": ("foto.jpg", jpeg() + plain_zip(), 422, "polyglot"),
    "zip behind wav": ("fala.wav", wav() + plain_zip(), 422, "polyglot"),
    "zip behind png": ("foto.png", png() + plain_zip(), 415, "content_differs"),
    "pdf behind jpeg": ("foto.jpg", jpeg() + PDF, 422, "polyglot"),
    "pdf in wav": ("fala.wav", wav() + PDF, 422, "polyglot"),
    "script in jpeg": ("foto.jpg", jpeg(b"<script>alert(1)</script>"), 422, "polyglot"),
    "half a png": ("foto.png", png()[:-8], 415, "content_differs"),
    "half a docx": ("carta.docx", office("docx")[:-40], 415, "content_differs"),
    "pdf without end": ("laudo.pdf", PDF[:-8], 415, "content_differs"),
    "zip named docx": ("carta.docx", plain_zip(), 415, "content_differs"),
    "xlsx named docx": ("carta.docx", office("xlsx"), 415, "content_differs"),
    "something before docx": ("carta.docx", b"#!/bin/sh\n" + office("docx"), 415, "content_differs"),
    "something behind docx": ("carta.docx", office("docx") + HTML, 415, "content_differs"),
    "zip slip": ("carta.docx", office("docx", more={"../../etc/cron.d/x": b"*"}), 422, "zip_names"),
    "macros": ("conta.xlsx", office("xlsx", more={"xl/vbaProject.bin": b"x"}), 422, "macros"),
    "xlsm named xlsx": (
        "conta.xlsx",
        office("xlsx", types="application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
        422,
        "macros",
    ),
    "macros in xls": ("conta.xls", xls("Workbook", "_VBA_PROJECT_CUR"), 422, "macros"),
    "far macros in xls": ("conta.xls", xls("Workbook", *(f"s{n}" for n in range(20)), "VBA"), 422, "macros"),
    "doc named xls": ("conta.xls", xls("WordDocument"), 415, "content_differs"),
    "password": ("conta.xlsx", xls("EncryptedPackage", "EncryptionInfo"), 422, "encrypted"),
    "overlapping parts": ("carta.docx", overlapping(), 422, "zip_bomb"),
    "video named m4a": ("fala.m4a", m4a(b"vide"), 415, "content_differs"),
    "theora named ogg": ("fala.ogg", ogg(b"\x80theora"), 415, "content_differs"),
    "text named mp3": ("fala.mp3", b"ID3 nothing of the kind" * 20, 415, "content_differs"),
}
