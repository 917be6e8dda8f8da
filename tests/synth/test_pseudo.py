import numpy as np
import pytest
from jaxtyping import Float32, Int64

from pinpoint3d import Masks, Scene, SceneError
from pinpoint3d.synth.pseudo import PseudoLabels, pseudo_parts
from pinpoint3d.synth.pseudo.clusters import clustered, k_means, silhouette
from pinpoint3d.synth.samples import masks_at, single

FEWEST = 15
RED, BLUE, GREY = (200, 40, 40), (40, 40, 200), (128, 128, 128)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def grid(corner, along, across, gap: float = 0.01) -> np.ndarray:  # pyright: ignore[reportMissingParameterType]  # three numbers
    corner, along, across = (np.asarray(v, float) for v in (corner, along, across))
    u = np.arange(0, np.linalg.norm(along) + 1e-9, gap) / np.linalg.norm(along)
    v = np.arange(0, np.linalg.norm(across) + 1e-9, gap) / np.linalg.norm(across)
    return (corner + u[:, None, None] * along + v[None, :, None] * across).reshape(-1, 3)


def box(corner, size) -> np.ndarray:  # pyright: ignore[reportMissingParameterType]  # three numbers
    x, y, z = np.diag(size).astype(float)
    corner = np.asarray(corner, float)
    low = [(corner, x, z), (corner + y, x, z), (corner, y, z), (corner + x, y, z)]
    return np.concatenate([grid(*side) for side in [*low, (corner + z, x, y)]])


def scene_of(pieces: list[np.ndarray], colours: list, objects: list[int]) -> Scene:
    counts = [len(piece) for piece in pieces]
    xyz = np.concatenate(pieces)
    xyz = xyz + rng(3).normal(0, 0.0005, xyz.shape)
    return Scene(
        xyz.astype(np.float32),
        np.repeat(np.array(colours, np.uint8), counts, axis=0),
        labels=Masks.of(np.repeat(objects, counts)),
    )


def two_touching_boxes(*, colours: list) -> Scene:
    """Object 5: a wide low box with a narrow tall one on it. Background: a wall apart."""
    wall = grid((-1, 1, 0), (2, 0, 0), (0, 0, 1), 0.02)
    low = box((-0.3, -0.3, 0), (0.6, 0.6, 0.15))
    inside = (np.abs(low[:, :2]) < 0.1).all(axis=1) & (low[:, 2] > 0.14)
    tall = box((-0.1, -0.1, 0.15), (0.2, 0.2, 0.5))
    return scene_of([wall, low[~inside], tall], [GREY, *colours], [0, 5, 5])


def lamp() -> Scene:
    """Object 1: a disc of a foot, a pole, and a wide shade round its top."""
    turn = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    u = np.stack([np.cos(turn), np.sin(turn)], axis=1)

    def ring(radius: float, z: float, step: int = 1) -> np.ndarray:
        return np.c_[radius * u[::step], np.full(len(u[::step]), z)]

    foot = np.concatenate([ring(r, 0.0, 3 if r < 0.1 else 1) for r in np.arange(0.02, 0.16, 0.01)])
    pole = np.concatenate([ring(0.015, z, 9) for z in np.arange(0.01, 1.2, 0.01)])
    shade = np.concatenate(
        [ring(0.15 + 0.3 * (1.5 - z), z) for z in np.arange(1.2, 1.5, 0.01)]
        + [ring(r, 1.2, 3) for r in np.arange(0.02, 0.24, 0.01)]
    )
    return scene_of([foot, pole, shade], [GREY, GREY, GREY], [1, 1, 1])


def share_in_one_part(found: np.ndarray, piece: np.ndarray) -> float:
    return float(np.bincount(found[piece]).max() / piece.sum())


def pairs(masks: Masks) -> np.ndarray:
    return np.stack([masks.object, masks.part], axis=1)


@pytest.fixture(scope="module")
def boxes() -> Scene:
    return two_touching_boxes(colours=[RED, BLUE])


@pytest.fixture(scope="module")
def found(boxes: Scene) -> PseudoLabels:
    return pseudo_parts(boxes, rng=rng())


@pytest.mark.parametrize("colours", [[RED, BLUE], [GREY, GREY]], ids=["coloured", "grey"])
def test_two_touching_boxes_labelled_as_one_object_fall_into_two_parts(colours: list):
    scene = two_touching_boxes(colours=colours)
    masks = pseudo_parts(scene, rng=rng(), least_quality=0.0).masks
    mine = masks.object == 5
    tall = scene.xyz[:, 2] > 0.17
    assert np.unique(masks.part[mine]).tolist() == [1, 2]
    for piece in (mine & tall, mine & ~tall):
        assert share_in_one_part(masks.part, piece) > 0.97


def test_a_lamp_falls_into_foot_pole_and_shade():
    scene = lamp()
    part = pseudo_parts(scene, rng=rng(), least_quality=0.0).masks.part
    z = scene.xyz[:, 2]
    pieces = [z < 0.005, (z > 0.03) & (z < 1.17), z > 1.21]
    homes = [int(np.bincount(part[piece]).argmax()) for piece in pieces]
    assert len(set(homes)) == 3
    assert all(share_in_one_part(part, piece) > 0.9 for piece in pieces)


