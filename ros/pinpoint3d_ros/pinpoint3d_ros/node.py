"""The node: clouds and clicked points in, labelled clouds and detections out.

`points` (PointCloud2) is the cloud worked on, `clicked_point` (PointStamped, as RViz's Publish
Point sends it) a click on a new object each. `labelled` and `detections` answer every click. A new
cloud starts afresh. Parameters: `segmenter`, as `pinpoint3d.load_segmenter` takes it.
"""

from array import array
from importlib import import_module
from typing import Any

import numpy as np
import rclpy
from geometry_msgs.msg import PointStamped
from rclpy.node import Node
from sensor_msgs.msg import PointCloud2
from vision_msgs.msg import Detection3DArray

from pinpoint3d import PinpointError, Session, load_segmenter
from pinpoint3d.robot import Frame, found_parts
from pinpoint3d_ros.conversions import detections, frame_of_cloud, labelled_cloud


def make(kind: str, /, **values: Any) -> Any:
    """A message of rclpy's classes, which take bytes as arrays and not from numpy."""
    package, _, name = kind.split("/")
    for key, value in values.items():
        if isinstance(value, np.ndarray) and value.dtype == np.uint8:
            values[key] = array("B", value.tobytes())
    return getattr(import_module(f"{package}.msg"), name)(**values)


class Clicker(Node):
    """One cloud at a time, and the clicks on it."""

    def __init__(self) -> None:
        super().__init__("pinpoint3d")
        name = self.declare_parameter("segmenter", "").value
        self._segmenter = load_segmenter(name or None)
        self._cloud: PointCloud2 | None = None
        self._worked_on: tuple[PointCloud2, Frame, Session] | None = None
        self._labelled = self.create_publisher(PointCloud2, "labelled", 1)
        self._detections = self.create_publisher(Detection3DArray, "detections", 1)
        self.create_subscription(PointCloud2, "points", self._take_cloud, 1)
        self.create_subscription(PointStamped, "clicked_point", self._take_click, 10)

    def _take_cloud(self, message: PointCloud2) -> None:
        """Keep the newest; it is encoded at the first click on it."""
        self._cloud = message
        self._worked_on = None

    def _take_click(self, click: PointStamped) -> None:
        if self._cloud is None or click.header.frame_id != self._cloud.header.frame_id:
            self.get_logger().warning("a click with no cloud in its frame; nothing is done")
            return
        try:
            cloud, frame, session = self._worked_on or self._begin(self._cloud)
            position = (click.point.x, click.point.y, click.point.z)
            thing = 1 + max((int(c.object) for c in session.clicks), default=0)
            masks = session.click(position=position, object=thing)
        except PinpointError as error:
            self.get_logger().error(str(error))
            return
        found = found_parts(frame.scene, masks, frame, session.names)
        self._labelled.publish(labelled_cloud(cloud, frame, masks, make))
        self._detections.publish(detections(cloud.header, found, make))

    def _begin(self, cloud: PointCloud2) -> tuple[PointCloud2, Frame, Session]:
        frame = frame_of_cloud(cloud)
        self._worked_on = cloud, frame, Session(self._segmenter.encode(frame.scene))
        return self._worked_on


def main() -> None:
    """Run until interrupted."""
    rclpy.init()
    node = Clicker()
    try:
        rclpy.spin(node)
    finally:
        node.destroy_node()
        rclpy.shutdown()
