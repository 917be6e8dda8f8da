"""Sofas: two- and three-seaters, armchairs, corner sofas and chaises, with cushions of many makes.

Part tree: base, back, armrests (body, pad, front panel, piping), seat cushions and back cushions
(pad, piping), buttons or channels, throw pillows, blanket, legs, runners or a skirt.
"""

import math
from itertools import pairwise

import numpy as np

from pinpoint3d.synth.assets import Asset, Finish
from pinpoint3d.synth.shapes.builder import Builder
from pinpoint3d.synth.shapes.legs import add_legs
from pinpoint3d.synth.shapes.primitives import (
    Axis,
    Mesh,
    Point,
    box,
    cushion,
    cylinder,
    hoop,
    joined,
    moved,
    stretched,
    turned,
)
from pinpoint3d.synth.shapes.sweeps import upended
from pinpoint3d.synth.shapes.upholstery import button, button_places, pad, piping

LAYOUTS = ("armchair", "two", "three", "corner", "chaise")
ARMS = ("block", "slim", "rolled", "pillow", "open", "none")
BACKS = ("cushions", "tight", "tufted", "channelled", "low cushions")
STANDS = ("tapered", "square", "splayed", "sled", "plinth", "skirt")
SEAMS = ("plain", "piped", "boxed")


def make(rng: np.random.Generator) -> Asset:
    """A sofa, 0.7 to 3.2 m wide."""
    layout, arm = str(rng.choice(LAYOUTS)), str(rng.choice(ARMS))
    back, stand, seam = str(rng.choice(BACKS)), str(rng.choice(STANDS)), str(rng.choice(SEAMS))
    return _Sofa(layout, arm, back, stand, seam, rng).built()