def test_objects_and_background_stay_as_they_were(boxes: Scene, found: PseudoLabels):
    assert boxes.labels is not None
    assert np.array_equal(found.masks.object, boxes.labels.object)
    background = found.masks.object == 0
    assert not found.masks.part[background].any()
    assert (found.masks.confidence[background] == 1).all()


def test_parts_fill_their_object_largest_first(found: PseudoLabels):
    counts = np.bincount(found.masks.part[found.masks.object == 5])
    assert counts[0] == 0
    assert (np.diff(counts[1:]) <= 0).all()


def test_confidence_is_the_quality(found: PseudoLabels):
    mine = found.masks.object == 5
    assert np.allclose(found.masks.confidence[mine], found.quality[5])


@pytest.mark.parametrize("way", ["tree", "k-means"])
@pytest.mark.parametrize("seed", [2, 9])
def test_no_part_has_fewer_than_15_points(seed: int, way):  # pyright: ignore[reportMissingParameterType]  # a Way
    made = single(rng(seed))
    labels = made.scene.labels
    assert labels is not None
    bare = with_labels(made.scene, Masks.of(labels.object))
    masks = pseudo_parts(bare, rng=rng(), way=way, least_quality=0.0).masks
    _, counts = np.unique(pairs(masks)[masks.part > 0], axis=0, return_counts=True)
    assert len(counts) > 1
    assert counts.min() >= FEWEST


def with_labels(scene: Scene, labels: Masks) -> Scene:
    return Scene(scene.xyz, scene.rgb, labels=labels, up=scene.up)


@pytest.mark.parametrize("way", ["tree", "k-means"])
def test_the_same_rng_gives_the_same_labels(boxes: Scene, way):  # pyright: ignore[reportMissingParameterType]  # a Way
    one, two = (pseudo_parts(boxes, rng=rng(4), way=way) for _ in range(2))
    assert np.array_equal(one.masks.part, two.masks.part)
    assert one.quality == two.quality


def test_permuted_rows_give_permuted_labels(boxes: Scene, found: PseudoLabels):
    assert boxes.labels is not None
    assert boxes.rgb is not None
    order = rng(5).permutation(len(boxes))
    shuffled = Scene(
        boxes.xyz[order], boxes.rgb[order], labels=Masks.of(boxes.labels.object[order])
    )
    again = pseudo_parts(shuffled, rng=rng())
    assert np.array_equal(again.masks.part, found.masks.part[order])
    assert again.quality == found.quality


def test_features_of_a_network_decide_where_shape_does_not():
    sheet = grid((0, 0, 0), (1, 0, 0), (0, 0.5, 0))
    scene = scene_of([sheet], [GREY], [1])

    def halves(scene: Scene, rows: Int64[np.ndarray, " n"]) -> Float32[np.ndarray, "n 2"]:
        left = scene.xyz[rows, 0] < 0.5
        return np.stack([left, ~left], axis=1).astype(np.float32)

    part = pseudo_parts(scene, features=halves, rng=rng(), least_quality=0.0).masks.part
    x = scene.xyz[:, 0]
    assert np.unique(part).tolist() == [1, 2]
    assert share_in_one_part(part, x < 0.45) > 0.97
    assert share_in_one_part(part, x > 0.55) > 0.97
    assert part[x.argmin()] != part[x.argmax()]


def test_what_is_left_out_keeps_its_labels_and_says_why(boxes: Scene):
    assert boxes.labels is not None
    objects = boxes.labels.object.copy()
    parts = np.zeros_like(objects)
    wall = np.flatnonzero(objects == 0)
    objects[wall[:20]] = 1
    objects[wall[100:400]] = 2
    parts[wall[100:200]] = 7
    given = with_labels(boxes, Masks.of(objects, parts))
    found = pseudo_parts(given, rng=rng(), least_quality=1.0)
    assert dict(found.left_out) == {1: "too few points", 2: "has parts", 5: "low quality"}
    assert np.array_equal(found.masks.part, parts)
    assert (found.masks.confidence == 1).all()
    assert 0 < found.quality[5] < 1


def test_a_plain_ball_has_no_parts_or_low_quality():
    turn = rng(1).normal(size=(4000, 3))
    ball = 0.2 * turn / np.linalg.norm(turn, axis=1, keepdims=True)
    found = pseudo_parts(scene_of([ball], [GREY], [1]), rng=rng())
    assert set(found.left_out) == {1}


def test_rows_without_a_position_get_no_part(boxes: Scene, found: PseudoLabels):
    assert boxes.labels is not None
    extra = np.full((3, 3), np.nan, np.float32)
    assert boxes.rgb is not None
    holed = Scene(
        np.concatenate([boxes.xyz, extra]),
        np.concatenate([boxes.rgb, boxes.rgb[:3]]),
        labels=Masks.of(np.append(boxes.labels.object, [5, 5, 5])),
    )
    part = pseudo_parts(holed, rng=rng()).masks.part
    assert np.array_equal(part[:-3], found.masks.part)
    assert not part[-3:].any()


