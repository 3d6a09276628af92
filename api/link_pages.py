"""The page behind an invitation or a reset: two fields for a password, and nothing else.

The link's secret stands behind `#`: browsers send it to nobody, so it is in no log and no Referer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response

from engine.people.passwords import SHORTEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.config import Settings
    from engine.people.links import Purpose

link_pages = Blueprint("link_pages", __name__)

PATHS: Final[Mapping[Purpose, str]] = {"invitation": "/convite", "reset": "/nova-senha"}
_DOORS: Final[Mapping[Purpose, str]] = {
    "invitation": "/api/v1/invitations/accept",
    "reset": "/api/v1/password-resets/accept",
}
_PAGE: Final = """<!doctype html>
<html lang="pt-BR">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tramita: definir a senha</title>
<link rel="stylesheet" href="/senha.css">
</head>
<body>
<main>
<h1>Definir a senha</h1>
<form data-door="{door}">
<p><label>Nova senha<br><input name="password" type="password" autocomplete="new-password" required></label></p>
<p><label>A mesma, outra vez<br><input name="again" type="password" autocomplete="new-password" required></label></p>
<p class="hint">Use ao menos {shortest} caracteres. Quatro palavras sem relação entre si servem bem.</p>
<p><button>Definir</button></p>
</form>
<p role="status"></p>
</main>
<script src="/senha.js"></script>
</body>
</html>
"""
_STYLE: Final = """:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif }
body { margin: 0; padding: 1rem }
main { max-width: 24rem; margin: 8vh auto 0 }
h1 { font-size: 1.5rem; line-height: 1.2 }
input, button { box-sizing: border-box; width: 100%; margin-top: .25rem; padding: .6rem .75rem; font: inherit }
button { cursor: pointer }
.hint { font-size: .9rem }
"""
_SCRIPT: Final = """"use strict";
const form = document.querySelector("form");
const told = document.querySelector("[role=status]");
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
if (!token) {
  form.remove();
  told.textContent = "Abra de novo o link que você recebeu, inteiro: o endereço desta página não traz o código dele.";
}
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const password = form.elements.password.value;
  if (password !== form.elements.again.value) {
    told.textContent = "As duas senhas são diferentes.";
    return;
  }
  told.textContent = "Um momento…";
  try {
    const answer = await fetch(form.dataset.door, {
      method: "POST",
      headers: {"Content-Type": "application/json"},
      body: JSON.stringify({token, password}),
    });
    const body = await answer.json();
    if (answer.ok) form.remove();
    told.textContent = answer.ok
      ? `A senha de ${body.login} foi definida. Entre com ela.`
      : body.detail.replace(/^password: ./, (beginning) => beginning.at(-1).toUpperCase());
  } catch {
    told.textContent = "O servidor não respondeu. Tente de novo.";
  }
});
"""
_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)


def link_of(settings: Settings, purpose: Purpose, text: str) -> str:
    """The link: it begins with what the settings say, never with what a request says of its host."""
    return f"{settings.public_url or f'http://{settings.host}:{settings.port}'}{PATHS[purpose]}#{text}"


@link_pages.get(PATHS["invitation"])
def invitation() -> Response:
    """The page of an invitation."""
    return _page("invitation")


@link_pages.get(PATHS["reset"])
def reset() -> Response:
    """The page of a reset."""
    return _page("reset")


@link_pages.get("/senha.js")
def script() -> Response:
    """What the page does."""
    return Response(_SCRIPT, mimetype="text/javascript")


@link_pages.get("/senha.css")
def style() -> Response:
    """What the page looks like."""
    return Response(_STYLE, mimetype="text/css")


@link_pages.after_request
def headers(response: Response) -> Response:
    """It loads only what is here, and stays in no cache."""
    response.headers["Content-Security-Policy"] = _CSP
    return response


def _page(purpose: Purpose) -> Response:
    return Response(_PAGE.format(door=_DOORS[purpose], shortest=SHORTEST), mimetype="text/html")
