"""A cheap camera's picture of a clean image: as bright, softer, and with noise in patches."""

import numpy as np
import pytest

from pinpoint3d.synth.camera import developed

NOISE = 0.006


def picture(level: float = 0.6, noise: float = NOISE) -> np.ndarray:
    image = np.full((96, 128, 3), level, np.float32)
    return developed(image, noise, np.random.default_rng(0)).astype(float)


def test_an_even_image_without_noise_stays_as_it_is():
    assert np.ptp(picture(noise=0.0)) == 0
    assert picture(noise=0.0)[0, 0, 0] == pytest.approx(0.6 * 255, abs=0.5)


def test_noise_is_alike_in_red_and_green_and_twice_as_much_in_blue():
    """As on bare tables in real Kinect scans."""
    red, green, blue = picture().std(axis=(0, 1))
    assert red / green == pytest.approx(1, abs=0.2)
    assert 1.7 < blue / green < 2.7


def test_neighbours_share_noise():
    left = picture(noise=0.02)[..., 0] - 0.6 * 255
    assert (left[:, 1:] * left[:, :-1]).mean() / (left**2).mean() > 0.3


def test_edges_are_soft_and_lie_where_they_were():
    image = np.zeros((32, 64, 3), np.float32)
    image[:, 32:] = 0.8
    made = developed(image, 0.0, np.random.default_rng(0))[8:24].mean(axis=(0, 2))
    assert made[28] < 5
    assert made[36] > 0.78 * 255
    assert 10 < made[31] < made[32] < 0.78 * 255
