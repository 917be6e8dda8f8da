"""Colours of labels: all different, and background grey."""

import numpy as np

from pinpoint3d.picture.palette import palette


def test_objects_and_their_parts_differ():
    objects = np.repeat(np.arange(1, 15), 12).astype(np.int32)
    parts = np.tile(np.arange(12), 14).astype(np.int32)
    colours = palette(objects, parts)
    assert len(np.unique(colours, axis=0)) == len(colours)


def test_neighbouring_parts_differ_in_lightness():
    parts = np.arange(1, 9, dtype=np.int32)
    for object_id in range(1, 8):
        colours = palette(np.full(8, object_id, np.int32), parts)
        lightness = colours @ [0.299, 0.587, 0.114]
        assert np.abs(np.diff(lightness)).min() > 12


def test_background_is_grey():
    grey = palette(np.zeros(1, np.int32), np.zeros(1, np.int32))[0]
    assert np.ptp(grey) == 0
