"""Files on their way in: a request's body is streamed to disk piece by piece, whether it is raw or a form."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import chain
from typing import TYPE_CHECKING, Final, NoReturn

from flask import request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from api.auth import engine
from api.errors import Malformed, Misshapen
from engine.attachments.storing import MAX_FILES, Receiver, body_limit, receiving, too_large
from engine.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.attachments.storing import Received
    from engine.config import Settings

_PIECE: Final = 1 << 16
_MOST_HEADERS: Final = 1 << 18


def is_upload() -> bool:
    """Whether the request brings bytes of files, rather than JSON that names some."""
    return request.mimetype != "application/json"


def received(*, max_files: int = MAX_FILES) -> tuple[Received, ...]:
    """Take the request's files in: parts `files` of a form, or the raw body with its name as `?name=`.

    Nothing of it is kept unless all of it is.

    Raises:
        Malformed, Misshapen: there is no file that can be read.
        TooLarge: the length that was declared, before anything is read, or what came, as soon as it is too much.
        UnfitFile, Invalid, NoSpace: a file is not taken.
    """
    settings = engine().settings
    limit = body_limit(settings, request.path, request.content_type or "")
    if (request.content_length or 0) > limit:
        raise too_large(limit)
    request.max_content_length = limit
    try:
        files = _form(settings, max_files) if request.mimetype == "multipart/form-data" else (_raw(settings),)
    except RequestEntityTooLarge:
        raise too_large(limit) from None
    except ClientDisconnected:
        raise Malformed("O envio foi interrompido antes do fim; nada foi guardado.", code="interrupted") from None
    return files


def content_of(files: tuple[Received, ...]) -> bytes:
    """What files say, for an Idempotency-Key."""
    return "\0".join(part for file in files for part in (file.name, file.digest)).encode()


def _raw(settings: Settings) -> Received:
    name = request.args.get("name")
    if name is None:
        _, options = parse_options_header(request.headers.get("Content-Disposition"))
        name = options.get("filename")
    if not name:
        raise Misshapen({"name": ["diga o nome do arquivo, por exemplo ?name=laudo.pdf"]})
    with receiving(settings, name) as receiver:
        for piece in _pieces():
            receiver.write(piece)
        return receiver.keep()


def _form(settings: Settings, max_files: int) -> tuple[Received, ...]:
    boundary = request.mimetype_params.get("boundary", "").encode()
    if not boundary:
        raise Malformed("O cabeçalho Content-Type do formulário não diz o boundary.")
    whole: list[Receiver] = []
    with ExitStack() as open_:
        for event in _events(MultipartDecoder(boundary, max_form_memory_size=_MOST_HEADERS + _PIECE)):
            if isinstance(event, File):
                if event.name != "files":
                    _strange(event.name)
                if len(whole) == max_files:
                    raise Invalid(f"Envie no máximo {max_files} arquivo(s) de uma vez.", code="files_too_many")
                whole.append(open_.enter_context(receiving(settings, event.filename)))
            elif isinstance(event, Field):
                _strange(event.name)
            elif isinstance(event, Data):
                whole[-1].write(event.data)
        if not whole:
            raise Misshapen({"files": ["envie ao menos um arquivo, em partes `files`"]})
        for one in whole:
            one.inspect()  # all of them, before the first is given its place
        return tuple(one.keep() for one in whole)


def _events(decoder: MultipartDecoder) -> Iterator[File | Field | Data]:
    try:
        for piece in chain(_pieces(), (None,)):
            decoder.receive_data(piece)
            while not isinstance(event := decoder.next_event(), NeedData):
                if isinstance(event, Epilogue):
                    return
                if isinstance(event, File | Field | Data):
                    yield event
    except ValueError:
        raise Malformed("O formulário não pode ser lido: ele termina antes do fim ou está malfeito.") from None


def _pieces() -> Iterator[bytes]:
    while piece := request.stream.read(_PIECE):
        yield piece


def _strange(name: str | None) -> NoReturn:
    raise Misshapen({name or "?": ["não existe aqui; envie partes `files`"]})
