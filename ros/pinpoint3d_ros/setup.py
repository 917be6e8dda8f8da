"""Install the node (ament_python); `pip install pinpoint3d` goes before."""

from setuptools import setup

NAME = "pinpoint3d_ros"
setup(
    name=NAME,
    version="0.1.0",
    packages=[NAME],
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        (f"share/{NAME}", ["package.xml"]),
    ],
    install_requires=["setuptools", "pinpoint3d"],
    entry_points={"console_scripts": [f"node = {NAME}.node:main"]},
)
