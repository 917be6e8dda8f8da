"""Parameters to start training from."""

import numpy as np

from pinpoint3d.net.parameters import initial
from pinpoint3d.net.unet import UNet


def test_they_have_the_shapes_that_the_network_names() -> None:
    shapes = UNet(3, (4, 5)).shapes()
    parameters = initial(shapes, np.random.default_rng(0))
    assert {name: values.shape for name, values in parameters.items()} == shapes


def test_one_seed_draws_one_network_in_whatever_order_it_is_described() -> None:
    shapes = UNet(3, (4, 5)).shapes()
    one = initial(shapes, np.random.default_rng(1))
    other = initial(dict(reversed(shapes.items())), np.random.default_rng(1))
    assert all(np.array_equal(one[name], other[name]) for name in shapes)


def test_weights_keep_the_size_of_what_passes_through() -> None:
    weight = initial({"a.weight": (200, 300)}, np.random.default_rng(0))["a.weight"]
    x = np.maximum(np.random.default_rng(1).normal(size=(500, 200)), 0)
    assert 0.9 < np.square(x @ weight).mean() / (2 * np.square(x).mean()) < 1.1
