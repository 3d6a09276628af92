"""Uploads and downloads beside a bare Flask that streams to a file (`python -m benchmarks.files`)."""

from __future__ import annotations

import http.client
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.figure import Figure, Legs, table
from benchmarks.installation import a_database, installed, on_one_core
from benchmarks.machine import header
from benchmarks.servers import OURS, waitress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.servers import Server

FLOOR = "benchmarks.floor_files:application()"
SIZES = {"20 MB": 20_000_000, "100 KB": 100_000}
ROUNDS, LEG_S = 6, 1.0
SHARE = 0.5


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, a_database("PostgreSQL") as url, installed(url) as here:
        paths = {name: Path(folder) / name for name in ("floor", "synced", "ours")}
        for path in paths.values():
            path.mkdir()
        ticket = here.ticket().protocol
        with (
            waitress(FLOOR, url, FLOOR_FOLDER=str(paths["floor"])) as floor,
            waitress(FLOOR, url, FLOOR_FOLDER=str(paths["synced"]), FLOOR_SYNC="1") as synced,
            waitress(OURS, url, TRAMITA_ATTACHMENTS_DIR=str(paths["ours"])) as own,
        ):
            headers = {"Authorization": f"Bearer {here.token}"}
            to = f"/api/v1/tickets/{ticket}/attachments?name=laudo.pdf"
            for said, size in SIZES.items():
                content = b"%PDF-1.4\n" + bytes(size) + b"%%EOF\n"
                up = {
                    "floor": _upload(floor, "/files", content, {}),
                    "synced": _upload(synced, "/files", content, {}),
                    "ours": _upload(own, to, content, headers),
                }
                one = json.loads(up["ours"]())["attachments"][0]
                other = json.loads(up["floor"]())["id"]
                yield from _told(f"upload of {said}", size, Legs(up, rounds=ROUNDS, leg_s=LEG_S))
                down = {
                    "floor": _download(floor, f"/files/{other}", {}, len(content)),
                    "ours": _download(own, one["url"], headers, len(content)),
                }
                yield from _told(f"download of {said}", size, Legs(down, rounds=ROUNDS, leg_s=LEG_S))
                for path in (*paths["floor"].iterdir(), *paths["synced"].iterdir()):
                    path.unlink()


def _told(measure: str, size: int, legs: Legs) -> Iterator[Figure]:
    share = 1 / legs.ratio("ours", "floor")
    durable = ""
    if "synced" in legs.seconds:
        durable = f"; {1 / legs.ratio('ours', 'synced'):.2f} of the floor where it syncs each file"
    rates = {name: f"{size / 1e3 / legs.ms(name):.0f} MB/s, {legs.ms(name):.1f} ms" for name in ("ours", "floor")}
    yield Figure(
        measure=measure,
        measured=f"{share:.2f} of the bare floor{durable} ({rates['ours']}; floor {rates['floor']})",
        asked=f"at least {SHARE}" if size > 1_000_000 else "",
        holds=share >= SHARE if size > 1_000_000 else None,
    )


def _upload(server: Server, path: str, content: bytes, headers: dict[str, str]) -> Callable[[], bytes]:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def once() -> bytes:
        line.request("POST", path, content, {"Content-Type": "application/pdf", **headers})
        answer = line.getresponse()
        body = answer.read()
        assert answer.status in {200, 201}, body
        return body

    return once


def _download(server: Server, path: str, headers: dict[str, str], size: int) -> Callable[[], None]:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def once() -> None:
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
        assert len(answer.read()) == size

    return once


def main() -> None:
    on_one_core()
    print(header(), table(figures()), sep="\n\n")


if __name__ == "__main__":
    main()
