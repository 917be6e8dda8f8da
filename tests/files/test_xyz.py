from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pinpoint3d import Masks, load, save
from pinpoint3d.errors import FileFormatError, PinpointError
from pinpoint3d.files import text_layout, xyz
from pinpoint3d.files.contents import Contents, LabelColumns

PATH = Path("scan.xyz")
PLAIN = b"1.5 2 3\n-4 5e-1 .6\n7 8 9\n"


def labels_of(n: int, seed: int = 0) -> LabelColumns:
    rng = np.random.default_rng(seed)
    objects = rng.integers(0, 5, n, np.int32)
    return LabelColumns(objects, objects * 7, rng.random(n, dtype=np.float32))


def relabelled(data: bytes, labels: LabelColumns, path: Path = PATH) -> bytes:
    return b"".join(xyz.relabel(data, labels, path))


def assert_labelled(contents: Contents, labels: LabelColumns) -> None:
    for name in ("object_id", "part_id", "confidence"):
        np.testing.assert_array_equal(contents.fields[name], getattr(labels, name))


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1.5 2 3\n4 5 6\n", "spaces"),
        ("  1.5\t2  3 \n\n4\t5\t6", "spaces"),
        ("1.5,2,3\n4,5,6\n", "commas"),
        ("1.5, 2, 3,\n4, 5, 6,\n", "commas"),
        ("1.5;2;3\n4;5;6\n", "semicolons"),
        ("1,5;2;3\n4;5;6\n", "semicolons"),
        ("1,5 2,0 3\n4 5 6\n", "spaces"),
        ("1.5 2 3\r\n4 5 6\r\n", "spaces"),
        ("1.5 2 3\r4 5 6\r", "spaces"),
        ("# made by hand\n1.5 2 3\n// a pause\n4 5 6\n% end\n", "spaces"),
        ("2\n1.5 2 3\n4 5 6\n", "spaces"),
        ("1\n1.5 2 3\n1\n4 5 6\n", "spaces"),
        ("X Y Z\n1.5 2 3\n4 5 6\n", "spaces"),
        ("//X;Y;Z\n1.5;2;3\n4;5;6\n", "semicolons"),
        ('"x","y","z"\n1.5,2,3\n4,5,6\n', "commas"),
    ],
)
def test_every_common_way_to_write_a_table_gives_the_same_points(text: str, form: str) -> None:
    contents = xyz.read(text.encode(), PATH)
    np.testing.assert_array_equal(contents.xyz, [[1.5, 2, 3], [4, 5, 6]])
    assert contents.format == f"text, separated by {form}"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-8"])
def test_text_is_read_in_the_encodings_that_programs_write(encoding: str) -> None:
    data = "x,y,z,h\u00f6he\n1,2,3,4\n".encode(encoding)
    contents = xyz.read(data, Path("scan.csv"))
    np.testing.assert_array_equal(contents.xyz, [[1, 2, 3]])
    assert list(contents.fields) == ["h\u00f6he"]


def test_a_decimal_comma_that_first_appears_on_a_later_line_is_seen() -> None:
    contents = xyz.read(b"1;2;3\n1,5;2;3\n", PATH)
    np.testing.assert_array_equal(contents.xyz, [[1, 2, 3], [1.5, 2, 3]])
    assert "commas are taken as decimal signs" in contents.notes


def test_points_without_a_position_keep_their_row() -> None:
    contents = xyz.read(b"1 2 3\nnan nan nan\n1.#QNAN 1.#IND inf\n", PATH)
    assert np.isfinite(contents.xyz).all(axis=1).tolist() == [True, False, False]


def test_columns_are_what_the_header_row_says() -> None:
    contents = xyz.read(b"nx,ny,nz,Z,Y,X,class,R,G,B\n0,0,1,3,2,1,5,9,8,7\n", Path("scan.csv"))
    np.testing.assert_array_equal(contents.xyz, [[1, 2, 3]])
    np.testing.assert_array_equal(contents.normals, [[0, 0, 1]])
    np.testing.assert_array_equal(contents.rgb, [[9, 8, 7]])
    assert contents.fields["class"].tolist() == [5]
    assert contents.fields["class"].dtype == np.int32


