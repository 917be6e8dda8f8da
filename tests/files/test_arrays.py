import io
import pickle
import tracemalloc
import zipfile
from collections.abc import Callable
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
from pinpoint3d.files import arrays
from pinpoint3d.files.contents import Contents, LabelColumns

PATH = Path("scan.npz")
RNG = np.random.default_rng(11)
N = 60
XYZ = RNG.normal(size=(N, 3))
RGB = (RNG.integers(30, 220, (N, 1)) + RNG.integers(-9, 10, (N, 3))).astype(np.uint8)
NORMALS = XYZ / np.linalg.norm(XYZ, axis=1, keepdims=True)


def npy(array: Any, **options: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def npz(**named: Any) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **named)
    return stream.getvalue()


def compressed_npz(**named: Any) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, **named)
    return stream.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def labels_of(n: int, seed: int = 0) -> LabelColumns:
    rng = np.random.default_rng(seed)
    objects = rng.integers(0, 5, n, np.int32)
    return LabelColumns(objects, objects * 7, rng.random(n, dtype=np.float32))


def relabelled(data: bytes, labels: LabelColumns) -> bytes:
    return b"".join(arrays.relabel(data, labels, PATH))


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


# ---------------------------------------------------------------- single arrays


@pytest.mark.parametrize("dtype", ["<f2", "<f4", ">f4", "<f8", ">f8", "<i4", ">i2", "u1"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_positions_are_read_in_every_type_and_order(dtype: str, order: Any) -> None:
    table = np.asarray((10 * XYZ).clip(0, 99).astype(dtype), order=order)
    contents = arrays.read(npy(table), Path("scan.npy"))
    np.testing.assert_array_equal(contents.xyz, table)
    assert contents.xyz.dtype.name in ("float32", "float64")


def test_columns_after_the_positions_are_guessed() -> None:
    contents = arrays.read(npy(np.concatenate([XYZ, RGB], axis=1)), PATH)
    np.testing.assert_array_equal(contents.rgb, RGB)
    contents = arrays.read(npy(np.concatenate([XYZ, NORMALS], axis=1)), PATH)
    np.testing.assert_array_equal(contents.normals, NORMALS.astype(np.float32))
    contents = arrays.read(npy(np.concatenate([XYZ, RGB, RGB[:, :1] % 5], axis=1)), PATH)
    assert list(contents.fields) == ["label"]
    assert contents.notes == (
        "columns are guessed to be xyzrgbl; they may also be xyzirgb, xyznnnl, xyzrgbi",
    )


def test_fields_of_rows_are_read_by_their_names() -> None:
    rows = np.zeros(
        N,
        np.dtype(
            [
                ("x", ">f4"),
                ("y", "f4"),
                ("z", "f4"),
                ("t", "u2"),
                ("rgb", "u1", 3),
                ("e", "f2", (2,)),
            ],
            align=True,
        ),
    )
    rows["x"], rows["y"], rows["z"], rows["rgb"], rows["t"] = *XYZ.T, RGB, np.arange(N)
    contents = arrays.read(npy(rows), PATH)
    np.testing.assert_array_equal(contents.xyz, XYZ.astype(np.float32))
    np.testing.assert_array_equal(contents.rgb, RGB)
    np.testing.assert_array_equal(contents.fields["t"], np.arange(N, dtype=np.uint16))
    assert contents.fields["e"].shape == (N, 2)


# ---------------------------------------------------------------- archives


@pytest.mark.parametrize("key", ["xyz", "points", "coords", "pc", "positions", "Points", "arr_0"])
@pytest.mark.parametrize("make", [npz, compressed_npz])
def test_positions_are_found_by_name_or_as_the_only_table(
    key: str, make: Callable[..., bytes]
) -> None:
    data = make(**{"instance": np.arange(N), key: XYZ})
    contents = arrays.read(data, PATH)
    np.testing.assert_array_equal(contents.xyz, XYZ)
    np.testing.assert_array_equal(contents.fields["instance"], np.arange(N))


@pytest.mark.parametrize("key", ["rgb", "colors", "colour"])
@pytest.mark.parametrize("form", ["bytes", "shares", "with alpha", "with alpha as shares"])
def test_colours_come_out_as_bytes(key: str, form: str) -> None:
    colours = RGB if "alpha" not in form else np.concatenate([RGB, RGB[:, :1]], axis=1)
    stored = (colours / 255).astype(np.float32) if "shares" in form else colours
    contents = arrays.read(npz(xyz=XYZ, **{key: stored}), PATH)
    np.testing.assert_array_equal(contents.rgb, RGB)
    assert list(contents.fields) == (["alpha"] if "alpha" in form else [])


def test_every_array_with_a_value_for_each_point_is_a_field_in_its_own_type() -> None:
    named: dict[str, np.ndarray] = {
        "flag": np.arange(N) % 2 == 0,
        "big": np.arange(N, dtype=np.uint64) + 2**63,
        "half": np.arange(N, dtype=np.float16),
        "descriptor": RNG.normal(size=(N, 2, 3)),
    }
    data = npz(xyz=XYZ, normals=NORMALS, camera=np.eye(4), when=np.array("today"), **named)
    contents = arrays.read(data, PATH)
    assert list(contents.fields) == list(named)
    for name, values in named.items():
        np.testing.assert_array_equal(
            contents.fields[name], values.reshape(contents.fields[name].shape)
        )
        assert contents.fields[name].dtype == values.dtype
    assert contents.notes == (
        "arrays without a value for each point are kept as they are: camera, when",
    )


def test_coordinates_in_three_arrays_are_put_together() -> None:
    contents = arrays.read(npz(x=XYZ[:, 0], y=XYZ[:, 1], z=XYZ[:, 2], red=RGB[:, 0]), PATH)
    np.testing.assert_array_equal(contents.xyz, XYZ)
    np.testing.assert_array_equal(contents.fields["red"], RGB[:, 0])


def test_triangles_are_read_where_their_corners_are_points() -> None:
    faces = np.array([[0, 1, 2], [2, 3, 0]])
    np.testing.assert_array_equal(arrays.read(npz(xyz=XYZ, faces=faces), PATH).faces, faces)
    assert arrays.read(npz(xyz=XYZ, faces=faces + N), PATH).faces is None


# ---------------------------------------------------------------- what is refused


class _Trap:
    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("unpickled",))


def test_python_objects_are_never_unpickled() -> None:
    trap = np.empty(N, object)
    trap[:] = [_Trap() for _ in range(N)]
    content = (
        npy(np.zeros(N, object), allow_pickle=True).split(b"\n")[0] + b"\n" + pickle.dumps(trap)
    )
    for data in (content, zipped({"xyz.npy": content})):
        with pytest.raises(FileFormatError, match="holds Python objects, which are never opened"):
            arrays.read(data, PATH)
    beside = zipped({"xyz.npy": npy(XYZ), "meta.npy": content})
    assert list(arrays.read(beside, PATH).fields) == []
    assert unzipped(relabelled(beside, labels_of(N)))["meta.npy"] == content


def seven_tebibytes() -> bytes:
    header = npy(np.zeros((1, 3)))
    return header.replace(b"(1, 3), }" + b" " * 14, b"(320687000000, 3), }" + b" " * 3)


def bomb() -> bytes:
    return compressed_npz(xyz=np.zeros((2_000_000, 3)))


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (seven_tebibytes(), "header promises 7,696,488,000,000 bytes but 24 follow"),
        (zipped({"xyz.npy": seven_tebibytes()}), "'xyz': header promises 7,696,488,000,000 bytes"),
        (bomb(), "which no scan does"),
        (zipped({"xyz.npy": npy(XYZ), "../../a.npy": b""}), "'../../a.npy' leads out"),
        (zipped({"/etc/a.npy": npy(XYZ)}), "leads out"),
        (npz(a=XYZ, b=XYZ), "none of its arrays \\(a, b\\) is named xyz or points"),
        (npz(label=np.arange(3)), "is named xyz or points"),
        (zipped({"readme.txt": b"hello"}), "none of its arrays \\(none\\)"),
        (npz(xyz=XYZ.reshape(4, 15, 3)), "has the shape \\(4, 15, 3\\)"),
        (npz(xyz=np.zeros((0, 3))), "holds no points"),
        (npz(xyz=XYZ[:, :2]), "has the shape \\(60, 2\\)"),
        (npz(xyz=XYZ.astype(complex)), "of no list of points"),
        (npz(x=XYZ[:, 0], y=XYZ[:, 0], z=XYZ[:9, 0]), "are not of one length"),
        (npy(np.zeros(4, [("a", "f4"), ("b", "f4")])), "no fields x, y and z"),
        (npy(np.float64(3)), "of no list of points"),
        (b"\x93NUMPY", "is no NumPy array that can be opened"),
        (b"PK\3\4", "damaged or cut short archive"),
    ],
)
def test_what_is_no_scan_is_refused_in_a_sentence_and_little_memory(
    data: bytes, complaint: str
) -> None:
    tracemalloc.start()
    with pytest.raises(FileFormatError, match=complaint) as caught:
        arrays.read(data, PATH)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()
    assert str(caught.value).startswith("scan.npz: ")
    assert str(caught.value).endswith(".")


