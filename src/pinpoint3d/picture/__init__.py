"""Pictures of scenes and their masks: arrays of pixels, and PNG files of them.

Read `render` first. Every point becomes a small disc lying in the surface around it, so that a
sparse scan still looks closed; discs that meet in a pixel are blended, as in Zwicker, Pfister,
van Baar, Gross: Surface Splatting (2001, doi:10.1145/383259.383300), with a fixed kernel in place
of their resampling filter. Edges are darkened from the depth image alone.
"""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal

import numpy as np
from jaxtyping import Float32, Float64, Int32, Int64, UInt8
from PIL import Image, ImageDraw, ImageFont

from pinpoint3d.errors import FileAccessError
from pinpoint3d.picture.palette import label_colours
from pinpoint3d.picture.splats import blend, discs, nearest_disc
from pinpoint3d.snap import snap_clicks
from pinpoint3d.types import Click, Masks, Scene

ColourBy = Literal["rgb", "object", "part"]

MOST_POINTS = 1_000_000  # more than there are pixels to show them; a larger scene is thinned evenly
SUPERSAMPLING = 2
FIELD_OF_VIEW = math.radians(32)  # long enough a lens that rooms keep their angles
PAPER = (0.985, 0.985, 0.98)
INK = (0.13, 0.13, 0.16)


def render(
    scene: Scene,
    masks: Masks | None = None,
    *,
    colour_by: ColourBy | None = None,
    azimuth_deg: float = 30.0,
    elevation_deg: float = 35.0,
    cut: float = 0.0,
    size: tuple[int, int] = (960, 720),
    clicks: Sequence[Click] = (),
) -> UInt8[np.ndarray, "height width 3"]:
    """Picture of a scene, seen from outside and above, as sRGB pixels.

    Parameters
    ----------
    scene
        What to show. Rows that are not finite are left out.
    masks
        Labels to show; None for the scene's own colours alone.
    colour_by
        "rgb": the scan's colours; "object": one colour an object; "part": shades of the object's
        colour for its parts. None takes "part" with masks and "rgb" without.
    azimuth_deg
        Turn of the camera about the up axis, degrees. At 0 it looks along +y in a z-up scene.
    elevation_deg
        Height of the camera above the horizon, degrees, -89 to 89.
    cut
        Metres taken off each side of the scene's bounding box that faces the camera, to look into
        a closed room.
    size
        Width and height in pixels.
    clicks
        Marked as rings in their label's colour; hollow where the clicked point is hidden.

    Raises
    ------
    ClickError
        If a click names no point of the scene.
    """
    colour_by = colour_by or ("rgb" if masks is None else "part")
    labels = masks if masks is not None else Masks.empty(len(scene))
    view = _look(scene, azimuth_deg, elevation_deg, cut, size)
    return _mark(_paint(scene, labels, view, colour_by), scene, clicks, view)


def render_sheet(
    scene: Scene,
    masks: Masks,
    *,
    azimuth_deg: float = 30.0,
    elevation_deg: float = 35.0,
    cut: float = 0.0,
    size: tuple[int, int] = (640, 560),
    clicks: Sequence[Click] = (),
) -> UInt8[np.ndarray, "height width 3"]:
    """Three pictures side by side: the scan, its objects, their parts with the clicks.

    `size` is that of one picture, the rest as for `render`; the sheet is three times as wide and a
    caption higher.
    """
    view = _look(scene, azimuth_deg, elevation_deg, cut, size)
    pictures = [
        _captioned(_paint(scene, masks, view, "rgb"), "scan"),
        _captioned(_paint(scene, masks, view, "object"), "objects"),
        _captioned(_mark(_paint(scene, masks, view, "part"), scene, clicks, view), "parts"),
    ]
    return np.concatenate(pictures, axis=1)


def write_png(image: UInt8[np.ndarray, "height width 3"], path: str | Path) -> None:
    """Write pixels as PNG; what was at `path` stays whole until the new file is.

    Raises
    ------
    FileAccessError
        If the file cannot be written.
    """
    path = Path(path)
    try:
        with NamedTemporaryFile(dir=path.parent, suffix=".png", delete=False) as file:
            temporary = Path(file.name)
            try:
                Image.fromarray(image).save(file, format="PNG", optimize=True)
                file.flush()
                os.fsync(file.fileno())
                temporary.chmod(0o644)  # a temporary file is private; a picture is not
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise FileAccessError(
            f"{path}: the picture cannot be written ({error.strerror}); choose another place."
        ) from error


