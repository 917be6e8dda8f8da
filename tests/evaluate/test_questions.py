import pytest

from pinpoint3d.evaluate.questions import SETTINGS, Setting, child_rng, questions_of
from pinpoint3d.evaluate.sets.entries import Entry

CHAIR = Entry("chair", "room", 3, (1, 2, 5), "chair")
LAMP = Entry("lamp", "room", 4, (1, 2), "lamp")
STONE = Entry("stone", "garden", 1)


def test_all_parts_are_targets():
    [asked] = questions_of([CHAIR], "all-part", seed=0)
    assert asked.targets == ((3, 1), (3, 2), (3, 5))
    assert (asked.name, asked.scene, asked.category, asked.whole) == (
        "chair",
        "room",
        "chair",
        False,
    )


def test_random_parts_are_some_of_them_and_at_least_one():
    sizes = set()
    for seed in range(40):
        [asked] = questions_of([CHAIR], "random-part", seed)
        assert set(asked.targets) <= {(3, 1), (3, 2), (3, 5)}
        assert list(asked.targets) == sorted(asked.targets)
        sizes.add(len(asked.targets))
    assert sizes == {1, 2, 3}


def test_a_single_part_is_any_of_them():
    chosen = {questions_of([CHAIR], "single-part", seed)[0].targets for seed in range(40)}
    assert chosen == {((3, 1),), ((3, 2),), ((3, 5),)}


def test_the_choice_of_parts_depends_on_seed_and_entry_alone():
    for setting in ("random-part", "single-part"):
        together = questions_of([LAMP, CHAIR, STONE], setting, seed=7)
        alone = questions_of([CHAIR], setting, seed=7)
        assert together[1] == alone[0]


def test_an_object_is_asked_for_whole():
    [asked] = questions_of([CHAIR], "object", seed=0)
    assert asked.targets == ((3, 0),)
    assert asked.whole


@pytest.mark.parametrize("setting", [s for s in SETTINGS if s != "objects"])
def test_an_entry_without_parts_asks_for_its_object_in_every_setting(setting: Setting):
    [asked] = questions_of([STONE], setting, seed=0)
    assert asked.targets == ((1, 0),)
    assert asked.whole


def test_all_objects_of_a_scene_are_one_question():
    asked = questions_of([CHAIR, LAMP, STONE], "objects", seed=0)
    assert [q.targets for q in asked] == [((3, 0), (4, 0)), ((1, 0),)]
    assert all(q.whole for q in asked)


def test_generators_of_entries_differ_and_repeat():
    one, again, other = (child_rng(5, name).random(3).tolist() for name in ("a", "a", "b"))
    assert one == again
    assert one != other
