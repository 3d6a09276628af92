"""The name of a file, made harmless: it is told and shown, and never a path on our disk."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote

from engine.errors import Invalid

MAX_NAME: Final = 200
_LONGEST_SUFFIX: Final = 12
_SEPARATORS: Final = re.compile(r"[/\\⁄∕⧵⧸﹨／＼]")
_DOTS: Final = str.maketrans({"․": ".", "﹒": ".", "．": ".", "…": "...", "‥": ".."})
# What no file system or shell takes as a plain character; `:` begins another stream of a file on Windows.
_ODD: Final = re.compile(r'[<>:"|?*\uFF1A\uFF5C\uFF1F\uFF0A]')
# Invisible, though Unicode counts them as letters or marks: fillers, joiners and selectors.
_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_DROPPED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_DEVICES: Final = re.compile(r"(?i)(?:CON|PRN|AUX|NUL|CLOCK\$|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])\s*(?:\.|\Z)")


def clean_name(given: str) -> str:
    """The name as it is kept: without folders, controls, invisible and direction-changing characters; NFC, short.

    Everything that is asked of a name is asked of what comes out of here; cleaned twice, it is the same name.

    Raises:
        Invalid: nothing is left of it.
    """
    name, before = given, None
    while name != before:
        before, name = name, _once(name)
    if not name:
        raise Invalid(
            "O arquivo não tem nome que sirva. Diga um nome com extensão, por exemplo laudo.pdf.", code="name_invalid"
        )
    return name


def suffix_of(name: str) -> str:
    """What stands after the last dot, in small letters; empty: there is no dot."""
    return name.rpartition(".")[2].casefold() if "." in name else ""


def disposition(name: str) -> str:
    """The header Content-Disposition for a download under this name (RFC 6266, RFC 8187)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9 ._()+,=@~-]", "_", plain).strip(" .") or "anexo"
    exact = quote(name, safe="!#$&+-.^_`|~")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"


def _once(name: str) -> str:
    name = _SEPARATORS.split(unicodedata.normalize("NFC", name))[-1]
    name = "".join(one for one in name if unicodedata.category(one) not in _DROPPED or one in "\t\n\r")
    name = _ODD.sub("_", _UNSEEN.sub("", name).translate(_DOTS))
    name = " ".join(name.split()).strip(" .")
    if _DEVICES.match(name):
        name = f"_{name}"
    if len(name) > MAX_NAME:
        stem, dot, suffix = name.rpartition(".")
        keeps = dot and len(suffix) <= _LONGEST_SUFFIX
        name = f"{stem[: MAX_NAME - len(suffix) - 1]}.{suffix}" if keeps else name[:MAX_NAME]
    return name
