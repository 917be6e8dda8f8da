"""The REST interface: scans, sessions, operations, labels."""

from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import FileResponse

from pinpoint3d.robot import found_parts, organised_frame
from pinpoint3d.server.frames import Frame, Kind, encode, labels_frame
from pinpoint3d.server.messages import (
    Ack,
    ClickOp,
    Code,
    Export,
    FoundPart,
    FoundParts,
    LoggedOp,
    NewExport,
    NewSession,
    NewUpload,
    Op,
    Opening,
    OpenPath,
    OpResult,
    Problem,
    SceneInfo,
    SessionInfo,
    State,
    Upload,
)
from pinpoint3d.server.paths import inside
from pinpoint3d.server.problems import MEDIA_TYPE, RefusedError
from pinpoint3d.server.scenes import OpenScene
from pinpoint3d.server.services import Services, services_of
from pinpoint3d.session import Session
from pinpoint3d.types import MAX_ID

FOREVER = "private, max-age=31536000, immutable"
FRAMES = "application/octet-stream"
_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}

PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "Not done; `code` says why", "model": Problem, **_PROBLEM},
    "5XX": {"description": "Not now; `retry_after` says when", "model": Problem, **_PROBLEM},
}

api = APIRouter(prefix="/api/v1", responses=PROBLEMS)

Server = Annotated[Services, Depends(services_of)]
SessionId = Annotated[str, Path(pattern="^[0-9a-z]{26}$")]
SceneId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
_BINARY = {"content": {FRAMES: {"schema": {"type": "string", "format": "binary"}}}}


@api.get("/scenes")
async def list_scenes(server: Server) -> list[dict[str, str]]:
    """Scans that were opened here: their ids and names."""
    return [{"id": record.id, "name": record.name} for record in server.scenes.records()]


@api.post("/scenes", status_code=201)
async def open_path(body: OpenPath, server: Server) -> SceneInfo:
    """Open a scan in the server's data root."""
    path = inside(server.settings.data_root, body.path)
    options = body.model_dump(exclude={"path"}, exclude_none=True)
    opened = await server.scenes.add(path, options, path.name)
    return opened.info


@api.get("/scenes/{scene}")
async def get_scene(scene: SceneId, server: Server) -> SceneInfo:
    """A scan: its levels, box, and what was found on opening."""
    return (await server.scenes.open(scene)).info


@api.post("/scenes/{scene}/reopen", status_code=201)
async def reopen_scene(scene: SceneId, body: Opening, server: Server) -> SceneInfo:
    """Open a scan's file again, read another way: a scan of its own."""
    opened = await server.scenes.reopen(scene, body.model_dump(exclude_none=True))
    return opened.info


@api.get("/scenes/{scene}/levels/{level}", response_class=Response, responses={200: _BINARY})
async def get_level(scene: SceneId, level: Annotated[int, Path(ge=0, le=99)], server: Server):
    """Points of a level, as frames of positions and, where there are any, colours and normals."""
    content = await server.scenes.level(scene, level)
    return Response(content, media_type=FRAMES, headers={"Cache-Control": FOREVER})


@api.post("/uploads", status_code=201)
async def begin_upload(body: NewUpload, server: Server) -> Upload:
    """Announce a file, to be sent in pieces."""
    return server.uploads.begin(body)


@api.get("/uploads/{upload}")
async def get_upload(upload: SessionId, server: Server) -> Upload:
    """How much of a file is here."""
    return server.uploads.get(upload)


@api.put("/uploads/{upload}", status_code=204)
async def send_piece(
    upload: SessionId, request: Request, server: Server, offset: Annotated[int, Query(ge=0)]
) -> None:
    """Send a piece of a file, from the byte where the last one ended."""
    await server.uploads.receive(upload, offset, request.stream())


@api.delete("/uploads/{upload}", status_code=204)
async def cancel_upload(upload: SessionId, server: Server) -> None:
    """Forget an upload."""
    server.uploads.cancel(upload)


@api.post("/uploads/{upload}/done")
async def finish_upload(upload: SessionId, body: Opening, server: Server) -> SceneInfo:
    """Open a file that was sent whole; 422 says what is wrong with it."""
    opened = await server.uploads.finish(upload, body.model_dump(exclude_none=True))
    return opened.info


@api.get("/sessions")
async def list_sessions(server: Server) -> list[SessionInfo]:
    """All sessions, the newest first."""
    return server.sessions.infos()


@api.post("/sessions", status_code=201)
async def create_session(body: NewSession, server: Server) -> SessionInfo:
    """Start a session on a scan."""
    live = await server.sessions.create(body.scene, body.segmenter or server.settings.segmenter)
    return server.sessions.info(live.record.id)


@api.get("/sessions/{session}")
async def get_session(session: SessionId, server: Server) -> SessionInfo:
    """A session as it is on disk."""
    return server.sessions.info(session)


@api.delete("/sessions/{session}", status_code=204)
async def delete_session(session: SessionId, server: Server) -> None:
    """Forget a session; it answers 410 from then on."""
    await server.sessions.delete(session)


