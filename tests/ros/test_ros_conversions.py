"""Messages to frames and answers to messages, through CDR as they go over the wire."""

from typing import Any

import numpy as np
import pytest
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from pinpoint3d import Masks, SceneError
from pinpoint3d.robot import found_parts
from pinpoint3d_ros.conversions import (
    detections,
    frame_of_cloud,
    frame_of_images,
    labelled_cloud,
    object_image,
)

STORE = get_typestore(Stores.ROS2_HUMBLE)
for name, text in {
    "ObjectHypothesis": "string class_id\nfloat64 score",
    "ObjectHypothesisWithPose": "ObjectHypothesis hypothesis\n"
    "geometry_msgs/PoseWithCovariance pose",
    "BoundingBox3D": "geometry_msgs/Pose center\ngeometry_msgs/Vector3 size",
    "Detection3D": "std_msgs/Header header\nObjectHypothesisWithPose[] results\n"
    "BoundingBox3D bbox\nstring id",
    "Detection3DArray": "std_msgs/Header header\nDetection3D[] detections",
}.items():
    STORE.register(get_types_from_msg(text, f"vision_msgs/msg/{name}"))

H, W = 4, 6


def make(kind: str, /, **values: Any) -> Any:
    return STORE.types[kind](**values)


def sent(message: Any) -> Any:
    """The message as it arrives at the other end."""
    name = message.__msgtype__
    return STORE.deserialize_cdr(STORE.serialize_cdr(message, name), name)


def header(frame_id: str = "camera_optical_frame") -> Any:
    stamp = make("builtin_interfaces/msg/Time", sec=7, nanosec=9)
    return make("std_msgs/msg/Header", stamp=stamp, frame_id=frame_id)


def positions() -> np.ndarray:
    v, u = np.divmod(np.arange(H * W), W)
    return np.stack([(u - 2.5) / 10, (v - 1.5) / 10, np.ones(H * W)], axis=1)


def cloud(
    order: str = "<",
    *,
    real: str = "f4",
    packed: str = "f4",
    padding: int = 0,
    frame_id: str = "map",
) -> Any:
    """A cloud with y before x, bytes between its fields, and one NaN."""
    size = np.dtype(real).itemsize
    offsets = [3 + 2 * size, 3, 3 + size, 3 + 3 * size]  # x, y, z, rgb
    step = 3 + 3 * size + 4 + 5
    record = np.dtype(
        {
            "names": ["x", "y", "z", "rgb"],
            "formats": [order + real] * 3 + [order + "u4"],
            "offsets": offsets,
            "itemsize": step,
        }
    )
    data = np.full((H, W * step + padding), 0xAB, np.uint8)
    points = np.ndarray((H, W), record, data, strides=(data.shape[1], step))
    for axis, name in enumerate("xyz"):
        points[name] = positions()[:, axis].reshape(H, W)
    points["x"][1, 2] = np.nan
    points["rgb"] = (np.arange(H * W, dtype=np.uint32) << 16 | 0x0102).reshape(H, W)
    kinds = {"f4": 7, "f8": 8, "u4": 6}
    fields = [
        make("sensor_msgs/msg/PointField", name=name, offset=offset, datatype=kinds[kind], count=1)
        for name, offset, kind in zip(
            ["x", "y", "z", "rgb"], offsets, [real] * 3 + [packed], strict=True
        )
    ]
    return make(
        "sensor_msgs/msg/PointCloud2",
        header=header(frame_id),
        height=H,
        width=W,
        fields=fields,
        is_bigendian=order == ">",
        point_step=step,
        row_step=data.shape[1],
        data=data.ravel(),
        is_dense=False,
    )


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("real", ["f4", "f8"])
@pytest.mark.parametrize("packed", ["f4", "u4"])
@pytest.mark.parametrize("padding", [0, 11])
def test_clouds_of_every_layout_are_read(order: str, real: str, packed: str, padding: int):
    frame = frame_of_cloud(sent(cloud(order, real=real, packed=packed, padding=padding)))
    expected = positions()
    expected[8, 0] = np.nan
    assert (frame.height, frame.width) == (H, W)
    np.testing.assert_allclose(frame.scene.xyz, expected, atol=1e-6)
    assert frame.scene.rgb is not None
    assert frame.scene.rgb[:, 0].tolist() == list(range(H * W))
    assert (frame.scene.rgb[:, 1:] == (1, 2)).all()
    assert frame.scene.valid.sum() == H * W - 1


def test_up_is_that_of_the_frame():
    assert frame_of_cloud(cloud(frame_id="map")).scene.up.tolist() == [0, 0, 1]
    assert frame_of_cloud(cloud(frame_id="head_optical_frame")).scene.up.tolist() == [0, -1, 0]


def test_a_cloud_that_lies_about_itself_is_refused():
    whole = cloud()
    whole.data = whole.data[:-20]
    with pytest.raises(SceneError, match="cut off"):
        frame_of_cloud(whole)
    narrow = cloud()
    narrow.point_step = 10
    with pytest.raises(SceneError, match="do not fit"):
        frame_of_cloud(narrow)
    nameless = cloud()
    nameless.fields[0].name = "a"
    with pytest.raises(SceneError, match="x, y and z are needed"):
        frame_of_cloud(nameless)