def test_two_arrays_of_one_name_are_refused() -> None:
    data = zipped({"xyz.npy": npy(XYZ), "abc.npy": npy(XYZ)}).replace(b"abc.npy", b"xyz.npy")
    with pytest.raises(FileFormatError, match=r"holds two arrays named 'xyz\.npy'"):
        arrays.read(data, PATH)


def test_an_array_whose_bytes_do_not_fit_its_check_sum_is_refused() -> None:
    data = npz(xyz=XYZ)
    with pytest.raises(FileFormatError, match=r"'xyz\.npy' is damaged"):
        arrays.read(data.replace(XYZ.tobytes(), (XYZ + 1).tobytes()), PATH)


def test_archives_of_the_large_kind_are_read_and_labelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)
    data = npz(xyz=XYZ, t=np.arange(N), u=np.arange(N))
    monkeypatch.undo()
    assert b"PK\6\6" in data
    np.testing.assert_array_equal(arrays.read(data, PATH).xyz, XYZ)
    out = relabelled(data, labels_of(N))
    assert unzipped(out)["u.npy"] == npy(np.arange(N))


# ---------------------------------------------------------------- relabelling


@pytest.mark.parametrize("make", [npz, compressed_npz])
def test_every_other_array_keeps_its_bytes_when_labels_are_added(
    make: Callable[..., bytes],
) -> None:
    data = make(
        xyz=np.asfortranarray(XYZ.astype(">f4")),
        colors=RGB / 255,
        name=np.array("a room"),
        camera=np.eye(4),
    )
    labels = labels_of(N)
    out = relabelled(data, labels)
    before, after = unzipped(data), unzipped(out)
    assert {name: after[name] for name in before} == before
    assert out.startswith(data[: data.index(b"PK\1\2")])
    with np.load(io.BytesIO(out)) as loaded:
        for name, values in vars(labels).items():
            np.testing.assert_array_equal(loaded[name], values)
    contents = arrays.read(out, PATH)
    np.testing.assert_array_equal(contents.fields["object_id"], labels.object_id)


