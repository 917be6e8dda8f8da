import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinpoint3d import (
    Click,
    FileAccessError,
    FileFormatError,
    Masks,
    NearestSegmenter,
    Scene,
    SceneError,
    load,
    save,
)

SCANS = (
    "milk_cartoon_all_small_clorox.pcd.xz",
    "min_cut_segmentation_tutorial.pcd",
    "region_growing_rgb_tutorial.pcd",
    "room_scan1.pcd",
)
XYZ = np.array([[0, 0, 0], [0.1, 1e-7, 5_000_000.123456], [-3, np.nan, 2], [7, 8, 9]])
MASKS = Masks(
    np.array([1, 2, 0, 2**31 - 1], np.int32),
    np.array([0, 3, 0, 7], np.int32),
    np.array([0.25, 1, 0, 0.1], np.float32),
)


def rich_scene(xyz: np.ndarray = XYZ) -> Scene:
    """A scene with colours, normals and fields of many types."""
    rng = np.random.default_rng(3)
    n = len(xyz)
    fields = {
        "normals": rng.normal(size=(n, 3)).astype(np.float32),
        "time": rng.random(n),
        "ring": rng.integers(-(2**62), 2**62, n),
        "tag": rng.integers(0, 255, n, dtype=np.uint8),
    }
    rgb = rng.integers(0, 256, (n, 3), dtype=np.uint8)
    return Scene(xyz, rgb, fields=fields, origin=np.zeros(3))


def same(a: Masks | None, b: Masks) -> bool:
    return a is not None and all(
        getattr(a, k).tobytes() == getattr(b, k).tobytes() for k in ("object", "part", "confidence")
    )


def ascii_ply(xyz: np.ndarray, kind: str = "double") -> bytes:
    rows = "".join(" ".join(map(repr, row)) + "\n" for row in xyz.tolist())
    axes = "".join(f"property {kind} {axis}\n" for axis in "xyz")
    head = f"ply\nformat ascii 1.0\nelement vertex {len(xyz)}\n{axes}end_header\n"
    return (head + rows).encode()


def stored(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("suffix", [".ply", ".pcd"])
def test_labels_come_back_with_the_scene(tmp_path: Path, suffix: str) -> None:
    save(rich_scene(), MASKS, tmp_path / f"a{suffix}")
    again = load(tmp_path / f"a{suffix}")
    assert same(again.labels, MASKS)
    assert not {"object_id", "part_id", "confidence"} & set(again.fields)


@pytest.mark.parametrize("way", [(".ply", ".pcd", ".ply"), (".pcd", ".ply", ".pcd")])
def test_conversion_keeps_everything_both_formats_can_hold(
    tmp_path: Path, way: tuple[str, ...]
) -> None:
    scene = rich_scene()
    save(scene, MASKS, tmp_path / f"0{way[0]}")
    first = load(tmp_path / f"0{way[0]}")
    for k, suffix in enumerate(way[1:], 1):
        save(load(tmp_path / f"{k - 1}{way[k - 1]}"), MASKS, tmp_path / f"{k}{suffix}")
        again = load(tmp_path / f"{k}{suffix}")
        assert same(again.labels, MASKS)
        assert again.xyz.tobytes() == first.xyz.tobytes()
        assert again.origin.tolist() == first.origin.tolist()
        assert again.rgb is not None and scene.rgb is not None  # noqa: PT018  # one fact for types
        assert again.rgb.tolist() == scene.rgb.tolist()
        for name, values in scene.fields.items():
            assert again.fields[name].dtype == values.dtype
            assert again.fields[name].tolist() == values.tolist()


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(*[st.floats(-1e9, 1e9) | st.just(float("nan"))] * 3), min_size=1, max_size=9)
)
def test_float64_coordinates_are_converted_exactly(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, float, float]]
) -> None:
    folder = tmp_path_factory.mktemp("exact")
    xyz = np.array([(0.0, 0.0, 0.0), *rows])
    load(stored(folder / "a.ply", ascii_ply(xyz)))
    save(load(folder / "a.ply"), None, folder / "b.pcd")
    save(load(folder / "b.pcd"), None, folder / "c.ply")
    assert (folder / "c.ply").read_bytes().endswith(xyz.astype("<f8").tobytes())


def test_faces_are_kept_in_a_ply(tmp_path: Path) -> None:
    save(Scene(np.eye(3), faces=[[0, 1, 2]]), None, tmp_path / "a.ply")
    again = load(tmp_path / "a.ply")
    assert again.faces is not None
    assert again.faces.tolist() == [[0, 1, 2]]


