"""OFF files and their variants."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d.errors import FileFormatError, PinpointError
from pinpoint3d.files.off import read_off, sniff
from pinpoint3d.files.surface import contents_of

PATH = Path("shape.off")
PLAIN = b"""OFF
# a square and a triangle
5 2 0
0 0 0
1 0 0
1 1 0   # a corner
0 1 0

0.5 0.5 1
4 0 1 2 3
3 0 1 4
"""


def test_polygons_become_triangles_and_comments_are_passed_over():
    mesh = read_off(PLAIN, PATH)

    assert mesh.vertices.shape == (5, 3)
    assert mesh.faces.tolist() == [[0, 1, 2], [0, 2, 3], [0, 1, 4]]
    assert mesh.rgb is None


@pytest.mark.parametrize(
    "first", [b"OFF 3 1 0\n", b"OFF3 1 0\n", b"OFF\n3 1\n", b"# made by hand\nOFF\r\n3 1 0\r\n"]
)
def test_counts_may_follow_the_word_directly_and_lack_the_edges(first: bytes):
    text = first + b"0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n"

    assert sniff(text)
    assert read_off(text, PATH).faces.tolist() == [[0, 1, 2]]


@pytest.mark.parametrize(
    ("colours", "stored"),
    [(("255 0 0 255", "0 128 0 255"), "0-255"), (("1 0 0 1", "0 0.5 0 1"), "0-1")],
)
def test_coff_has_colours_of_points(colours: tuple[str, str], stored: str):
    mesh = read_off(f"COFF\n2 0 0\n0 0 0 {colours[0]}\n1 0 0 {colours[1]}\n".encode(), PATH)

    assert mesh.rgb is not None
    assert mesh.rgb.tolist() == [[255, 0, 0], [0, 128, 0]]
    assert mesh.colour == stored


def test_noff_has_normals():
    mesh = read_off(b"NOFF\n1 0 0\n1 2 3 0 0 1\n", PATH)

    assert mesh.normals is not None
    assert mesh.normals.tolist() == [[0, 0, 1]]
    assert mesh.rgb is None


def test_cnoff_has_normals_and_colours():
    mesh = read_off(b"CNOFF\n1 0 0\n1 2 3 0 0 1 10 20 30 255\n", PATH)

    assert mesh.normals is not None
    assert mesh.rgb is not None
    assert mesh.rgb.tolist() == [[10, 20, 30]]


def test_colours_of_faces_paint_their_triangles():
    text = b"OFF\n4 2 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n3 0 1 2 255 0 0\n3 0 2 3 0 0 255\n"
    contents = contents_of(read_off(text, PATH), PATH, sample=0.1)

    assert contents.rgb is not None
    expected = [[[255, 0, 0], [0, 0, 255]][face] for face in contents.fields["source_face"][4:]]
    assert contents.rgb[4:].tolist() == expected


def test_a_face_of_a_missing_vertex_is_noted_and_points_are_kept():
    contents = contents_of(read_off(b"OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 7\n", PATH), PATH,
                           sample=None)  # fmt: skip

    assert len(contents.xyz) == 3
    assert contents.faces is None
    assert contents.notes


@pytest.mark.parametrize("kind", ["OFF BINARY", "4OFF", "nOFF"])
def test_forms_that_are_not_read_are_named(kind: str):
    with pytest.raises(FileFormatError, match="convert it to plain OFF or PLY"):
        read_off(f"{kind}\n1 0 0\n0 0 0 0\n".encode(), PATH)


@pytest.mark.parametrize("counts", [b"1000000000000 0 0", b"-1 0 0", b"x y z", b"3"])
def test_counts_that_are_lies_are_refused(counts: bytes):
    with pytest.raises(FileFormatError, match=r"promises|count"):
        read_off(b"OFF\n" + counts + b"\n0 0 0\n", PATH)


def test_a_file_cut_at_any_byte_is_refused_or_only_lacks_digits():
    for end in range(len(PLAIN) - len(b"4\n")):
        with pytest.raises(PinpointError):
            contents_of(read_off(PLAIN[:end], PATH), PATH, sample=None)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_flipped_bytes_give_points_or_a_refusal(data: st.DataObject):
    damaged = bytearray(PLAIN)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(PLAIN) - 1))] = data.draw(st.integers(0, 255))
    with suppress(PinpointError):
        contents_of(read_off(bytes(damaged), PATH), PATH, sample=None)
