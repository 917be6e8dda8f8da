"""Names and sizes of things, whatever their source calls them."""

import pytest

from pinpoint3d.synth.imported.kinds import SIZES, finish_of, kind_of, part_name, scale_of


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        ("StorageFurniture", "cabinet"),
        ("TrashCan", "bin"),
        ("Mug", "cup"),
        ("Chair", "chair"),
        ("Side Table", "side_table"),
        ("", "thing"),
    ],
)
def test_categories_of_sources_get_our_names(category: str, kind: str):
    assert kind_of(category) == kind


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("handle_12", "handle"),
        ("dark_piece_2", "dark piece"),
        ("ChairBack", "chair back"),
        ("part_1", "part"),
        ("17", "part"),
    ],
)
def test_siblings_of_one_kind_share_a_name(name: str, ours: str):
    assert part_name(name) == ours


def test_glass_is_glass_but_a_bottle_of_it_can_be_scanned():
    assert finish_of("glass", "window") == "glass"
    assert finish_of("glass", "bottle") != "glass"


def test_a_plausible_size_stays():
    assert scale_of("chair", 0.9, metric=True) == 1


@pytest.mark.parametrize(("longest", "scale"), [(90.0, 0.01), (900.0, 0.001)])
def test_centimetres_and_millimetres_are_found_out(longest: float, scale: float):
    assert scale_of("chair", longest, metric=True) == scale


def test_a_doll_s_chair_grows_to_the_smallest_chair():
    assert 0.2 * scale_of("chair", 0.2, metric=True) == pytest.approx(SIZES["chair"][0])


@pytest.mark.parametrize("kind", ["chair", "unheard_of"])
def test_lengths_that_mean_nothing_give_a_middling_size(kind: str):
    sizes = {x * scale_of(kind, x, metric=False) for x in (1.0, 2.0, 64.0)}

    assert len(sizes) == 1
    assert 0.3 < sizes.pop() < 1.2
