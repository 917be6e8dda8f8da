"""What people are asked after working with a tool, as data that a plan carries, and the scores."""

from collections.abc import Mapping
from dataclasses import dataclass

from pinpoint3d.errors import FileFormatError


@dataclass(frozen=True)
class Question:
    """One scale.

    Attributes
    ----------
    key
        Names it in answers.
    text
        What is asked.
    low, high
        What the two ends of the scale mean.
    is_reversed
        Whether the low end speaks for what the questionnaire measures.
    """

    key: str
    text: str
    low: str
    high: str
    is_reversed: bool = False


@dataclass(frozen=True)
class Questionnaire:
    """Questions that share a scale, and are scored together.

    Attributes
    ----------
    name
        Names it in plans and logs.
    source
        Whom a report has to name.
    lowest, highest
        Ends of the scale; whole numbers between them are answers.
    questions
        In the order asked.
    """

    name: str
    source: str
    lowest: int
    highest: int
    questions: tuple[Question, ...]

    def score(self, answers: Mapping[str, int]) -> float:
        """Mean over the questions, from 0 to 100.

        Raises
        ------
        FileFormatError
            If an answer is missing, or lies outside the scale.
        """
        total = 0.0
        for question in self.questions:
            answer = answers.get(question.key)
            if answer is None or not self.lowest <= answer <= self.highest:
                raise FileFormatError(
                    f"{self.name}: {question.key!r} is answered by {answer}; "
                    f"give {self.lowest} to {self.highest}."
                )
            total += self.highest - answer if question.is_reversed else answer - self.lowest
        return 100 * total / (len(self.questions) * (self.highest - self.lowest))


WORKLOAD = Questionnaire(
    name="workload",
    source="after Hart and Staveland, NASA Task Load Index, 1988, unweighted",
    lowest=0,
    highest=100,
    questions=(
        Question("mental", "How much did you have to think and look?", "very little", "very much"),
        Question("physical", "How much work was it for your hands?", "very little", "very much"),
        Question("temporal", "How hurried did you feel?", "not at all", "very"),
        Question("performance", "How well did you do what was asked?", "perfectly", "not at all"),
        Question("effort", "How hard did you have to work to do so?", "not at all", "very"),
        Question("frustration", "How annoyed or unsure were you?", "not at all", "very"),
    ),
)
"""The six scales of NASA-TLX in plain words; 100 is the heaviest load."""

_DISAGREE, _AGREE = "strongly disagree", "strongly agree"

USABILITY = Questionnaire(
    name="usability",
    source="Brooke, SUS: a quick and dirty usability scale, 1996",
    lowest=1,
    highest=5,
    questions=tuple(
        # the scale's even statements speak against the tool
        Question(f"sus{number}", text, _DISAGREE, _AGREE, is_reversed=number % 2 == 0)
        for number, text in enumerate(
            (
                "I think that I would like to use this system frequently.",
                "I found the system unnecessarily complex.",
                "I thought the system was easy to use.",
                "I think that I would need the support of a technical person to be able to use "
                "this system.",
                "I found the various functions in this system were well integrated.",
                "I thought there was too much inconsistency in this system.",
                "I would imagine that most people would learn to use this system very quickly.",
                "I found the system very cumbersome to use.",
                "I felt very confident using the system.",
                "I needed to learn a lot of things before I could get going with this system.",
            ),
            start=1,
        )
    ),
)
"""The System Usability Scale, in the words it was validated with; 100 is the best."""

QUESTIONNAIRES = (WORKLOAD, USABILITY)