def test_a_second_save_replaces_the_labels() -> None:
    data = npz(xyz=XYZ, t=np.arange(N))
    once = relabelled(relabelled(data, labels_of(N, 1)), labels_of(N, 2))
    assert once == relabelled(data, labels_of(N, 2))


def test_labels_of_another_program_in_the_middle_of_the_file_are_replaced_too() -> None:
    ids = np.arange(N)
    data = npz(object_id=ids, xyz=XYZ, part_id=ids, confidence=ids / N, last=ids)
    after = unzipped(relabelled(data, labels_of(N)))
    assert sorted(after) == [
        "confidence.npy", "last.npy", "object_id.npy", "part_id.npy", "xyz.npy",
    ]  # fmt: skip
    assert after["xyz.npy"] == npy(XYZ)
    assert after["last.npy"] == npy(ids)


def test_foreign_arrays_of_our_names_are_left_alone() -> None:
    data = npz(xyz=XYZ, confidence=np.eye(3))
    labels = labels_of(N)
    with np.load(io.BytesIO(relabelled(data, labels))) as loaded:
        np.testing.assert_array_equal(loaded["confidence"], np.eye(3))
        np.testing.assert_array_equal(loaded["pinpoint_confidence"], labels.confidence)


def test_a_single_array_is_put_into_an_archive_with_its_labels_byte_for_byte() -> None:
    data = npy(np.asfortranarray(np.concatenate([XYZ, NORMALS], axis=1).astype(">f8")))
    out = relabelled(data, labels_of(N))
    assert unzipped(out)["points.npy"] == data
    assert arrays.read(out, PATH).notes == arrays.read(data, PATH).notes


def test_masks_of_another_length_are_refused() -> None:
    with pytest.raises(FileFormatError, match="has 60 points but the masks 2"):
        relabelled(npz(xyz=XYZ), labels_of(2))


# ---------------------------------------------------------------- writing and laws