def test_an_organised_cloud_stays_organised(tmp_path: Path) -> None:
    head = "VERSION .7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 2\nHEIGHT 2\nDATA ascii\n"
    stored(tmp_path / "a.pcd", f"{head}0 0 1\nnan nan nan\n1 1 2\n2 2 2\n".encode())
    save(load(tmp_path / "a.pcd"), MASKS, tmp_path / "b.pcd")
    again = load(tmp_path / "b.pcd")
    assert again.source is not None
    assert again.source.report.shape == (2, 2)
    assert again.source.report.up == "-y"
    assert again.valid.tolist() == [True, False, True, True]
    assert same(again.labels, MASKS)


def test_a_foreign_column_of_our_name_survives_and_labels_come_back(tmp_path: Path) -> None:
    own = {"confidence": np.array([5.0, 6, 7, 8]), "object_id": np.array([9, 8, 7, 6], np.int32)}
    save(Scene(XYZ, fields=own), None, tmp_path / "a.ply")
    for source, target in (
        ("a.ply", "b.ply"),
        ("b.ply", "c.pcd"),
        ("c.pcd", "d.pcd"),
        ("d.pcd", "e.ply"),
    ):
        save(load(tmp_path / source), MASKS, tmp_path / target)
        again = load(tmp_path / target)
        assert same(again.labels, MASKS)
        assert {name: v.tolist() for name, v in again.fields.items()} == {
            name: v.tolist() for name, v in own.items()
        }


def test_saving_without_labels_copies_the_file(tmp_path: Path) -> None:
    content = ascii_ply(XYZ)
    save(load(stored(tmp_path / "a.ply", content)), None, tmp_path / "b.ply")
    assert (tmp_path / "b.ply").read_bytes() == content


@pytest.mark.parametrize("name", ["a.pcd", "a", "a.ply"])
def test_the_content_decides_before_the_name(tmp_path: Path, name: str) -> None:
    scene = load(stored(tmp_path / name, ascii_ply(XYZ)))
    assert scene.source is not None
    assert scene.source.format == "ply"
    notes = scene.source.report.notes
    note = ("is PLY inside although its name ends in .pcd",)
    assert notes == (note if name == "a.pcd" else ())
    save(scene, MASKS, tmp_path / "b.ply")
    assert same(load(tmp_path / "b.ply").labels, MASKS)


def test_what_is_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"a\.doc: is of no known kind"):
        load(stored(tmp_path / "a.doc", b"\x00\xff\x00\xff" * 9))


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".xz", lzma.compress)])
def test_packed_files_are_opened_and_saved_unpacked(
    tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes]
) -> None:
    content = ascii_ply(XYZ)
    scene = load(stored(tmp_path / f"a.ply{suffix}", pack(content)))
    save(scene, None, tmp_path / "b.ply")
    assert (tmp_path / "b.ply").read_bytes() == content
    save(scene, MASKS, tmp_path / "c.ply")
    assert same(load(tmp_path / "c.ply").labels, MASKS)
    with pytest.raises(FileFormatError, match=f"cannot write {suffix}"):
        save(scene, MASKS, tmp_path / f"d.ply{suffix}")


def test_what_is_given_goes_before_what_is_guessed(tmp_path: Path) -> None:
    x, y = np.meshgrid(np.arange(40) * 10.0, np.arange(40) * 10.0)
    xyz = np.stack([x, y, x], axis=-1).reshape(-1, 3)
    path = stored(tmp_path / "a.ply", ascii_ply(xyz))
    guessed, given = load(path), load(path, units="m", up="-y", origin=(100.0, 0.0, 0.0))
    assert guessed.source is not None
    assert given.source is not None
    report = guessed.source.report
    assert (report.unit, report.unit_from, report.up_from) == ("mm", "guessed", "guessed")
    np.testing.assert_allclose(guessed.xyz, xyz / 1000, rtol=1e-6)
    report = given.source.report
    assert (report.unit, report.unit_from, report.up, report.up_from) == (
        "m",
        "given",
        "-y",
        "given",
    )
    assert given.xyz.tolist() == (xyz - [100, 0, 0]).tolist()
    assert given.origin.tolist() == [100, 0, 0]
    assert given.source.options == {"units": "m", "up": "-y", "origin": (100.0, 0.0, 0.0)}
    for scene in (guessed, given):  # saved files keep the file's own numbers
        save(scene, None, tmp_path / "b.pcd")
        assert load(tmp_path / "b.pcd", units="m").xyz.tolist() == xyz.tolist()