def image(values: np.ndarray, encoding: str, padding: int = 0) -> Any:
    lines = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), -1)
    data = np.pad(lines, ((0, 0), (0, padding)), constant_values=0xCD)
    return make(
        "sensor_msgs/msg/Image",
        header=header(),
        height=values.shape[0],
        width=values.shape[1],
        encoding=encoding,
        is_bigendian=int(values.dtype.byteorder == ">"),
        step=data.shape[1],
        data=data.ravel(),
    )


def camera(distortion: float = 0.0) -> Any:
    roi = make(
        "sensor_msgs/msg/RegionOfInterest",
        x_offset=0, y_offset=0, height=0, width=0, do_rectify=False,
    )  # fmt: skip
    return make(
        "sensor_msgs/msg/CameraInfo",
        header=header(),
        height=H,
        width=W,
        distortion_model="plumb_bob",
        d=np.array([distortion, 0, 0, 0, 0]),
        k=np.array([10.0, 0, 2.5, 0, 10.0, 1.5, 0, 0, 1]),
        r=np.eye(3).ravel(),
        p=np.zeros(12),
        binning_x=0,
        binning_y=0,
        roi=roi,
    )


@pytest.mark.parametrize("kind", ["<u2", ">u2", "<f4", ">f4"])
@pytest.mark.parametrize("padding", [0, 6])
def test_depth_images_are_read(kind: str, padding: int):
    is_whole = "u" in kind
    depth = np.full((H, W), 1000 if is_whole else 1.0).astype(kind)
    message = image(depth, "16UC1" if is_whole else "32FC1", padding)
    colour = np.arange(H * W * 3, dtype=np.uint8).reshape(H, W, 3)
    frame = frame_of_images(sent(message), sent(camera()), sent(image(colour, "bgr8", padding)))
    np.testing.assert_allclose(frame.scene.xyz, positions(), atol=1e-6)
    assert frame.scene.rgb is not None
    assert (frame.scene.rgb.reshape(H, W, 3) == colour[..., ::-1]).all()


def test_images_that_do_not_fit_are_refused():
    depth = image(np.ones((H, W), "<f4"), "32FC1")
    with pytest.raises(SceneError, match="distorted"):
        frame_of_images(depth, camera(0.1))
    with pytest.raises(SceneError, match="as rgb8"):
        frame_of_images(image(np.ones((H, W, 3), "u1"), "rgb8"), camera())
    with pytest.raises(SceneError, match="belong together"):
        frame_of_images(image(np.ones((H, W + 1), "<f4"), "32FC1"), camera())
    with pytest.raises(SceneError, match="as yuv422"):
        frame_of_images(depth, camera(), image(np.ones((H, W, 2), "u1"), "yuv422"))


def answer() -> Masks:
    objects = np.zeros((H, W), np.int32)
    objects[1:3, 1:5] = 2
    parts = np.zeros_like(objects)
    parts[1:3, 3:5] = 5
    return Masks.of(objects.ravel(), parts.ravel())


def test_a_labelled_cloud_can_be_read_again():
    message, masks = cloud(), answer()
    frame = frame_of_cloud(message)
    out = sent(labelled_cloud(message, frame, masks, make))
    again = frame_of_cloud(out)
    np.testing.assert_array_equal(again.scene.xyz, frame.scene.xyz)
    np.testing.assert_array_equal(again.scene.rgb, frame.scene.rgb)
    assert out.header == message.header
    assert not out.is_dense
    offsets = {field.name: field.offset for field in out.fields}
    table = out.data.reshape(H * W, out.point_step)
    objects = table[:, offsets["object"] :][:, :2].copy().view("<u2").ravel()
    parts = table[:, offsets["part"] :][:, :2].copy().view("<u2").ravel()
    assert objects.tolist() == masks.object.tolist()
    assert parts.tolist() == masks.part.tolist()


def test_the_object_image_has_an_object_a_pixel():
    masks = answer()
    out = sent(object_image(header(), frame_of_cloud(cloud()), masks, make))
    assert (out.encoding, out.step) == ("mono16", 2 * W)
    assert out.data.view("<u2").tolist() == masks.object.tolist()


def test_detections_are_the_parts():
    frame = frame_of_cloud(cloud())
    found = found_parts(frame.scene, answer(), frame)
    out = sent(detections(header(), found, make))
    assert [d.results[0].hypothesis.class_id for d in out.detections] == ["2", "2/5"]
    whole = out.detections[0]
    place = found[0].world
    centre, turn, size = whole.bbox.center.position, whole.bbox.center.orientation, whole.bbox.size
    assert (centre.x, centre.y, centre.z) == place.box_centre
    assert (turn.x, turn.y, turn.z, turn.w) == place.box_rotation
    assert (size.x, size.y, size.z) == place.box_size
    at = whole.results[0].pose.pose.position
    assert (at.x, at.y, at.z) == place.centroid
    assert whole.results[0].hypothesis.score == 1