@st.composite
def some_points(draw: st.DrawFn) -> dict[str, Any]:
    n = draw(st.integers(1, 4))
    positions = draw(hnp.arrays(draw(st.sampled_from(["f4", "f8"])), (n, 3)))
    wide = ("i2", "u4", "i8", "u8", "f2", "f4", "f8")
    types = st.sampled_from([order + t for order in "<>" for t in wide] + ["b1", "i1", "u1"])
    shapes = st.sampled_from([(n,), (n, 2)])
    fields = st.dictionaries(
        st.text("abt./\\\u00f6", min_size=1, max_size=4).filter(lambda name: "/" not in name),
        st.builds(lambda t, s: hnp.arrays(t, s), types, shapes).flatmap(lambda arrays: arrays),
        max_size=3,
    )
    return {
        "xyz": positions,
        "rgb": draw(st.none() | hnp.arrays("u1", (n, 3))),
        "normals": draw(st.none() | hnp.arrays("f4", (n, 3))),
        "fields": draw(fields),
    }


@settings(max_examples=150, deadline=None)
@given(some_points(), st.booleans())
def test_what_is_written_is_read_back_exactly(points: dict[str, Any], labelled: bool) -> None:
    labels = labels_of(len(points["xyz"])) if labelled else None
    contents = Contents("arrays", **points)
    data = b"".join(arrays.write(contents, labels))
    assert data == b"".join(arrays.write(contents, labels))
    back = arrays.read(data, PATH)
    for name in ("xyz", "rgb", "normals"):
        np.testing.assert_array_equal(getattr(back, name), points[name])
    assert len(back.fields) == len(points["fields"]) + 3 * labelled
    for got, expected in zip(back.fields.values(), points["fields"].values(), strict=False):
        np.testing.assert_array_equal(got, expected)
        assert got.dtype == expected.dtype.newbyteorder("=")
    if labels is not None:
        np.testing.assert_array_equal(back.fields["object_id"], labels.object_id)
    with np.load(io.BytesIO(data)) as loaded:
        np.testing.assert_array_equal(loaded["xyz"], points["xyz"])


SMALL = {
    "stored": npz(xyz=XYZ[:2], t=np.arange(2)),
    "packed": compressed_npz(xyz=XYZ[:2]),
    "ours": b"".join(arrays.write(Contents("", XYZ[:1]), labels_of(1))),
    "single": npy(XYZ[:2].astype(np.float32)),
    "rows": npy(np.zeros(2, [("x", "f4"), ("y", "f4"), ("z", "f4"), ("c", "u1", 3)])),
}


@pytest.mark.parametrize("kind", SMALL)
def test_a_file_cut_short_anywhere_is_refused(kind: str) -> None:
    for end in range(1, len(SMALL[kind])):
        with pytest.raises(PinpointError):
            arrays.read(SMALL[kind][:end], PATH)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(SMALL)), st.floats(0, 1, exclude_max=True), st.integers(0, 255))
def test_a_damaged_byte_is_read_or_refused(kind: str, place: float, value: int) -> None:
    damaged = bytearray(SMALL[kind])
    damaged[int(place * len(damaged))] = value
    with suppress(PinpointError):
        contents = arrays.read(bytes(damaged), PATH)
        relabelled(bytes(damaged), labels_of(len(contents.xyz)))


# ---------------------------------------------------------------- through load and save


def test_labels_of_a_scan_come_back_on_opening_it_again(tmp_path: Path) -> None:
    path = tmp_path / "scan.npz"
    path.write_bytes(npz(points=XYZ, colors=RGB, t=np.arange(N)))
    scene, masks = load(path), Masks.of(np.arange(N) % 4)
    save(scene, masks, tmp_path / "labelled.npz")
    again = load(tmp_path / "labelled.npz")
    assert again.labels is not None
    np.testing.assert_array_equal(again.labels.object, masks.object)
    np.testing.assert_array_equal(again.xyz, scene.xyz)
    assert list(again.fields) == ["t"]


@pytest.mark.parametrize("labelled", [False, True])
def test_a_single_array_is_saved_as_an_archive(tmp_path: Path, labelled: bool) -> None:
    path = tmp_path / "scan.npy"
    path.write_bytes(npy(XYZ))
    masks = Masks.of(np.arange(N) % 4) if labelled else None
    save(load(path), masks, tmp_path / "out.npz")
    assert unzipped((tmp_path / "out.npz").read_bytes())["points.npy"] == npy(XYZ)
    with pytest.raises(FileFormatError, match=r"cannot write \.npy"):
        save(load(path), masks, tmp_path / "out.npy")
