"""Between ROS 2 messages and pinpoint3d, in pure functions that import no ROS.

Messages are read by their attributes alone. Those that come out are made by a `make(kind,
**values)` that the caller gives, so that rclpy's classes and those of `rosbags` both serve.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pinpoint3d import Masks, Scene, SceneError
from pinpoint3d.robot import FoundPart, Frame, Placement, organised_frame, rgbd_frame

Make = Callable[..., Any]

_TYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 8: "f8"}  # of PointField
_LABELLED = (  # name, offset, type
    ("x", 0, 7),
    ("y", 4, 7),
    ("z", 8, 7),
    ("rgb", 12, 6),
    ("object", 16, 4),
    ("part", 18, 4),
    ("confidence", 20, 7),
)
_COLOURS = {"rgb8": (3, (0, 1, 2)), "bgr8": (3, (2, 1, 0)), "rgba8": (4, (0, 1, 2)),
            "bgra8": (4, (2, 1, 0)), "mono8": (1, (0, 0, 0))}  # fmt: skip
_DEPTHS = {"16UC1": "u2", "mono16": "u2", "32FC1": "f4"}


def frame_of_cloud(message: Any) -> Frame:
    """Frame of a PointCloud2: its rows are the message's points, line by line.

    Colours come from `rgb` or `rgba`, packed in four bytes of either type. Points that are not
    finite stay in place. The sensor is at the origin of the message's frame.

    Raises
    ------
    SceneError
        If the message does not hold what it says, or has no x, y, z.
    """
    fields = {field.name: field for field in message.fields}
    if not {"x", "y", "z"} <= fields.keys():
        raise SceneError(f"a cloud with the fields {sorted(fields)}; x, y and z are needed.")
    points = _records(message, fields)
    xyz = np.stack([points[name].ravel().astype(np.float64) for name in "xyz"], axis=1)
    packed = next((name for name in ("rgb", "rgba") if name in fields), None)
    rgb = None
    if packed is not None:
        word = np.ascontiguousarray(points[packed].ravel())
        if word.dtype.itemsize != 4:
            raise SceneError(f"a cloud whose {packed} has {word.dtype.itemsize} bytes, not four.")
        word = word.view(word.dtype.byteorder + "u4")
        rgb = np.stack([(word >> shift) & 255 for shift in (16, 8, 0)], axis=1).astype(np.uint8)
    up = "-y" if message.header.frame_id.endswith("optical_frame") else "+z"  # REP 103
    name = message.header.frame_id or "cloud"
    return organised_frame(Scene(xyz, rgb, name=name, up=up), (message.height, message.width))


def frame_of_images(depth: Any, info: Any, colour: Any = None) -> Frame:
    """Frame of a depth Image with its CameraInfo, and a colour Image in register with it.

    Raises
    ------
    SceneError
        If an encoding is not known, the sizes differ, or the images are distorted.
    """
    if depth.encoding not in _DEPTHS:
        raise SceneError(f"a depth image as {depth.encoding}; give {', '.join(_DEPTHS)}.")
    if np.any(np.asarray(info.d)):
        raise SceneError("the camera's images are distorted; give rectified ones.")
    if (info.height, info.width) != (depth.height, depth.width):
        raise SceneError(
            f"a camera of {info.width} x {info.height} pixels and a depth image of "
            f"{depth.width} x {depth.height}; give those that belong together."
        )
    values = _pixels(depth, np.dtype(_DEPTHS[depth.encoding]), 1)[..., 0]
    rgb = None
    if colour is not None:
        if colour.encoding not in _COLOURS:
            raise SceneError(f"a colour image as {colour.encoding}; give {', '.join(_COLOURS)}.")
        channels, order = _COLOURS[colour.encoding]
        rgb = _pixels(colour, np.dtype("u1"), channels)[..., order]
    return rgbd_frame(values, np.asarray(info.k).reshape(3, 3), colour=rgb)


def labelled_cloud(message: Any, frame: Frame, masks: Masks, make: Make) -> Any:
    """PointCloud2 of a frame with its labels: x y z rgb object part confidence.

    Order, stamp and shape are those of `message`. Ids above 65,535 count as that.
    """
    record = {
        "names": [name for name, _, _ in _LABELLED],
        "formats": ["<" + _TYPES[kind] for _, _, kind in _LABELLED],
        "offsets": [at for _, at, _ in _LABELLED],
    }
    points = np.zeros(len(masks), np.dtype(record))  # pyright: ignore[reportArgumentType, reportCallIssue]
    xyz = frame.scene.xyz + frame.scene.origin
    for axis, name in enumerate("xyz"):
        points[name] = xyz[:, axis]
    if frame.scene.rgb is not None:
        red, green, blue = frame.scene.rgb.astype(np.uint32).T
        points["rgb"] = (red << 16) | (green << 8) | blue
    points["object"] = np.minimum(masks.object, 65_535)
    points["part"] = np.minimum(masks.part, 65_535)
    points["confidence"] = masks.confidence
    fields = [
        make("sensor_msgs/msg/PointField", name=name, offset=at, datatype=kind, count=1)
        for name, at, kind in _LABELLED
    ]
    return make(
        "sensor_msgs/msg/PointCloud2",
        header=message.header,
        height=frame.height,
        width=frame.width,
        fields=fields,
        is_bigendian=False,
        point_step=points.itemsize,
        row_step=points.itemsize * frame.width,
        data=points.view(np.uint8),
        is_dense=bool(frame.scene.valid.all()),
    )


def object_image(header: Any, frame: Frame, masks: Masks, make: Make) -> Any:
    """A mono16 Image of the object at every pixel; 0 is background."""
    pixels = np.minimum(masks.object, 65_535).astype("<u2")
    return make(
        "sensor_msgs/msg/Image",
        header=header,
        height=frame.height,
        width=frame.width,
        encoding="mono16",
        is_bigendian=0,
        step=2 * frame.width,
        data=pixels.view(np.uint8),
    )


def detections(header: Any, found: Sequence[FoundPart], make: Make) -> Any:
    """Detection3DArray: class "object/part" ("object" for a whole), its score, its smallest box.

    The pose of the hypothesis is the centroid, turned as the box.
    """
    return make(
        "vision_msgs/msg/Detection3DArray",
        header=header,
        detections=[_detection(header, part, make) for part in found],
    )


def _detection(header: Any, part: FoundPart, make: Make) -> Any:
    key = str(part.object) if part.part is None else f"{part.object}/{part.part}"
    place = part.world
    hypothesis = make("vision_msgs/msg/ObjectHypothesis", class_id=key, score=part.confidence)
    pose = make(
        "geometry_msgs/msg/PoseWithCovariance",
        pose=_pose(place.centroid, place, make),
        covariance=np.zeros(36),
    )
    size = make("geometry_msgs/msg/Vector3", **_xyz(place.box_size))
    return make(
        "vision_msgs/msg/Detection3D",
        header=header,
        results=[
            make("vision_msgs/msg/ObjectHypothesisWithPose", hypothesis=hypothesis, pose=pose)
        ],
        bbox=make(
            "vision_msgs/msg/BoundingBox3D", center=_pose(place.box_centre, place, make), size=size
        ),
        id=key,
    )


def _pose(at: tuple[float, float, float], place: Placement, make: Make) -> Any:
    x, y, z, w = place.box_rotation
    return make(
        "geometry_msgs/msg/Pose",
        position=make("geometry_msgs/msg/Point", **_xyz(at)),
        orientation=make("geometry_msgs/msg/Quaternion", x=x, y=y, z=z, w=w),
    )


def _xyz(values: tuple[float, float, float]) -> dict[str, float]:
    return dict(zip("xyz", values, strict=True))


def _records(message: Any, fields: dict[str, Any]) -> np.ndarray:
    """The points as a table of (height, width) records, a view of the message's bytes."""
    order = ">" if message.is_bigendian else "<"
    wanted = [fields[name] for name in ("x", "y", "z", "rgb", "rgba") if name in fields]
    if any(field.datatype not in _TYPES for field in wanted):
        raise SceneError("a cloud with a field of an unknown type; give types 1 to 8.")
    kinds = [np.dtype(order + _TYPES[field.datatype]) for field in wanted]
    ends = [field.offset + kind.itemsize for field, kind in zip(wanted, kinds, strict=True)]
    height, width, step = message.height, message.width, message.point_step
    data = np.frombuffer(message.data, np.uint8)
    if max(ends) > step or step * width > message.row_step:
        raise SceneError("a cloud whose fields do not fit into its points, or points into lines.")
    if height * width == 0 or (height - 1) * message.row_step + width * step > len(data):
        raise SceneError(
            f"a cloud of {height} x {width} points in {len(data):,} bytes; it is cut off or empty."
        )
    record = np.dtype(
        {
            "names": [field.name for field in wanted],
            "formats": kinds,
            "offsets": [field.offset for field in wanted],
            "itemsize": step,
        }
    )
    return np.ndarray((height, width), record, data, strides=(message.row_step, step))


def _pixels(message: Any, kind: np.dtype, channels: int) -> np.ndarray:
    """An Image's values as (height, width, channels), its padding left out."""
    kind = kind.newbyteorder(">" if message.is_bigendian else "<")
    data = np.frombuffer(message.data, np.uint8)
    height, width, pixel = message.height, message.width, kind.itemsize * channels
    if message.step < width * pixel or len(data) < (height - 1) * message.step + width * pixel:
        raise SceneError(f"an image of {width} x {height} pixels in {len(data):,} bytes; cut off.")
    strides = (message.step, pixel, kind.itemsize)
    values = np.ndarray((height, width, channels), kind, data, strides=strides)
    return values.astype(kind.newbyteorder("="))
