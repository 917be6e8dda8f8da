"""STL files, binary and ASCII."""

import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d.errors import FileFormatError, PinpointError
from pinpoint3d.files.stl import read_stl, sniff
from pinpoint3d.files.surface import contents_of

PATH = Path("part.stl")
CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
ASCII = b"""solid part
 facet normal 0 0 1
  outer loop
   vertex 0 0 0
   vertex 1e0 0 0
   vertex 0 1 0
  endloop
 endfacet
endsolid part
"""


def binary(header: bytes = b"", attributes: tuple[int, ...] = (0, 0), count: int = 2) -> bytes:
    facets = [
        struct.pack("<3f", 0, 0, 1) + CORNERS[3 * i : 3 * i + 3].tobytes() + struct.pack("<H", a)
        for i, a in enumerate(attributes)
    ]
    return header.ljust(80, b"\0") + struct.pack("<I", count) + b"".join(facets)


@pytest.mark.parametrize("header", [b"", b"solid made by a program that likes this word"])
def test_a_binary_file_is_read_whatever_its_header_says(header: bytes):
    mesh = read_stl(binary(header), PATH)

    assert np.array_equal(mesh.vertices, CORNERS)
    assert mesh.faces.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert mesh.normals is not None
    assert mesh.normals.tolist() == [[0, 0, 1]] * 6


def test_attributes_of_faces_are_kept_for_their_corners():
    mesh = read_stl(binary(attributes=(7, 65535)), PATH)

    assert mesh.fields["attribute"].tolist() == [7, 7, 7, 65535, 65535, 65535]
    assert mesh.fields["attribute"].dtype == np.uint16


@pytest.mark.parametrize("text", [ASCII, ASCII.upper(), ASCII.replace(b"\n", b"\r\n")])
def test_an_ascii_file_is_read_in_any_case_and_line_ends(text: bytes):
    mesh = read_stl(text, PATH)

    assert sniff(text)
    assert mesh.vertices.tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0]]


def test_bytes_after_the_last_triangle_are_noted():
    mesh = read_stl(binary() + b"junk", PATH)

    assert len(mesh.faces) == 2
    assert "4 bytes after" in mesh.notes[0]


def test_a_count_that_the_file_does_not_hold_is_refused():
    with pytest.raises(FileFormatError, match="4,000,000,000 triangles but the file ends after 2"):
        read_stl(binary(count=4_000_000_000), PATH)


@pytest.mark.parametrize("whole", [binary(), ASCII])
def test_a_file_cut_at_any_byte_is_refused(whole: bytes):
    shorter = len(whole.rstrip()) - (5 if whole is ASCII else 0)  # " part" may be missing
    for end in range(shorter):
        with pytest.raises(PinpointError):
            contents_of(read_stl(whole[:end], PATH), PATH, sample=None)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([binary(), ASCII]), st.data())
def test_flipped_bytes_give_points_or_a_refusal(whole: bytes, data: st.DataObject):
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(PinpointError):
        contents_of(read_stl(bytes(damaged), PATH), PATH, sample=None)