@api.get("/sessions/{session}/state")
async def get_state(session: SessionId, server: Server) -> State:
    """Object tree and clicks, with everything answered."""
    live = await server.sessions.get(session)
    return (await live.answered(live.rev)).state


@api.get("/sessions/{session}/labels", response_class=Response, responses={200: _BINARY})
async def get_labels(
    session: SessionId, server: Server, order: Literal["display", "file"] = "display"
) -> Response:
    """All labels, as one frame; `order=file` for the rows of the scan's file."""
    live = await server.sessions.get(session)
    answer = await live.answered(live.rev)
    labels = answer.colours.labels
    if order == "file":
        labels = (await live.scene()).display.in_file_order(labels)
    content = encode(labels_frame(labels, answer.rev))
    return Response(content, media_type=FRAMES, headers={"ETag": f'"{answer.rev}"'})


@api.get("/sessions/{session}/confidence", response_class=Response, responses={200: _BINARY})
async def get_confidence(session: SessionId, server: Server) -> Response:
    """Confidence of every displayed point, as one frame."""
    live = await server.sessions.get(session)
    await live.answered(live.rev)

    def read(shown: Session, opened: OpenScene) -> bytes:
        values = np.rint(shown.masks.confidence[opened.display.rows] * 255).astype(np.uint8)
        return encode(Frame(Kind.CONFIDENCE, len(values), values.tobytes()))

    return Response(await live.read(read), media_type=FRAMES)


@api.get("/sessions/{session}/readings", response_class=Response, responses={200: _BINARY})
async def get_readings(
    session: SessionId, point: Annotated[int, Query(ge=0, le=MAX_ID)], server: Server
) -> Response:
    """What a click on a displayed point could mean, small to large; nothing is done."""
    live = await server.sessions.get(session)
    asked = ClickOp(op="click", point=point, object=0)
    nowhere = Ack(key="", rev=live.rev, object=0, part=0)
    return Response(await live.candidates(asked, nowhere), media_type=FRAMES)


@api.get("/sessions/{session}/parts")
async def get_parts(session: SessionId, server: Server) -> FoundParts:
    """Where every object and part is and how it lies, for robots.

    An organised scan counts as an image in its camera's own frame.
    """
    live = await server.sessions.get(session)
    answer = await live.answered(live.rev)

    def read(shown: Session, opened: OpenScene) -> list[FoundPart]:
        scene = opened.scene
        is_image = scene.source is not None and scene.source.report.shape is not None
        frame = organised_frame(scene) if is_image else None
        found = found_parts(scene, shown.masks, frame, shown.names)
        return [FoundPart.model_validate(part.document()) for part in found]

    return FoundParts(rev=answer.rev, parts=await live.read(read))


@api.post("/sessions/{session}/ops")
async def do_op(
    session: SessionId,
    op: Op,
    server: Server,
    idempotency_key: Annotated[str, Header(pattern=r"^[0-9A-Za-z_-]{8,64}$")],
    if_match: Annotated[str | None, Header()] = None,
) -> OpResult:
    """Do an operation and wait for its masks.

    `If-Match` has the revision that it is based on, in quotes, or * for whatever stands.
    """
    base = revision_of(if_match)
    live = await server.sessions.get(session)
    ack = await live.submit(idempotency_key, base, op)
    answer = await live.answered(ack.rev)
    return OpResult(rev=ack.rev, object=ack.object, part=ack.part, state=answer.state)


@api.get(
    "/sessions/{session}/log",
    response_class=Response,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
)
async def get_log(
    session: SessionId, server: Server, since: Annotated[int, Query(ge=0)] = 0
) -> Response:
    """Operations after a revision, a line of JSON each."""
    live = await server.sessions.get(session)
    lines: list[LoggedOp] = [entry.logged() for entry in live.entries_since(since)]
    text = "".join(line.model_dump_json() + "\n" for line in lines)
    return Response(text, media_type="application/x-ndjson")


@api.post("/sessions/{session}/exports", status_code=202)
async def begin_export(session: SessionId, body: NewExport, server: Server) -> Export:
    """Start to make a file of a session as it is now."""
    return await server.exports.begin(await server.sessions.get(session), body.format)


@api.get("/exports/{export}")
async def get_export(export: SessionId, server: Server) -> Export:
    """How far an export is."""
    return server.exports.get(export)


@api.get("/exports/{export}/file", response_class=Response, responses={200: _BINARY})
async def get_export_file(export: SessionId, server: Server) -> FileResponse:
    """The file of a finished export; ranges are served."""
    path, name = server.exports.file(export)
    return FileResponse(path, filename=name, media_type=FRAMES)


def revision_of(if_match: str | None) -> int | None:
    """Revision of an If-Match header; None for any."""
    if if_match is None:
        raise RefusedError(
            Code.NO_REVISION, 'say what this is based on: If-Match with the rev in quotes, or "*".'
        )
    text = if_match.strip().strip('"')
    if text == "*":
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise RefusedError(Code.BAD_REQUEST, "If-Match is no revision; give it in quotes, or *.")
    return int(text)
