"""The studio's own files, and the interface described as a page without scripts."""

from html import escape
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse

from pinpoint3d.server.guard import COOKIE
from pinpoint3d.server.messages import Code
from pinpoint3d.server.problems import RefusedError

STATIC = Path(__file__).with_name("static")
_NOT_BUILT = (
    "The studio's page is not in this installation: it was built without one.\n"
    "The interface for programs works; /docs describes it.\n"
)
_FOREVER = "public, max-age=31536000, immutable"


def add_pages(app: FastAPI, *, token: str | None, static: Path = STATIC) -> None:
    """Routes of the studio's page, its files, and `/docs`."""

    @app.get("/", include_in_schema=False)
    async def index(request: Request) -> Response:
        if token is not None and "token" in request.query_params:
            return _signed_in(request, token)
        page = static / "index.html"
        if not page.is_file():
            return PlainTextResponse(_NOT_BUILT, 503)
        return FileResponse(page, headers={"Cache-Control": "no-store"})

    @app.get("/assets/{name}", include_in_schema=False)
    async def asset(name: str, request: Request) -> Response:
        return _file(static / "assets", name, request, _FOREVER)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(docs_page(app.openapi()))

    @app.get("/{name}", include_in_schema=False)
    async def other(name: str, request: Request) -> Response:
        return _file(static, name, request, "no-cache")


def docs_page(document: dict[str, Any]) -> str:
    """An OpenAPI document as a plain page: paths, what they take and what they say."""
    rows = [
        f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
        f"<p>{escape(operation.get('description') or operation.get('summary', ''))}</p>"
        f"<p>{_parameters(operation)}</p>"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    title = escape(f"{document['info']['title']} {document['info']['version']}")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<h1>{title}</h1><p>The whole description, for tools: "
        f'<a href="/openapi.json">openapi.json</a>.</p>{"".join(rows)}</html>'
    )


def _parameters(operation: dict[str, Any]) -> str:
    named = [
        f"<code>{escape(p['name'])}</code> ({escape(p['in'])})"
        for p in operation.get("parameters", [])
    ]
    content = operation.get("requestBody", {}).get("content", {})
    named += [f"body: {escape(kind)}" for kind in content]
    return ", ".join(named)


def _signed_in(request: Request, token: str) -> Response:
    """The printed address turned into one without the token, which a cookie keeps."""
    rest = [(k, v) for k, v in request.query_params.multi_items() if k != "token"]
    response = RedirectResponse("/" + ("?" + urlencode(rest) if rest else ""), 303)
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", max_age=7 * 86_400)
    response.headers["Cache-Control"] = "no-store"
    return response


def _file(folder: Path, name: str, request: Request, caching: str) -> Response:
    """A file of the studio by its plain name, packed where it is there so and the client can."""
    path = folder / name
    if Path(name).name != name or name.startswith(".") or not path.is_file():
        raise RefusedError(Code.NOT_FOUND, "there is no such page.")
    kind = guess_type(name)[0] or "application/octet-stream"
    headers = {"Cache-Control": caching, "Vary": "Accept-Encoding"}
    packed = path.with_name(f"{name}.gz")
    if "gzip" in request.headers.get("accept-encoding", "") and packed.is_file():
        return FileResponse(packed, media_type=kind, headers=headers | {"Content-Encoding": "gzip"})
    return FileResponse(path, media_type=kind, headers=headers)