@dataclass(frozen=True)
class _Camera:
    """A pinhole: x right, y down, z forward."""

    axes: Float64[np.ndarray, "3 3"]
    """Rows are right, down and forward in scene coordinates."""
    position: Float64[np.ndarray, "3"]
    focal: float
    width: int
    height: int
    scale: float
    """Metres of the whole scene, corner to corner."""

    @property
    def lens(self) -> tuple[np.float32, int, int]:
        """Focal length, width and height in pixels."""
        return np.float32(self.focal), self.width, self.height

    def see(self, xyz: Float32[np.ndarray, "points 3"]) -> Float32[np.ndarray, "points 3"]:
        """Points in the camera's frame."""
        return ((xyz - self.position) @ self.axes.T).astype(np.float32)


@dataclass(frozen=True)
class _View:
    """A scene as a camera sees it, before any colour."""

    camera: _Camera
    rows: Int64[np.ndarray, " shown"]
    points: Float32[np.ndarray, "shown 3"]
    """In the camera's frame, as are the normals, which face the camera."""
    normals: Float32[np.ndarray, "shown 3"]
    radii: Float32[np.ndarray, " shown"]
    depth: Float32[np.ndarray, "height width"]
    nearest: Int32[np.ndarray, "height width"]
    hollows: Float32[np.ndarray, "height width"]


def _look(
    scene: Scene, azimuth_deg: float, elevation_deg: float, cut: float, size: tuple[int, int]
) -> _View:
    """Geometry of a picture; the same for every colouring."""
    axes = _axes(scene, azimuth_deg, elevation_deg)
    rows = _rows_shown(scene, axes[2], cut)
    xyz = scene.xyz[rows]
    radii, normals = discs(xyz)
    camera = _camera(xyz, axes, size)
    points = camera.see(xyz)
    facing = (normals @ camera.axes.T).astype(np.float32)
    facing[np.einsum("ij,ij->i", facing, points) > 0] *= -1
    depth, nearest = nearest_disc(points, facing, radii, *camera.lens)
    return _View(camera, rows, points, facing, radii, depth, nearest, _hollows(depth, camera))


def _paint(
    scene: Scene, masks: Masks, view: _View, colour_by: ColourBy
) -> UInt8[np.ndarray, "height width 3"]:
    """A view in colour."""
    values = np.concatenate([_albedo(scene, masks, view.rows, colour_by), view.normals], axis=1)
    pixels = blend(view.points, view.normals, view.radii, values, view.depth, *view.camera.lens)
    image = _shade(pixels, view, strength=0.45 if colour_by == "rgb" else 0.8)
    if colour_by != "rgb":
        parts = masks.part if colour_by == "part" else np.zeros_like(masks.part)
        _outline(image, view, masks.object[view.rows], parts[view.rows])
    return _shrink(image)


