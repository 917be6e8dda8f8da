"""ROS 2 node of pinpoint3d: `conversions` is tested without ROS, `node` is all that needs it."""