def test_columns_are_what_the_caller_says() -> None:
    contents = xyz.read(b"9 1 2 3 200 100 50 4\n", PATH, columns="lxyzrgb_")
    np.testing.assert_array_equal(contents.xyz, [[1, 2, 3]])
    np.testing.assert_array_equal(contents.rgb, [[200, 100, 50]])
    assert {name: v.tolist() for name, v in contents.fields.items()} == {"label": [9]}


def test_columns_that_the_caller_calls_colours_must_be_some() -> None:
    with pytest.raises(FileFormatError, match="hold no colours"):
        xyz.read(b"1 2 3 -4 5 6\n", PATH, columns="xyzrgb")


def test_a_guess_is_reported() -> None:
    assert xyz.read(b"1 2 3 200 100 50\n", PATH).notes == (
        "columns are guessed to be xyzrgb; they may also be xyznnn",
    )


def test_a_pts_file_that_ends_early_says_so() -> None:
    assert xyz.read(b"5\n1 2 3\n", Path("a.pts")).notes == ("promises 5 points but holds 1",)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"1 2 3\n4 5\n", "line 2 has 2 columns where the first has 3"),
        (b"# x\n1 2 3\n\n4 5 6 7\n", "line 4 has 4 columns"),
        (b"1 2 3\n4 five 6\n", "line 2 has 'five' in column 2"),
        (b"1 2 3\n4 1_0 6\n", "line 2 has '1_0' in column 2"),
        (b"hello\nworld\n", "line 1 \\('hello'\\) is neither"),
        (b"x y z class\n1 2 3 chair\n", "its first point .* holds something other than numbers"),
        (b"ncols 4\nnrows 4\n", "raster grid"),
        (b"1 2\n3 4\n", "neither numbers nor"),
        (b"# nothing\n\n", "holds no points"),
        (b"12\n", "holds no points"),
        (b"\x00\x01\x02\x03\n", "is not text"),
        (b"\xff\xfe1\0 \0002\0 \0003\0\n", "UTF-16 text is damaged"),
        (b" ".join([b"1"] * 1025), "over 1024 columns"),
    ],
)
def test_what_is_no_list_of_points_is_refused_in_a_sentence(text: bytes, complaint: str) -> None:
    with pytest.raises(FileFormatError, match=complaint) as caught:
        xyz.read(text, PATH)
    assert str(caught.value).startswith("scan.xyz: ")
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("start", [b"", b"1 2 3\n", b"\xff\xfe"])
def test_an_endless_line_is_refused_early(start: bytes) -> None:
    with pytest.raises(FileFormatError, match="longer than 65,536 characters"):
        xyz.read(start + b"1 " * (1 << 24), PATH)


def test_an_endless_line_late_in_the_file_is_refused() -> None:
    many = b"1 2 3\n" * 100_000
    with pytest.raises(FileFormatError, match="line 100,001 is longer than 65,536"):
        xyz.read(many + b"1 " * 100_000, PATH)


def test_a_file_longer_than_one_block_is_read_and_labelled_whole() -> None:
    line = b"1 2 3" + b" " * 994 + b"\n"
    n = text_layout.BLOCK_BYTES // 1000 + 100
    assert len(xyz.read(line * n, PATH).xyz) == n
    labels = LabelColumns(
        np.arange(n, dtype=np.int32), np.zeros(n, np.int32), np.ones(n, np.float32)
    )
    lines = relabelled(line * n, labels).split(b"\n")
    assert len(lines) == n + 1
    assert lines[n - 1] == line[:-1] + b"%d 0 1.000000000e+00" % (n - 1)


# ---------------------------------------------------------------- relabelling

# @ is where labels go, and ~ where a separator stands before that place already.
MARKED = [
    b"1.10 +2 -0 ~\n .5 1e-05 3@\n7 8 9@",
    b"1,2,3@\r\n4,5,6@\r\n7,8,9@\r\n",
    b"1;2;3;~\n4;5;6@\n7;8;9;~\n",
    b"1,5\t2\t3@\r4\t5\t6@\r7\t8\t9@",
    b"3\n1 2 3 4 5 6 7@\n4 5 6 7 8 9 1@\n3\n7 8 9 1 2 3 4@\n",
    b"# caf\xe9\n\n1 2 3@\n// x y z\n4 5 6@\n\n7 8 9@\n\n",
    b"\xef\xbb\xbf1 2 3@\n4 5 6@\n7 8 9@\n",
]
NASTY = [marked.translate(None, b"@~") for marked in MARKED]


