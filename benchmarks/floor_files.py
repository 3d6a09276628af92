"""The bare Flask application that uploads and downloads are measured against: a body into a file, and back."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

from flask import Flask, request, send_file

PIECE = 1 << 16


def application() -> Flask:
    """The WSGI application on FLOOR_FOLDER; with FLOOR_SYNC=1 each file reaches the disk before the answer."""
    app = Flask(__name__)
    folder = Path(os.environ["FLOOR_FOLDER"])
    sync = os.environ.get("FLOOR_SYNC") == "1"

    @app.post("/files")
    def upload():
        name = uuid4().hex
        with (folder / name).open("wb") as file:
            while piece := request.stream.read(PIECE):
                file.write(piece)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        return {"id": name}

    @app.get("/files/<name>")
    def download(name):
        return send_file(folder / name, mimetype="application/pdf")

    return app