def _rows_shown(
    scene: Scene, forward: Float64[np.ndarray, "3"], cut: float
) -> Int64[np.ndarray, " shown"]:
    rows = np.flatnonzero(scene.valid)
    if cut > 0:
        low, high = np.percentile(scene.xyz[rows], [0.5, 99.5], axis=0)
        high, low = high - cut * (forward < -0.1), low + cut * (forward > 0.1)
        # Sides that the camera looks at from outside; the far sides stay whole.
        inside = ((scene.xyz[rows] <= high) | (forward >= -0.1)).all(axis=1)
        inside &= ((scene.xyz[rows] >= low) | (forward <= 0.1)).all(axis=1)
        rows = rows[inside] if inside.any() else rows
    return rows[:: max(1, -(-len(rows) // MOST_POINTS))]


def _axes(scene: Scene, azimuth_deg: float, elevation_deg: float) -> Float64[np.ndarray, "3 3"]:
    up = scene.up
    reference = np.array([1.0, 0.0, 0.0]) if abs(up[0]) < 0.9 else np.array([0.0, 1.0, 0.0])
    across = reference - up * (up @ reference)
    across /= np.linalg.norm(across)
    ahead = np.cross(up, across)
    azimuth, elevation = math.radians(azimuth_deg), math.radians(elevation_deg)
    right = math.cos(azimuth) * across + math.sin(azimuth) * ahead
    level = np.cross(up, right)
    forward = math.cos(elevation) * level - math.sin(elevation) * up
    return np.stack([right, np.cross(forward, right), forward])


def _camera(
    xyz: Float32[np.ndarray, "points 3"], axes: Float64[np.ndarray, "3 3"], size: tuple[int, int]
) -> _Camera:
    """Camera far enough back to hold all but stray points, and centred on them."""
    width, height = size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING
    focal = 0.5 * max(width, height) / math.tan(FIELD_OF_VIEW / 2)
    half = np.array([0.475 * width / focal, 0.475 * height / focal])
    turned = xyz @ axes.T
    low, high = np.percentile(turned, [0.1, 99.9], axis=0)
    scale = float(np.linalg.norm(high - low)) or 1.0
    kept = turned[((turned >= low) & (turned <= high)).all(axis=1)]
    if len(kept) == 0:  # a handful of points: the percentiles cut between them
        kept = turned
    centre, back = (low[:2] + high[:2]) / 2, 0.0
    for _ in range(4):  # perspective moves the middle of the picture; four rounds settle it
        offsets = kept[:, :2] - centre
        back = float((np.abs(offsets) / half - kept[:, 2:]).max())
        back = max(back, 0.05 * scale - float(kept[:, 2].min()))
        seen = offsets / (kept[:, 2:] + back)
        middle = (seen.min(axis=0) + seen.max(axis=0)) / 2
        centre = centre + middle * (float(np.median(kept[:, 2])) + back)
    position = axes.T @ np.array([centre[0], centre[1], -back])
    return _Camera(axes, position, focal, width, height, scale)


def _albedo(
    scene: Scene, masks: Masks, rows: Int64[np.ndarray, " shown"], colour_by: ColourBy
) -> Float32[np.ndarray, "shown 3"]:
    """Colour of every shown point before shading, 0 to 1."""
    if scene.rgb is not None:
        rgb = scene.rgb[rows].astype(np.float32) / 255
    else:
        rgb = np.full((len(rows), 3), 0.72, np.float32)
    if colour_by == "rgb":
        return rgb
    parts = masks.part[rows] if colour_by == "part" else np.zeros(len(rows), np.int32)
    label = label_colours(masks.object[rows], parts)
    # The scan's own light and dark shines through faintly, so that prints and seams stay visible.
    bright = rgb @ np.array([0.299, 0.587, 0.114], np.float32)
    background = masks.object[rows] == 0
    mixed = label * (0.82 + 0.30 * bright[:, None])
    mixed[background] = (0.60 + 0.36 * bright[background])[:, None]
    return np.clip(mixed, 0, 1).astype(np.float32)


def _shade(
    pixels: Float32[np.ndarray, "height width 6"], view: _View, strength: float
) -> Float32[np.ndarray, "height width 3"]:
    """Lit colours on paper: a lamp over the camera's left shoulder, and darkened hollows."""
    normals = pixels[..., 3:]
    normals = normals / np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-6)
    lit = np.clip(normals @ np.array([-0.424, -0.707, -0.566], np.float32), -0.3, 1)
    light = 1 - strength * 0.5 * (1 - lit)
    image = pixels[..., :3] * (light * view.hollows)[..., None] ** np.float32(0.9)
    image[~np.isfinite(view.depth)] = PAPER
    return np.clip(image, 0, 1)


def _hollows(
    depth: Float32[np.ndarray, "height width"], camera: _Camera
) -> Float32[np.ndarray, "height width"]:
    """Darkening where neighbours lie nearer, 0 to 1.

    Eye-dome lighting (Boucheny, Visualisation scientifique de grands volumes de données, thesis,
    2009) at two reaches: the short one draws edges, the long one shades corners. Steps are capped,
    so that a far wall gets no halo around what stands before it.
    """
    finite = np.isfinite(depth)
    z = np.where(finite, depth, np.float32(1e6)).astype(np.float32)
    darkness = np.zeros_like(z)
    for reach, cap, weight in ((2, 0.02, 6.0), (9, 0.03, 3.5), (22, 0.05, 2.5)):
        for turn in range(8):
            angle = math.pi / 4 * (turn + 0.5 * (reach == 9))
            du, dv = round(reach * math.cos(angle)), round(reach * math.sin(angle))
            nearer = z - _shifted(z, du, dv)
            slack = 0.0015 * camera.scale  # m: scanner noise is no edge
            darkness += weight * np.clip((nearer - slack) / camera.scale, 0, cap)
    return np.exp(-darkness).astype(np.float32)


def _shifted(image: Float32[np.ndarray, "height width"], du: int, dv: int) -> np.ndarray:
    """The image moved by whole pixels; what comes in from outside repeats the edge."""
    height, width = image.shape
    rows = np.clip(np.arange(height) + dv, 0, height - 1)
    columns = np.clip(np.arange(width) + du, 0, width - 1)
    return image[rows][:, columns]


def _outline(
    image: Float32[np.ndarray, "height width 3"],
    view: _View,
    objects: Int32[np.ndarray, " shown"],
    parts: Int32[np.ndarray, " shown"],
) -> None:
    """Draw a thin line into `image` where two labels meet."""
    seen = view.nearest >= 0
    for ids, darkening in ((objects, 0.45), (parts, 0.35)):
        label = np.where(seen, ids[np.maximum(view.nearest, 0)], -1)
        edge = np.zeros(label.shape, bool)
        edge[:, 1:] |= label[:, 1:] != label[:, :-1]
        edge[1:] |= label[1:] != label[:-1]
        edge[:, :-1] |= label[:, 1:] != label[:, :-1]
        edge[:-1] |= label[1:] != label[:-1]
        edge &= seen
        image[edge] *= 1 - darkening


def _shrink(image: Float32[np.ndarray, "height width 3"]) -> UInt8[np.ndarray, "h w 3"]:
    height, width = (side // SUPERSAMPLING for side in image.shape[:2])
    blocks = image.reshape(height, SUPERSAMPLING, width, SUPERSAMPLING, 3)
    return np.rint(blocks.mean(axis=(1, 3)) * 255).astype(np.uint8)


def _mark(
    image: UInt8[np.ndarray, "height width 3"], scene: Scene, clicks: Sequence[Click], view: _View
) -> UInt8[np.ndarray, "height width 3"]:
    """The image with a ring for every click."""
    if not clicks:
        return image
    snapped = snap_clicks(scene, clicks)
    marks = view.camera.see(scene.xyz[snapped.rows])
    fill = label_colours(snapped.objects, snapped.parts)
    fine = 4  # rings are drawn larger and shrunk, since pillow draws hard edges
    height, width = image.shape[:2]
    canvas = Image.new("RGBA", (width * fine, height * fine), (0, 0, 0, 0))
    draw = ImageDraw.Draw(canvas)
    radius = fine * max(3.0, 0.0065 * max(width, height))
    for point, colour in zip(marks, fill, strict=True):
        u, v = (view.camera.focal * point[:2] / point[2] / SUPERSAMPLING).tolist()
        u, v = fine * (u + width / 2), fine * (v + height / 2)
        visible = _visible(point, view)
        for scale, paint in (
            (1.45, (*_bytes(INK), 255 if visible else 150)),
            (1.2, (255, 255, 255, 255)),
            (0.8, (*_bytes(tuple(colour.tolist())), 255 if visible else 0)),
        ):
            r = radius * scale
            draw.ellipse((u - r, v - r, u + r, v + r), fill=paint)
    rings = canvas.resize((width, height), Image.Resampling.BOX)
    picture = Image.fromarray(image).convert("RGBA")
    return np.asarray(Image.alpha_composite(picture, rings).convert("RGB"))


def _visible(point: Float32[np.ndarray, "3"], view: _View) -> bool:
    """Whether nothing lies clearly before the point."""
    camera = view.camera
    u = int(camera.focal * point[0] / point[2] + camera.width / 2)
    v = int(camera.focal * point[1] / point[2] + camera.height / 2)
    if not (0 <= u < camera.width and 0 <= v < camera.height):
        return False
    return bool(point[2] < view.depth[v, u] + 0.01 * camera.scale)


def _captioned(
    image: UInt8[np.ndarray, "height width 3"], caption: str
) -> UInt8[np.ndarray, "taller width 3"]:
    height, width = image.shape[:2]
    band = max(24, height // 16)
    sheet = Image.new("RGB", (width, height + band), _bytes(PAPER))
    sheet.paste(Image.fromarray(image), (0, band))
    font = ImageFont.load_default(size=round(band * 0.6))
    ImageDraw.Draw(sheet).text(
        (width / 2, band * 0.6), caption, fill=_bytes(INK), font=font, anchor="mm"
    )
    return np.asarray(sheet)


def _bytes(colour: tuple[float, ...]) -> tuple[int, int, int]:
    red, green, blue = (round(255 * channel) for channel in colour)
    return red, green, blue