@pytest.mark.parametrize("marked", MARKED)
def test_every_character_stays_when_labels_are_appended(marked: bytes) -> None:
    ids = np.array([4, 4, 4], np.int32)
    labels = LabelColumns(ids, ids, np.full(3, 0.5, np.float32))
    joint = next(c for c in (b"\t", b";", b",", b" ") if c in marked)
    words = joint.join([b"4", b"4", b"5.000000000e-01"])
    if b"1,5" in marked:
        words = words.replace(b".", b",")
    expected = marked.replace(b"@", joint + words).replace(b"~", words)
    data = marked.translate(None, b"@~")
    assert relabelled(data, labels) == expected
    assert_labelled(xyz.read(expected, PATH), labels)


def test_a_header_row_gets_the_names_of_the_new_columns() -> None:
    out = relabelled(
        b"x,y,z\n1,2,3\n",
        LabelColumns(np.array([4], np.int32), np.array([5], np.int32), np.array([0.1], np.float32)),
    )
    assert out == b"x,y,z,object_id,part_id,confidence\n1,2,3,4,5,0.1\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_labels_are_written_in_the_encoding_of_the_file(encoding: str) -> None:
    text = "x;y;z;\u00f6\r\n1;2;3;4\r\n5;6;7;8"
    out = relabelled(text.encode(encoding), labels_of(2)).decode(encoding)
    assert [line.split(";")[:4] for line in out.split("\r\n")] == [
        line.split(";") for line in text.split("\r\n")
    ]
    assert_labelled(xyz.read(out.encode(encoding), PATH), labels_of(2))


@pytest.mark.parametrize("data", [*NASTY, b"x y z\n1 2 3\n4 5 6\n7 8 9\n"])
def test_a_second_save_replaces_the_labels_where_they_stand(data: bytes) -> None:
    first, second = labels_of(3, 1), labels_of(3, 2)
    assert relabelled(relabelled(data, first), second) == relabelled(data, second)


def test_labels_of_a_file_without_header_are_known_again_beside_given_columns() -> None:
    labels = labels_of(1)
    out = relabelled(b"1 2 3 4\n", labels)
    contents = xyz.read(out, PATH, columns="xyz_")
    assert_labelled(contents, labels)
    assert len(contents.fields) == 3


def test_a_foreign_column_of_our_name_is_left_alone() -> None:
    data = b"x y z confidence\n1 2 3 77.5\n"
    labels = labels_of(1)
    out = relabelled(data, labels)
    assert out.startswith(
        b"x y z confidence pinpoint_object_id pinpoint_part_id pinpoint_confidence\n1 2 3 77.5 "
    )
    assert relabelled(out, labels) == out


def test_scores_of_a_foreign_program_are_not_taken_for_labels() -> None:
    contents = xyz.read(b"1 2 3 4 5 0.25\n1 2 4 4 5 0.5\n", PATH)
    assert "object_id" not in contents.fields


def test_masks_of_another_length_are_refused() -> None:
    with pytest.raises(FileFormatError, match="has 3 points but the masks 2"):
        relabelled(PLAIN, labels_of(2))


# ---------------------------------------------------------------- writing and laws


@st.composite
def some_points(draw: st.DrawFn) -> dict[str, Any]:
    n = draw(st.integers(1, 4))
    positions = draw(hnp.arrays(draw(st.sampled_from(["f4", "f8"])), (n, 3)))
    positions[0] = np.nan_to_num(positions[0], posinf=1, neginf=1)
    types = st.sampled_from(["b1", "i1", "u1", "i2", "u2", "i4", "u4", "f2", "f4", "f8"])
    names = st.text("abct_\u00f6;,\" '", min_size=1, max_size=4)
    fields = st.dictionaries(names, types.flatmap(lambda t: hnp.arrays(t, n)), max_size=3)
    return {
        "xyz": positions,
        "rgb": draw(st.none() | hnp.arrays("u1", (n, 3))),
        "normals": draw(st.none() | hnp.arrays("f4", (n, 3))),
        "fields": draw(fields),
    }