class _Sofa:
    """One sofa being put together.

    It is drawn with the corner or chaise at the left and mirrored at the end if need be. The back
    is at y = 0; `deep` reaches to the front of the seats.
    """

    def __init__(
        self, layout: str, arm: str, back: str, stand: str, seam: str, rng: np.random.Generator
    ) -> None:
        self.layout, self.arm, self.back = layout, arm, back
        self.stand, self.seam, self.rng = stand, seam, rng
        self.builder = Builder("sofa")
        self.side = -1 if layout in ("corner", "chaise") and rng.random() < 0.5 else 1
        self.soft: Finish = "leather" if rng.random() < 0.3 else "fabric"
        self.wide_seat = rng.uniform(0.52, 0.72)
        if layout == "armchair":
            self.wide_seat = rng.uniform(0.5, 0.62)
        self.deep = rng.uniform(0.76, 0.95)
        self.foot = {"plinth": 0.05, "skirt": 0.03}.get(stand, rng.uniform(0.07, 0.18))
        self.seat = rng.uniform(0.38, 0.46)
        self.pad_thick = rng.uniform(0.1, 0.17)
        self.back_thick = rng.uniform(0.13, 0.2)
        self.top = rng.uniform(0.68, 0.78) if back == "low cushions" else rng.uniform(0.74, 0.95)
        self.arm_wide = {
            "block": rng.uniform(0.14, 0.24),
            "slim": rng.uniform(0.06, 0.1),
            "rolled": rng.uniform(0.15, 0.2),
            "pillow": rng.uniform(0.16, 0.22),
            "open": 0.06,
            "none": 0.0,
        }[arm]
        self.arm_high = rng.uniform(0.54, 0.66)

    def built(self) -> Asset:
        """The whole sofa."""
        rng, layout = self.rng, self.layout
        n_seats = {"armchair": 1, "two": 2, "three": 3}.get(layout, int(rng.integers(2, 4)))
        width = n_seats * self.wide_seat
        x0, x1 = -width / 2, width / 2
        reach = rng.uniform(1.4, 1.7) if layout == "chaise" else 0.0
        if layout == "corner":
            reach = self.deep + int(rng.integers(1, 3)) * self.wide_seat
        self._base(x0, x1, reach)
        self._stand(x0, x1, reach)
        self._backs(x0, x1, n_seats, reach)
        self._seats(x0, x1, n_seats, reach)
        self._arms(x0, x1)
        self._throws(x0, x1)
        style = f"{layout}, {self.arm} arms, {self.back} back, {self.stand}, {self.seam}, {n_seats}"
        return self.builder.asset(f"{style} seats, {self.soft}")

    def _part(
        self, name: str, *meshes: Mesh, parent: int = -1, finish: Finish | None = None
    ) -> int:
        placed = [stretched(mesh, x=self.side) if self.side < 0 else mesh for mesh in meshes]
        return self.builder.part(name, *placed, parent=parent, finish=finish or self.soft)

    def _block(
        self, name: str, low: tuple[float, float, float], high: tuple[float, float, float]
    ) -> int:
        """A part that is a firm upholstered block, barely rounded."""
        return self._part(name, pad(low, high, 0.02, 0.025))

    def _base(self, x0: float, x1: float, reach: float) -> None:
        front, top = -self.deep + 0.01, self.seat - self.pad_thick + 0.01
        self._block("base", (x0, front, self.foot), (x1, -0.01, top))
        if reach:
            right = x0 + self._run()
            self._block("base", (x0, -reach + 0.01, self.foot), (right, front + 0.005, top))

    def _run(self) -> float:
        """How wide the part is that comes forward."""
        return self.deep if self.layout == "corner" else self.wide_seat

    def _stand(self, x0: float, x1: float, reach: float) -> None:
        foot = self.foot
        if self.stand in ("plinth", "skirt"):
            inset, finish = (0.03, "wood") if self.stand == "plinth" else (-0.004, self.soft)
            top = foot + (0.002 if self.stand == "plinth" else 0.07)
            areas = [(x0, -self.deep, x1, 0.0)]
            if reach:
                areas.append((x0, -reach, x0 + self._run(), -self.deep + 0.06))
            if self.arm not in ("none", "open"):
                areas[0] = (x0 - self.arm_wide, areas[0][1], x1 + self.arm_wide, 0.0)
            for a, b, c, d in areas:
                low, high = (a + inset, b + inset, 0), (c - inset, d - abs(inset), top)
                self._part(
                    self.stand,
                    box(low, high, 0.002),
                    finish="wood" if finish == "wood" else self.soft,
                )
            return
        out = self.arm_wide if self.arm not in ("none", "open") else 0.0
        # A corner sofa has no armrest at its corner.
        left, right = x0 - (0.0 if self.layout == "corner" else out), x1 + out
        half = (right - left) / 2 - 0.07
        centre = (self.side * (left + right) / 2, -self.deep / 2)
        made_of: Finish = "wood" if self.rng.random() < 0.7 else "metal"
        middle = half > 0.85 and self.stand != "sled"
        add_legs(
            self.builder,
            self.stand,
            half,
            self.deep / 2 - 0.08,
            foot,
            self.rng,
            finish=made_of,
            middle=middle,
            at=centre,
        )
        if reach:
            for x in (x0 + 0.07, x0 + self._run() - 0.07):
                leg = cylinder((x, -reach + 0.09, 0), (x, -reach + 0.09, foot + 0.01), 0.014, 0.022)
                self._part("leg", leg, finish=made_of)

    def _backs(self, x0: float, x1: float, n_seats: int, reach: float) -> None:
        """The back along the wall, and along the left of a corner sofa."""
        thick = self.back_thick * (0.6 if "cushions" in self.back else 1.0)
        top = self.top - (0.08 if self.back == "cushions" else 0.0)
        whole = self._part("back")
        low = self.seat - self.pad_thick - 0.05
        body = pad((x0, -thick, low), (x1, 0, top), 0.035, 0.04, axis="y")
        self._part("body", body, parent=whole)
        self._face(whole, (x0, x1), -thick, (self.seat + 0.02, top - 0.03), n_seats)
        if self.layout == "corner":
            a, b = x0 - thick, x0 + 0.002
            side = pad((a, -reach, low), (b, 0, top), 0.035, 0.04, axis="x")
            self._part("side back", side, parent=whole)
        if "cushions" not in self.back:
            return
        n_side = (
            max(1, round((reach - self.deep) / self.wide_seat)) if self.layout == "corner" else 0
        )
        soft = self.back_thick
        edges = np.linspace(x0, x1, n_seats + 1)
        rise = top + 0.05 if self.back == "cushions" else top - 0.02
        for k in range(n_seats):
            a = float(edges[k]) + 0.004 + (soft * 0.9 if self.layout == "corner" and k == 0 else 0)
            b = float(edges[k + 1]) - 0.004
            lean = self.rng.uniform(0.08, 0.16)
            box_low, box_high = (a, -thick - soft, self.seat - 0.015), (b, -thick + 0.02, rise)
            self._cushion("back cushion", box_low, box_high, "y", -lean, (0, -thick, self.seat))
        for k in range(n_side):
            front = -reach + k * (reach - self.deep) / n_side + 0.004
            back = front + (reach - self.deep) / n_side - 0.008
            box_low = (x0 - 0.01, front, self.seat - 0.015)
            self._cushion("back cushion", box_low, (x0 + soft, back, rise), "x")

    def _face(
        self,
        whole: int,
        across: tuple[float, float],
        y: float,
        rise: tuple[float, float],
        n_seats: int,
    ) -> None:
        """Buttons or channels on a back that has no loose cushions."""
        (a, b), (low, high) = across, rise
        if self.back == "tufted":
            pitch = self.rng.uniform(0.13, 0.19)
            places = button_places((a + 0.03, low), (b - 0.03, high), pitch, diamond=True)
            studs = [button((x, y - 0.001, z), 0.012) for x, z in places]
            self._part("buttons", *studs, parent=whole)
        elif self.back == "channelled":
            n = max(3, n_seats * int(self.rng.integers(3, 6)))
            edges = np.linspace(a + 0.015, b - 0.015, n + 1).tolist()
            for left, right in pairwise(edges):
                strip = box((left, y - 0.045, low), (right, y + 0.02, high), 0.022)
                self._part("channel", strip, parent=whole)
        elif self.back == "tight":
            edges = np.linspace(a, b, n_seats + 1).tolist()
            for left, right in pairwise(edges):
                corner = (left + 0.003, y - 0.05, low), (right - 0.003, y + 0.02, high)
                self._part("panel", pad(*corner, 0.03, 0.05, 0.01, "y"), parent=whole)

    def _cushion(
        self,
        name: str,
        low: tuple[float, float, float],
        high: tuple[float, float, float],
        axis: Axis,
        lean: float = 0.0,
        about: Point = (0.0, 0.0, 0.0),
    ) -> None:
        """A loose cushion with its seams; `axis` says which way its faces look."""
        along = "xyz".index(axis)
        thick = high[along] - low[along]
        crown = self.rng.uniform(0.008, 0.02)
        body = pad(low, high, min(0.035, 0.3 * thick), 0.045, crown, axis)
        cords = []
        if self.seam != "plain":
            inner = crown + min(0.035, 0.3 * thick)
            levels = [low[along] + inner, high[along] - inner]
            if self.seam == "piped":
                levels = [(low[along] + high[along]) / 2]
            cords = [piping(low, high, level, 0.045, 0.004, axis) for level in levels]
        meshes = [turned(mesh, "x", lean, about=about) if lean else mesh for mesh in (body, *cords)]
        if not cords:
            self._part(name, *meshes)
            return
        whole = self._part(name)
        self._part("pad", meshes[0], parent=whole)
        self._part("piping", *meshes[1:], parent=whole)

    def _seats(self, x0: float, x1: float, n_seats: int, reach: float) -> None:
        low, high = self.seat - self.pad_thick, self.seat
        back = -self.back_thick * 0.5
        edges = np.linspace(x0, x1, n_seats + 1)
        single = n_seats > 1 and self.rng.random() < 0.2 and not reach
        if single:
            edges = edges[[0, -1]]
        for k in range(len(edges) - 1):
            front = -self.deep
            if k == 0 and self.layout == "chaise":
                front = -reach
            a, b = float(edges[k]) + 0.002, float(edges[k + 1]) - 0.002
            if k == 0 and self.layout == "corner":
                b = max(b, x0 + self.deep - 0.002)
            elif k == 1 and self.layout == "corner":
                a = max(a, x0 + self.deep + 0.002)
            self._cushion("seat cushion", (a, front, low), (b, back, high), "z")
        if self.layout == "corner":
            n = max(1, round((reach - self.deep) / self.wide_seat))
            rows = np.linspace(-reach, -self.deep, n + 1).tolist()
            for front, rear in pairwise(rows):
                corner = (x0 + 0.002, front + 0.002, low), (x0 + self.deep, rear - 0.002, high)
                self._cushion("seat cushion", *corner, "z")

    def _arms(self, x0: float, x1: float) -> None:
        if self.arm == "none":
            return
        self._armrest(x1, 1, -self.deep)
        if self.layout == "corner":
            return  # its left end is closed by the side back
        self._armrest(x0, -1, -self.deep)

    def _armrest(self, edge: float, s: int, front: float) -> None:
        """An armrest outside the seats, whose inner face is at x = `edge`."""
        wide, high, foot = self.arm_wide, self.arm_high, self.foot
        inner, outer = edge - s * 0.002, edge + s * wide
        a, b = min(inner, outer), max(inner, outer)
        whole = self._part("armrest")
        if self.arm == "open":
            rail_z, y0, y1 = high, front + 0.06, -0.06
            middle = edge + s * 0.03
            for y in (y0, y1):
                post = box((middle - 0.02, y - 0.022, 0), (middle + 0.02, y + 0.022, rail_z))
                self._part("post", post, parent=whole, finish="wood")
            bar = pad(
                (middle - 0.03, front, rail_z - 0.002),
                (middle + 0.03, 0.0, rail_z + 0.025),
                0.008,
                0.02,
            )
            self._part("arm", bar, parent=whole, finish="wood")
            z = self.seat - 0.5 * self.pad_thick - 0.08
            joint = box(
                (min(edge - s * 0.03, middle), y0, z),
                (max(edge - s * 0.03, middle), y0 + 0.03, z + 0.04),
            )
            rear = box(
                (min(edge - s * 0.03, middle), y1 - 0.03, z),
                (max(edge - s * 0.03, middle), y1, z + 0.04),
            )
            self._part("rail", joint, rear, parent=whole, finish="wood")
            return
        if self.arm == "rolled":
            r = 0.5 * wide + 0.015
            middle, z = edge + s * 0.5 * wide, high - r
            body = pad((a + 0.012, front, foot), (b - 0.012, 0, z + 0.01), 0.015, 0.02)
            self._part("body", body, parent=whole)
            roll = cylinder((middle, front - 0.012, z), (middle, -0.005, z), r, sides=20)
            self._part("roll", roll, parent=whole)
            face = cylinder(
                (middle, front - 0.016, z), (middle, front - 0.006, z), 0.86 * r, sides=20
            )
            self._part("front panel", face, parent=whole)
            cord = upended(hoop(r, 0.004, n_points=18, sides=5))
            self._part("piping", moved(cord, middle, front - 0.012, z), parent=whole)
            return
        low = (a, front, foot)
        if self.arm == "pillow":
            body_top = high - 0.09
            self._part("body", pad(low, (b, 0, body_top), 0.02, 0.03), parent=whole)
            top = pad(
                (a - 0.006, front - 0.008, body_top - 0.012),
                (b + 0.006, -0.02, high),
                0.04,
                0.05,
                0.012,
            )
            self._part("pad", top, parent=whole)
        else:
            self._part("body", pad(low, (b, 0, high), 0.02, 0.03), parent=whole)
            if self.seam != "plain":
                cord = piping((a, front, 0), (b, 0, 1), high - 0.02, 0.03, 0.0045)
                self._part("piping", cord, parent=whole)
            if self.arm == "block" and self.rng.random() < 0.2:
                tray = box(
                    (a - 0.004, front + 0.12, high - 0.001),
                    (b + 0.004, front + 0.42, high + 0.014),
                    0.002,
                )
                self._part("tray", tray, parent=whole, finish="wood")
                ends = sorted((self.side * a, self.side * b))
                support = (ends[0], front + 0.12), (ends[1], front + 0.42)
                self.builder.support(*support, high + 0.014)

    def _throws(self, x0: float, x1: float) -> None:
        """Pillows leaning against the back, now and then a blanket over it."""
        rng = self.rng
        thick = self.back_thick * (1.45 if "cushions" in self.back else 1.0)
        if self.back in ("tight", "channelled"):
            thick += 0.05
        n = int(rng.choice((0, 0, 1, 2, 3)))
        places = [x1 - 0.24, x0 + 0.24 + (self.back_thick if self.layout == "corner" else 0), 0.0]
        size = rng.uniform(0.36, 0.46)
        most = 3 if x1 - x0 > 1.6 else 2 if x1 - x0 > 1.0 else 1
        for x in places[: min(n, most)]:
            x = x if x1 - x0 > 0.8 else 0.0
            lean = rng.uniform(0.25, 0.45)
            body = cushion((-size / 2, -0.065, 0), (size / 2, 0.065, size), 2.6, sides=14, rings=7)
            # Pinched corners: a square of cloth, filled in the middle.
            stuffed = body.vertices.copy()
            stuffed[:, 0] *= 1 + 0.25 * np.abs((stuffed[:, 2] - size / 2) / size * 2) ** 2
            tilted = turned(Mesh(stuffed, body.faces), "x", -lean)
            shift = np.array(
                [
                    x + rng.uniform(-0.03, 0.03),
                    -thick - 0.075 - size * 0.5 * math.sin(lean),
                    self.seat - 0.02,
                ]
            )
            pillow = Mesh(tilted.vertices + shift, body.faces)
            self._part("pillow", pillow, finish="fabric")
        if rng.random() < 0.15 and "cushions" not in self.back and x1 - x0 > 1.0:
            x, half = rng.uniform(-0.2, 0.2), rng.uniform(0.18, 0.3)
            low = self.seat + 0.18
            y0, y1 = -thick - 0.008, 0.008
            sheet = joined(
                box((x - half, y0, low), (x + half, y0 + 0.03, self.top)),
                box((x - half, y0, self.top - 0.012), (x + half, y1, self.top + 0.008)),
                box((x - half, y1 - 0.03, self.top - 0.35), (x + half, y1, self.top)),
            )
            self._part("blanket", sheet, finish="fabric")
