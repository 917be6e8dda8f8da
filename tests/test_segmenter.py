import logging

import pytest

from pinpoint3d import EncodedScene, Scene, Segmenter, SegmenterError, load_segmenter


@pytest.mark.parametrize("name", ["graph", "nearest", "net"])
def test_a_segmenter_is_loaded_by_the_name_it_goes_by(name: str) -> None:
    segmenter = load_segmenter(name)
    assert isinstance(segmenter, Segmenter)
    assert segmenter.name == name


@pytest.mark.parametrize("name", ["graph", "nearest", "net"])
def test_an_encoded_scene_says_which_segmenter_it_is_of_and_keeps_the_scene(name: str) -> None:
    scene = Scene([[0, 0, 0], [1, 0, 0]])
    encoded = load_segmenter(name).encode(scene)
    assert isinstance(encoded, EncodedScene)
    assert encoded.name == name
    assert encoded.scene is scene


def test_without_a_name_the_best_one_is_taken_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="pinpoint3d"):
        assert load_segmenter().name == "net"
    assert "net" in caplog.text


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(SegmenterError, match=r"no segmenter 'magic'; .*graph, nearest, net, and"):
        load_segmenter("magic")