@settings(max_examples=150, deadline=None)
@given(some_points(), st.sampled_from([" ", ",", ";"]), st.booleans())
def test_what_is_written_is_read_back_exactly(
    points: dict[str, Any], separator: str, labelled: bool
) -> None:
    labels = labels_of(len(points["xyz"])) if labelled else None
    contents = Contents("arrays", **points)
    back = xyz.read(b"".join(xyz.write(contents, labels, separator=separator)), PATH)
    np.testing.assert_array_equal(back.xyz.astype(points["xyz"].dtype), points["xyz"])
    np.testing.assert_array_equal(back.rgb, points["rgb"])
    np.testing.assert_array_equal(back.normals, points["normals"])
    assert len(back.fields) == len(points["fields"]) + 3 * labelled
    for got, expected in zip(back.fields.values(), points["fields"].values(), strict=False):
        np.testing.assert_array_equal(got.astype(expected.dtype), expected)
    if labels is not None:
        assert_labelled(back, labels)


@pytest.mark.parametrize("data", [PLAIN, *NASTY, "x;y;z\r\n1,5;2;3\r\n".encode("utf-16")])
def test_a_file_cut_short_anywhere_is_read_or_refused(data: bytes) -> None:
    for end in range(1, len(data)):
        with suppress(PinpointError):
            contents = xyz.read(data[:end], PATH)
            relabelled(data[:end], labels_of(len(contents.xyz)))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([PLAIN, *NASTY]), st.integers(0, 60), st.integers(0, 255))
def test_a_damaged_byte_is_read_or_refused(data: bytes, at: int, value: int) -> None:
    damaged = bytearray(data)
    damaged[at % len(data)] = value
    with suppress(PinpointError):
        contents = xyz.read(bytes(damaged), PATH)
        relabelled(bytes(damaged), labels_of(len(contents.xyz)))


@settings(max_examples=200, deadline=None)
@given(st.text("0123456789.,; \t\r\n-+e#/nx\xa0\x85\xb2", max_size=60) | st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    data = text.encode("utf-8", "replace")
    with suppress(PinpointError):
        contents = xyz.read(data, PATH)
        labels = labels_of(len(contents.xyz))
        assert_labelled(xyz.read(relabelled(data, labels), PATH), labels)


# ---------------------------------------------------------------- through load and save


def test_labels_of_a_scan_come_back_on_opening_it_again(tmp_path: Path) -> None:
    path = tmp_path / "scan.txt"
    path.write_bytes(PLAIN)
    scene = load(path)
    masks = Masks.of([0, 1, 2], [0, 0, 3])
    save(scene, masks, tmp_path / "labelled.txt")
    again = load(tmp_path / "labelled.txt")
    assert again.labels is not None
    np.testing.assert_array_equal(again.labels.object, masks.object)
    np.testing.assert_array_equal(again.labels.part, masks.part)
    assert again.fields == {}
    save(again, again.labels, tmp_path / "twice.txt")
    assert (tmp_path / "twice.txt").read_bytes() == (tmp_path / "labelled.txt").read_bytes()


def test_a_csv_is_written_with_commas(tmp_path: Path) -> None:
    path = tmp_path / "scan.xyz"
    path.write_bytes(PLAIN)
    save(load(path), Masks.of([0, 1, 2]), tmp_path / "scan.csv")
    lines = (tmp_path / "scan.csv").read_text().splitlines()
    assert lines[:2] == ["x,y,z,object_id,part_id,confidence", "1.5,2.0,3.0,0,0,1.0"]


def test_options_are_remembered_when_another_format_is_written(tmp_path: Path) -> None:
    path = tmp_path / "scan.txt"
    path.write_bytes(b"9 1 2 3\n")
    save(load(path, columns="_xyz"), None, tmp_path / "scan.csv")
    assert (tmp_path / "scan.csv").read_text() == "x,y,z\n1.0,2.0,3.0\n"