def test_wrong_options_are_refused(tmp_path: Path) -> None:
    path = stored(tmp_path / "a.ply", ascii_ply(XYZ))
    with pytest.raises(SceneError, match="units are"):
        load(path, units="inch")
    with pytest.raises(SceneError, match="up is"):
        load(path, up="z")
    for origin in ((0.0, float("nan"), 0.0), (0.0, 0.0, 1e308)):
        with pytest.raises(SceneError, match="origin is"):
            load(path, origin=origin)


def test_a_large_offset_is_split_off(tmp_path: Path) -> None:
    xyz = np.array([[500_000.25, 5_000_000.123456, 80.0], [500_001.5, 5_000_001.5, 81.0]])
    scene = load(stored(tmp_path / "a.ply", ascii_ply(xyz)))
    assert scene.origin.tolist() == [500_000, 5_000_000, 80]
    np.testing.assert_allclose(scene.xyz + scene.origin, xyz, rtol=0, atol=1e-4)


def test_a_damaged_coordinate_counts_as_none(tmp_path: Path) -> None:
    xyz = XYZ.copy()
    xyz[3] = [1e300, 0, 0]
    content = ascii_ply(xyz)
    scene = load(stored(tmp_path / "a.ply", content))
    assert scene.valid.tolist() == [True, True, False, False]
    assert scene.source is not None
    assert scene.source.report.n_finite == 2
    assert scene.source.report.notes == (
        "1 of its points lie beyond 1e+12 and count as without a position",
    )
    save(scene, None, tmp_path / "b.ply")
    assert (tmp_path / "b.ply").read_bytes() == content


def test_a_scan_without_one_position_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="not one of its 4 points is finite"):
        load(stored(tmp_path / "a.ply", ascii_ply(np.full((4, 3), np.nan))))


def test_impossible_labels_are_kept_but_not_used(tmp_path: Path) -> None:
    own = {"object_id": np.array([-1, 0, 1, 2]), "part_id": np.zeros(4, np.int32)}
    save(Scene(XYZ, fields=own), None, tmp_path / "a.ply")
    scene = load(tmp_path / "a.ply")
    assert scene.labels is None
    assert scene.fields["object_id"].tolist() == [-1, 0, 1, 2]
    assert scene.source is not None
    assert "label columns are kept but not used" in scene.source.report.notes[0]


def test_the_original_is_never_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stored(tmp_path / "a.ply", ascii_ply(XYZ))
    (tmp_path / "link.ply").symlink_to("a.ply")
    monkeypatch.chdir(tmp_path)
    for opened in (path, Path("a.ply"), Path("link.ply")):
        scene = load(opened)
        for target in (path, Path("a.ply"), Path("./x/../a.ply"), tmp_path / "link.ply"):
            with pytest.raises(FileAccessError, match="is the scan that was opened"):
                save(scene, MASKS, target)
    assert path.read_bytes() == ascii_ply(XYZ)
    assert {p.name for p in tmp_path.iterdir()} == {"a.ply", "link.ply"}


@pytest.mark.parametrize("target", ["b.ply", "b.pcd"])
def test_a_changed_or_missing_original_is_refused(tmp_path: Path, target: str) -> None:
    path = stored(tmp_path / "a.ply", ascii_ply(XYZ))
    scene = load(path)
    stored(path, ascii_ply(XYZ[::-1]))
    with pytest.raises(FileFormatError, match="has changed since it was opened"):
        save(scene, MASKS, tmp_path / target)
    path.unlink()
    with pytest.raises(FileAccessError, match="no such file"):
        save(scene, MASKS, tmp_path / target)
    assert not list(tmp_path.iterdir())


def test_labels_of_another_scene_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="masks of 3 points"):
        save(Scene(XYZ), Masks.empty(3), tmp_path / "a.ply")


@pytest.mark.parametrize("name", ["a.e57", "a", "a.ply.zip"])
def test_a_format_that_cannot_be_written_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileFormatError, match="cannot write"):
        save(Scene(XYZ), MASKS, tmp_path / name)


