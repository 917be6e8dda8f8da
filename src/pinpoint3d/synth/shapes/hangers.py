"""Clothes hangers on a rail along x, as wardrobes and garment rails have them."""

from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.primitives import Number, curve, tube


def add_hanger(
    builder: Builder, rail: int, x: Number, y: Number, top: Number, half: Number, sway: Number
) -> int:
    """Index of a new hanger, a child of `rail`, over whose hook clothes may be hung.

    Parameters
    ----------
    x, y
        Where it hangs: the rail's middle line runs through (y, under `top`).
    top
        Height of the inside of its hook's bend: where the rail ends.
    half
        Half its width, along y.
    sway
        How far it may slide along the rail, metres.
    """
    hook = [(x, y - 0.018, top - 0.016), (x, y, top + 0.003), (x, y + 0.018, top - 0.016)]
    hook += [(x, y, top - 0.05), (x, y, top - 0.075)]
    arms = [(x, y - half, top - 0.14), (x, y, top - 0.07), (x, y + half, top - 0.14)]
    wire, wood = tube(curve(hook, 9), 0.003, sides=5), tube(curve(arms, 7), 0.007, sides=5)
    hanger = builder.part("hanger", wire, wood, parent=rail, finish="wood")
    builder.slide(hanger, (1, 0, 0), 0.0, sway)
    return hanger
