"""The application: all routes behind one guard. `create_app` is what a server runs."""

from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.exceptions import HTTPException

from pinpoint3d._version import __version__
from pinpoint3d.errors import PinpointError
from pinpoint3d.server.channel import CLOSE_GONE, CLOSE_TOO_SLOW, Channel
from pinpoint3d.server.guard import Guard
from pinpoint3d.server.messages import PROTOCOL, Code, Health, Welcome
from pinpoint3d.server.pages import add_pages
from pinpoint3d.server.problems import MEDIA_TYPE, RefusedError, refused
from pinpoint3d.server.routes import api
from pinpoint3d.server.services import Services, services_of, services_of_socket
from pinpoint3d.server.settings import Settings
from pinpoint3d.server.study_routes import study
from pinpoint3d.server.work import Lane


def create_app(services: Services) -> FastAPI:
    """Application of a server that runs (`services.running`)."""
    settings = services.settings
    app = FastAPI(
        title="pinpoint3d",
        version=__version__,
        description="Click on a 3D scan and get the object and its parts.",
        docs_url=None,  # ours needs no script from elsewhere
        redoc_url=None,
    )
    app.state.services = services
    app.include_router(api)
    app.include_router(study)
    _add_socket(app, settings)
    _add_health(app)
    add_pages(app, token=settings.token)
    app.add_exception_handler(PinpointError, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_failure)
    app.add_middleware(
        Guard,
        hosts=settings.hosts,
        token=settings.token,
        max_body=settings.message_bytes,
        streams=lambda path: path.startswith("/api/v1/uploads/"),
    )
    return app


def _add_socket(app: FastAPI, settings: Settings) -> None:
    @app.websocket("/api/v1/sessions/{session}/ws")
    async def talk(socket: WebSocket, session: str) -> None:
        server = services_of_socket(socket)
        offered = socket.scope.get("subprotocols", [])
        await socket.accept(PROTOCOL if PROTOCOL in offered else None)
        try:
            live = await server.sessions.get(session)
            if len(live.listeners) >= settings.sockets:
                raise RefusedError(Code.BUSY, f"{settings.sockets} browsers are on this session.")
            opened = await live.scene()
        except PinpointError as error:
            problem = refused(error).problem
            code = CLOSE_GONE if problem.status in (404, 410) else CLOSE_TOO_SLOW
            await socket.close(code, problem.code)
            return
        welcome = Welcome(
            session=server.sessions.info(session),
            scene=opened.info,
            limits=server.limits,
            study=settings.study is not None,
        )
        channel = Channel(
            socket,
            live,
            welcome,
            settings,
            lambda: server.sessions.is_gone(session),
            server.metrics,
        )
        await channel.serve()


def _add_health(app: FastAPI) -> None:
    @app.get("/healthz")
    async def healthz() -> Health:
        """Whether the server is alive; never waits for anything."""
        return Health(status="ok", version=__version__)

    @app.get("/readyz", responses={503: {"model": Health}})
    async def readyz(request: Request) -> Response:
        """Whether the model is loaded and the disk has room."""
        server = services_of(request)
        has_disk = await server.work.run(Lane.DISK, server.has_disk)
        ready = server.is_ready and has_disk
        status = "ok" if ready else "starting" if has_disk else "disk full"
        body = Health(status=status, version=__version__).model_dump()
        return JSONResponse(body, status_code=200 if ready else 503)

    @app.get("/metrics", response_class=PlainTextResponse)
    async def metrics(request: Request) -> str:
        """Counts and times, for Prometheus."""
        server = services_of(request)
        live = server.sessions.live.values()
        gauges = {
            "sessions": len(live),
            "sockets": sum(len(session.listeners) for session in live),
            **{f"{lane.value[0]}_jobs": server.work.jobs(lane) for lane in Lane},
        }
        return server.metrics.text(gauges)


async def _on_refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, PinpointError)  # what it is registered for
    problem = refused(error).problem
    headers = {}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    body = problem.model_dump(mode="json", exclude_none=True)
    return JSONResponse(body, problem.status, headers, MEDIA_TYPE)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # what it is registered for
    fault = error.errors()[0]
    where = ".".join(str(step) for step in fault["loc"])
    return await _on_refusal(request, RefusedError(Code.BAD_REQUEST, f"{where}: {fault['msg']}."))


async def _on_http(request: Request, error: Exception) -> Response:
    """What the framework refuses by itself: unknown paths, methods, bodies that are no JSON."""
    assert isinstance(error, HTTPException)  # what it is registered for
    if isinstance(error.__cause__, RefusedError):  # raised by the guard while a body was read
        return await _on_refusal(request, error.__cause__)
    code = Code.NOT_FOUND if error.status_code == 404 else Code.BAD_REQUEST
    response = await _on_refusal(request, RefusedError(code, f"{str(error.detail).rstrip('.')}."))
    response.status_code = error.status_code
    response.headers.update(error.headers or {})
    return response


async def _on_failure(request: Request, _: Exception) -> Response:
    """A fault of ours; uvicorn logs it."""
    refusal = RefusedError(Code.INTERNAL, "the server failed; its log says where.")
    return await _on_refusal(request, refusal)