def test_a_failed_save_leaves_the_older_file(tmp_path: Path) -> None:
    own = {"object_id": np.zeros(4, np.uint8), "part_id": np.zeros(4, np.uint8)}
    save(Scene(XYZ, fields=own), None, tmp_path / "a.ply")
    older = stored(tmp_path / "b.ply", b"older")
    with pytest.raises(FileFormatError, match="does not fit its column object_id"):
        save(load(tmp_path / "a.ply"), MASKS, older)
    assert older.read_bytes() == b"older"
    assert {p.name for p in tmp_path.iterdir()} == {"a.ply", "b.ply"}


def test_partscan_style_has_one_label_for_object_and_part(tmp_path: Path) -> None:
    masks = Masks.of([34, 5, 0, 5], [1, 0, 0, 99])
    save(rich_scene(), masks, tmp_path / "a.ply", style="partscan")
    again = load(tmp_path / "a.ply")
    assert set(again.fields) == {"label"}
    assert again.fields["label"].tolist() == [3401, 500, 0, 599]
    assert same(again.labels, masks)
    save(again, MASKS, tmp_path / "b.ply")  # newer labels go before the fused ones
    assert same(load(tmp_path / "b.ply").labels, MASKS)


def test_a_foreign_label_column_is_a_field_and_no_labels(tmp_path: Path) -> None:
    own = {"label": np.array([3401, 500, 0, 599], np.int32)}
    save(Scene(XYZ, fields=own), None, tmp_path / "a.ply")
    again = load(tmp_path / "a.ply")
    assert again.labels is None
    assert again.fields["label"].tolist() == own["label"].tolist()


def test_partscan_style_is_for_labelled_ply(tmp_path: Path) -> None:
    for name, masks in (("a.pcd", MASKS), ("a.ply", None)):
        with pytest.raises(FileFormatError, match="PartScan"):
            save(Scene(XYZ), masks, tmp_path / name, style="partscan")
    with pytest.raises(FileFormatError, match=r"part 100 cannot be written"):
        save(
            Scene(XYZ), Masks.of([1, 1, 0, 1], [1, 100, 0, 0]), tmp_path / "a.ply", style="partscan"
        )
    assert not list(tmp_path.iterdir())


def test_a_column_called_source_face_is_nothing_special(tmp_path: Path) -> None:
    own = {"source_face": np.array([1, -1, 2, 3], np.int32)}
    save(Scene(XYZ, fields=own), None, tmp_path / "a.ply")
    save(load(tmp_path / "a.ply"), MASKS, tmp_path / "b.pcd")
    again = load(tmp_path / "b.pcd")
    assert again.fields["source_face"].tolist() == [1, -1, 2, 3]
    assert same(again.labels, MASKS)


