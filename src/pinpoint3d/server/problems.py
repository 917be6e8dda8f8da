"""Errors as answers: `application/problem+json` with a code that programs can tell apart."""

from collections.abc import Sequence
from http import HTTPStatus

from pinpoint3d.errors import FileAccessError, FileFormatError, PinpointError, SceneError
from pinpoint3d.server.identifiers import new_id
from pinpoint3d.server.messages import Code, LoggedOp, Problem

MEDIA_TYPE = "application/problem+json"
STATUS = {
    Code.BAD_REQUEST: 400,
    Code.UNAUTHORISED: 401,
    Code.WRONG_ORIGIN: 403,
    Code.NOT_ALLOWED: 403,
    Code.NOT_FOUND: 404,
    Code.STALE: 409,
    Code.WRONG_OFFSET: 409,
    Code.SCAN_CHANGED: 409,
    Code.GONE: 410,
    Code.TOO_LARGE: 413,
    Code.WRONG_HOST: 421,
    Code.UNREADABLE: 422,
    Code.REFUSED: 422,
    Code.LOCKED: 423,
    Code.NO_REVISION: 428,
    Code.BUSY: 429,
    Code.INTERNAL: 500,
    Code.NOT_READY: 503,
    Code.DISK_FULL: 507,
}


class RefusedError(PinpointError):
    """A request that is not done; `problem` is the answer to it."""

    def __init__(
        self,
        code: Code,
        detail: str,
        *,
        rev: int | None = None,
        retry_after: int | None = None,
        ops: Sequence[LoggedOp] | None = None,
    ) -> None:
        super().__init__(detail)
        status = STATUS[code]
        self.problem = Problem(
            title=HTTPStatus(status).phrase,
            status=status,
            detail=detail,
            code=code,
            request_id=new_id(),
            rev=rev,
            retry_after=retry_after,
            ops=None if ops is None else list(ops),
        )


def refused(error: PinpointError) -> RefusedError:
    """What the package refused, as an answer; file errors without the path."""
    if isinstance(error, RefusedError):
        return error
    if isinstance(error, FileAccessError):
        return RefusedError(Code.SCAN_CHANGED, "the scan's file cannot be read; put it back.")
    if isinstance(error, FileFormatError | SceneError):
        return RefusedError(Code.UNREADABLE, str(error))
    return RefusedError(Code.REFUSED, str(error))