@pytest.mark.parametrize(
    "xyz",
    [np.zeros((40, 3)), np.c_[np.arange(40), np.zeros((40, 2))], rng(1).normal(size=(40, 3))],
    ids=["one place", "a line", "far apart"],
)
@pytest.mark.parametrize("way", ["tree", "k-means"])
def test_odd_objects_are_answered(xyz: np.ndarray, way):  # pyright: ignore[reportMissingParameterType]  # a Way
    scene = Scene(xyz, labels=Masks.of(np.ones(len(xyz), np.int32)))
    found = pseudo_parts(scene, rng=rng(), way=way)
    assert set(found.quality) | set(found.left_out) == {1}


def test_bad_input_gets_a_sentence(boxes: Scene):
    bare = Scene(boxes.xyz)
    with pytest.raises(SceneError, match=r"no labels .*\.$"):
        pseudo_parts(bare, rng=rng())
    empty = with_labels(bare, Masks.of(np.zeros(len(bare), np.int32)))
    with pytest.raises(SceneError, match=r"hold no object.*\.$"):
        pseudo_parts(empty, rng=rng())

    def short(scene: Scene, rows: np.ndarray) -> np.ndarray:
        return np.zeros((len(rows) - 1, len(scene.xyz[0])), np.float32)

    def broken(scene: Scene, rows: np.ndarray) -> np.ndarray:
        return np.full((len(rows), len(scene.xyz[0])), np.nan, np.float32)

    with pytest.raises(SceneError, match=r"one row for every point\.$"):
        pseudo_parts(boxes, features=short, rng=rng())
    with pytest.raises(SceneError, match=r"finite numbers\.$"):
        pseudo_parts(boxes, features=broken, rng=rng())


def test_k_is_the_number_of_clouds():
    centres = np.array([[0, 0], [5, 0], [0, 5], [5, 5]])
    points = np.repeat(centres, 20, axis=0) + rng(1).normal(0, 0.3, (80, 2))
    label = clustered(points, np.ones(80), rng=rng())
    assert len(np.unique(label)) == 4
    assert all(len(np.unique(cloud)) == 1 for cloud in label.reshape(4, 20))


def test_a_penalty_turns_down_the_trivial_split():
    centres = np.array([[0, 0], [1.8, 0], [8, 0]])
    points = np.repeat(centres, 20, axis=0) + rng(1).normal(0, 0.45, (60, 2))
    n = {
        p: len(np.unique(clustered(points, np.ones(60), rng=rng(), penalty=p))) for p in (0.0, 0.5)
    }
    assert n[0] == 2
    assert n[0.5] > 2


def test_silhouette_is_that_of_the_definition():
    points, label = rng(2).normal(size=(12, 3)), np.arange(12) % 3
    distance = np.linalg.norm(points[:, None] - points[None], axis=2)
    expected = []
    for i in range(12):
        own = np.flatnonzero((label == label[i]) & (np.arange(12) != i))
        a = distance[i, own].mean()
        b = min(distance[i, label == other].mean() for other in set(label.tolist()) - {label[i]})
        expected.append((b - a) / max(a, b))
    got = silhouette(points, np.full(12, 2.5), [label], rng=rng())
    # A weight stands for that many points at one place, the point itself aside.
    assert got[0] == pytest.approx(np.mean(expected))


def test_k_means_gives_fewer_clusters_where_rows_coincide():
    label = k_means(np.repeat([[0.0], [1.0]], 5, axis=0), np.ones(10), 4, rng=rng())
    assert len(np.unique(label)) == 2


@pytest.mark.slow
def test_objects_of_higher_quality_agree_more_with_true_parts():
    scores, agreement = [], []
    for seed in range(5000, 5020):
        made = single(rng(seed), n_views=3)
        labels = made.scene.labels
        assert labels is not None
        truth = masks_at(made, 0).part
        if len(np.unique(truth[labels.object == 1])) < 2:
            continue
        bare = with_labels(made.scene, Masks.of(labels.object))
        found = pseudo_parts(bare, rng=rng(), least_quality=0.0)
        if 1 in found.quality:
            mine = labels.object == 1
            scores.append(found.quality[1])
            agreement.append(mean_best_iou(found.masks.part[mine], truth[mine]))
    upper = np.array(scores) > np.median(scores)
    assert np.mean(np.array(agreement)[upper]) > np.mean(np.array(agreement)[~upper]) + 0.05


def mean_best_iou(found: np.ndarray, truth: np.ndarray) -> float:
    best = []
    for part in np.unique(truth):
        mine = truth == part
        ious = [(mine & (found == f)).sum() / (mine | (found == f)).sum() for f in np.unique(found)]
        best.append(max(ious))
    return float(np.mean(best))