@pytest.mark.parametrize("name", SCANS)
def test_a_real_scan_gets_labels_and_keeps_its_positions(
    shared: Path, tmp_path: Path, name: str
) -> None:
    scene = load(shared / "data" / "scans_pcl" / name)
    rows = np.flatnonzero(scene.valid)[:: len(scene) // 5]
    clicks = [Click(int(row), k % 3, k if k % 3 else 0) for k, row in enumerate(rows)]
    masks = NearestSegmenter().encode(scene).segment(clicks)
    for target in ("labelled.pcd", "labelled.ply"):
        save(scene, masks, tmp_path / target)
        again = load(tmp_path / target)
        assert again.xyz[scene.valid].tobytes() == scene.xyz[scene.valid].tobytes()
        assert np.array_equal(again.valid, scene.valid)
        assert same(again.labels, masks)
        assert set(again.fields) == set(scene.fields)
        if scene.rgb is not None:
            assert again.rgb is not None
            assert np.array_equal(again.rgb, scene.rgb)


def test_las_becomes_laz_with_its_point_format_and_its_wide_colours(tmp_path: Path) -> None:
    laspy = pytest.importorskip("laspy")
    header = laspy.LasHeader(point_format=3, version="1.2")
    cloud = laspy.LasData(header)
    cloud.x, cloud.y, cloud.z = np.arange(5.0), np.zeros(5), np.ones(5)
    cloud.red = np.array([1, 300, 10_166, 40_000, 65_535], np.uint16)
    cloud.write(tmp_path / "scan.las")
    scene = load(tmp_path / "scan.las")
    save(scene, Masks.of(np.arange(5, dtype=np.int32)), tmp_path / "scan.laz")
    packed = laspy.read(tmp_path / "scan.laz")
    assert packed.point_format.id == 3
    assert packed.red.tolist() == cloud.red.tolist()
    assert packed.object_id.tolist() == [0, 1, 2, 3, 4]


SQUARE_OFF = b"OFF\n4 2 0\n0 0 0\n1 0 0\n1 1 0\n0 1 0\n3 0 1 2\n3 0 2 3\n"


def square_ply(tmp_path: Path) -> Path:
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
    save(Scene(corners, faces=[[0, 1, 2], [0, 2, 3]]), None, tmp_path / "square.ply")
    return tmp_path / "square.ply"


def one_id_a_point(scene: Scene) -> Masks:
    return Masks.of(np.arange(len(scene), dtype=np.int32))


@pytest.mark.parametrize("suffix", [".ply", ".pcd", ".las", ".npz", ".txt", ".csv"])
def test_points_laid_on_a_mesh_are_saved_with_their_labels(tmp_path: Path, suffix: str) -> None:
    if suffix == ".las":
        pytest.importorskip("laspy")
    scene = load(stored(tmp_path / "square.off", SQUARE_OFF), sample=0.1)
    masks = one_id_a_point(scene)
    assert len(scene) > 100
    save(scene, masks, tmp_path / f"a{suffix}")
    again = load(tmp_path / f"a{suffix}")
    assert same(again.labels, masks)
    np.testing.assert_allclose(again.xyz + again.origin, scene.xyz, rtol=0, atol=1e-6)
    assert again.fields["source_face"].tolist() == scene.fields["source_face"].tolist()
    assert suffix != ".ply" or (again.faces is not None and len(again.faces) == 2)


def test_a_file_that_holds_points_of_its_faces_gets_no_second_ones(tmp_path: Path) -> None:
    scene = load(stored(tmp_path / "square.off", SQUARE_OFF), sample=0.1)
    save(scene, one_id_a_point(scene), tmp_path / "a.ply")
    assert len(load(tmp_path / "a.ply")) == len(scene)
    with pytest.raises(SceneError, match="holds points of its faces already"):
        load(tmp_path / "a.ply", sample=0.1)


def test_faces_of_a_ply_are_sampled_as_those_of_other_meshes(tmp_path: Path) -> None:
    scene = load(square_ply(tmp_path), sample=0.1)
    other = load(stored(tmp_path / "square.off", SQUARE_OFF), sample=0.1)
    assert scene.source is not None
    assert scene.source.n_rows == 4
    assert np.array_equal(scene.xyz, other.xyz)
    assert np.array_equal(scene.fields["source_face"], other.fields["source_face"])


def test_a_ply_mesh_keeps_its_bytes_and_says_that_samples_lose_their_labels(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = square_ply(tmp_path)
    scene = load(path, sample=0.1)
    masks = one_id_a_point(scene)
    save(scene, masks, tmp_path / "labelled.ply")
    assert "labels of the 4 vertices alone and not of the 100 points" in caplog.text
    again = load(tmp_path / "labelled.ply")
    assert len(again) == 4
    assert same(again.labels, Masks.of([0, 1, 2, 3]))
    caplog.clear()
    save(scene, None, tmp_path / "copy.ply")
    save(scene, masks, tmp_path / "all.pcd")
    assert not caplog.records
    assert (tmp_path / "copy.ply").read_bytes() == path.read_bytes()
    assert same(load(tmp_path / "all.pcd").labels, masks)


def test_options_that_do_nothing_are_refused(tmp_path: Path) -> None:
    save(Scene(np.eye(3)), None, tmp_path / "points.ply")
    for name in ("points.npz", "points.txt", "points.pcd"):
        save(Scene(np.eye(3)), None, tmp_path / name)
        with pytest.raises(SceneError, match="is no mesh to lay points on"):
            load(tmp_path / name, sample=0.1)
    with pytest.raises(SceneError, match="has no faces to lay points on"):
        load(tmp_path / "points.ply", sample=0.1)
    for name in ("points.ply", "points.npz"):
        with pytest.raises(SceneError, match="is no text file with columns to name"):
            load(tmp_path / name, columns="xyz")


@pytest.mark.parametrize("sample", [0.0, -1.0, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["a.ply", "a.pcd", "a.txt"])
def test_a_sample_distance_that_is_none_is_refused_everywhere(
    tmp_path: Path, name: str, sample: float
) -> None:
    save(Scene(np.eye(3)), None, tmp_path / name)
    with pytest.raises(SceneError, match="sample is"):
        load(tmp_path / name, sample=sample)
