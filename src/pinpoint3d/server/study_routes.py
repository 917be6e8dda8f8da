"""The REST interface of a user study; every route is refused where there is none."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from pinpoint3d.server.desk import Desk
from pinpoint3d.server.messages import (
    Code,
    StudyAnswers,
    StudyEnd,
    StudyPlan,
    StudyProgress,
    StudyView,
)
from pinpoint3d.server.problems import RefusedError
from pinpoint3d.server.routes import PROBLEMS
from pinpoint3d.server.services import Services, services_of

study = APIRouter(prefix="/api/v1/study", responses=PROBLEMS)


def _desk(server: Annotated[Services, Depends(services_of)]) -> Desk:
    if server.desk is None:
        raise RefusedError(Code.NOT_ALLOWED, "no study is worked on here; start it with --study.")
    return server.desk


At = Annotated[Desk, Depends(_desk)]
Who = Annotated[str, Path(pattern="^[0-9A-Za-z]{1,40}$")]
Number = Annotated[int, Path(ge=1, le=10_000)]


@study.get("/{participant}")
async def get_plan(participant: Who, desk: At) -> StudyPlan:
    """What a participant does, in order, and what of it is over."""
    return desk.plan(participant)


@study.post("/{participant}/trials/{number}", status_code=201)
async def start_trial(participant: Who, number: Number, desk: At) -> StudyProgress:
    """Begin a trial, or go on with it; its session logs what is done from now on."""
    return await desk.start(participant, number)


@study.get("/{participant}/trials/{number}")
async def get_trial(participant: Who, number: Number, desk: At) -> StudyProgress:
    """A trial under way, with its IoU."""
    return desk.progress(participant, number)


@study.post("/{participant}/trials/{number}/view", status_code=204)
async def note_view(participant: Who, number: Number, body: StudyView, desk: At) -> None:
    """Note where is looked from; once a second is enough."""
    await desk.look(participant, number, body)


@study.post("/{participant}/trials/{number}/end", status_code=204)
async def end_trial(participant: Who, number: Number, body: StudyEnd, desk: At) -> None:
    """Note that a trial is over."""
    await desk.end(participant, number, body.reason)


@study.post("/{participant}/answers", status_code=204)
async def note_answers(participant: Who, body: StudyAnswers, desk: At) -> None:
    """Keep answers to a questionnaire about a tool."""
    await desk.answer(participant, body)
