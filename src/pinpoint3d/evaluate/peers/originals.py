"""The published networks of AGILE3D and PinPoint3D in our harness, from their authors' weights.

Their code and weights are theirs and are not shipped: put the checkout on PYTHONPATH, install what
it needs (torch and MinkowskiEngine), and give the checkpoint. `OriginalSegmenter` then does what
their own evaluation does: voxels of 5 cm, features once a scene, all clicks through the decoder.
"""

import argparse
import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from jaxtyping import Int64

from pinpoint3d.errors import FileFormatError, MissingExtraError, SegmenterError
from pinpoint3d.graph.guarantees import keep_clicked
from pinpoint3d.graph.suggest import node_graph, suggested
from pinpoint3d.snap import SnappedClicks, snap_clicks
from pinpoint3d.types import Candidate, Click, Masks, Scene, Suggestion

KINDS: Mapping[str, tuple[str, str, str]] = {
    "original-agile3d": ("models.agile3d", "build_agile3d", "github.com/ywyue/AGILE3D"),
    "original-pinpoint3d": (
        "models.pinpoint3d",
        "build_PinPoint3D",
        "github.com/Quit123/PinPoint3D",
    ),
}
"""Module, function that builds the network, and where its code is, by our name for it."""

VOXEL_M = 0.05
_SETTINGS: Mapping[str, Any] = {
    "dialations": [1, 1, 1, 1],
    "conv1_kernel_size": 5,
    "bn_momentum": 0.02,
    "voxel_size": VOXEL_M,
    "hidden_dim": 128,
    "dim_feedforward": 1024,
    "num_heads": 8,
    "num_decoders": 3,
    "num_bg_queries": 10,
    "dropout": 0.0,
    "pre_norm": False,
    "normalize_pos_enc": True,
    "positional_encoding_type": "fourier",
    "gauss_scale": 1.0,
    "hlevels": [4],
    "shared_decoder": False,
    "aux": False,
}
"""The settings of their evaluation scripts."""
_OBJECT = 1  # number by which PinPoint3D's decoder knows the object in hand


class OriginalSegmenter:
    """A published network.

    Parameters
    ----------
    name
        One of `KINDS`.
    weights
        The authors' checkpoint.

    Raises
    ------
    SegmenterError
        If no checkpoint is given.
    MissingExtraError
        If torch, MinkowskiEngine or the authors' code cannot be imported.
    FileFormatError
        If the checkpoint does not fit the network.
    """

    def __init__(self, name: str, weights: Path | None) -> None:
        if weights is None or not weights.is_file():
            raise SegmenterError(
                f"{name} needs the authors' checkpoint file; give it with --weights."
            )
        module, builder, home = KINDS[name]
        self.name = name
        self._torch = _imported("torch", name, home)
        self._engine = _imported("MinkowskiEngine", name, home)
        build = getattr(_imported(module, name, home), builder)
        self._device = "cuda" if self._torch.cuda.is_available() else "cpu"
        self._model = build(argparse.Namespace(**_SETTINGS, device=self._device))
        try:
            # `weights_only` reads tensors and plain settings, and runs nothing of the file as code
            with self._torch.serialization.safe_globals([argparse.Namespace]):
                content = self._torch.load(weights, map_location="cpu", weights_only=True)
            self._model.load_state_dict(content["model"])
        except Exception as error:  # noqa: BLE001  torch has no common kind for damaged files
            words = " ".join(str(error).split())[:120]
            raise FileFormatError(
                f"{weights.name}: is no checkpoint of {name} ({words}); give the authors' file."
            ) from None
        self._model.to(self._device).eval()

    def encode(self, scene: Scene) -> "OriginalEncodedScene":
        """Features of every voxel."""
        torch, engine = self._torch, self._engine
        rows = np.flatnonzero(scene.valid)
        xyz = scene.xyz[rows] - scene.xyz[rows].min(axis=0)
        colour = np.full((len(rows), 3), 0.5, np.float32)
        if scene.rgb is not None:
            colour = scene.rgb[rows].astype(np.float32) / 255
        cells, first, voxel = engine.utils.sparse_quantize(
            coordinates=xyz, quantization_size=VOXEL_M, return_index=True, return_inverse=True
        )
        first, voxel = np.asarray(first), np.asarray(voxel)
        sparse = engine.SparseTensor(
            coordinates=engine.utils.batched_coordinates([cells]),
            features=torch.from_numpy(colour[first]),
            device=self._device,
        )
        positions = torch.from_numpy(xyz[first]).to(self._device)
        with torch.no_grad():
            features = self._model.forward_backbone(sparse, raw_coordinates=positions)
        voxel_of_point = np.full(len(scene), -1, np.int64)
        voxel_of_point[rows] = voxel
        return OriginalEncodedScene(scene, self, features, voxel_of_point)

    def labels(
        self, features: Any, clicks: SnappedClicks, voxels: Int64[np.ndarray, " clicks"]
    ) -> tuple[list[tuple[int, int]], Int64[np.ndarray, " voxels"]]:
        """The targets, background first, and the number of the one that each voxel takes."""
        pairs = list(zip(clicks.objects.tolist(), clicks.parts.tolist(), strict=True))
        targets = list(dict.fromkeys(pair for pair in pairs if pair != (0, 0)))
        kinds = [(0, 0), *targets]
        number = [kinds.index(pair) for pair in pairs]
        at: dict[str, list[int]] = {str(k): [] for k in range(len(kinds))}
        time: dict[str, list[int]] = {str(k): [] for k in range(len(kinds))}
        for order, (k, voxel) in enumerate(zip(number, voxels.tolist(), strict=True)):
            at[str(k)].append(voxel)
            time[str(k)].append(order)
        with self._torch.no_grad():
            if self.name == "original-agile3d":
                given = self._model.forward_mask(*features, click_idx=[at], click_time_idx=[time])
                logits = given["pred_masks"][0]
            else:
                nested = [_under_one_object(clicks_of) for clicks_of in (at, time)]
                given = self._model.forward_mask(
                    *features,
                    click_idx=[nested[0]],
                    click_time_idx=[nested[1]],
                    target_object_id={0: _OBJECT},
                )
                logits = given["part_predictions_mask"][0]
        label = logits.argmax(1).cpu().numpy().astype(np.int64)
        label[voxels] = number  # as in their evaluation: a clicked voxel is its click's
        return kinds, label


class OriginalEncodedScene:
    """A scene with a network's features; made by `OriginalSegmenter.encode`."""

    def __init__(
        self,
        scene: Scene,
        segmenter: OriginalSegmenter,
        features: Any,
        voxel_of_point: Int64[np.ndarray, " points"],
    ) -> None:
        self.name = segmenter.name
        self._scene = scene
        self._segmenter = segmenter
        self._features = features
        self._voxel_of_point = voxel_of_point

    @property
    def scene(self) -> Scene:
        """The scene that was encoded."""
        return self._scene

    def segment(self, clicks: Sequence[Click]) -> Masks:
        """Label of each point's voxel; the networks give no confidence, so it is 1."""
        n = len(self._scene)
        snapped = snap_clicks(self._scene, clicks)
        snapped = snapped.take(snapped.standing())
        if len(snapped) == 0 or not snapped.objects.any():
            return Masks.empty(n)
        voxels = self._voxel_of_point[snapped.rows]
        kinds, label = self._segmenter.labels(self._features, snapped, voxels)
        inside = self._voxel_of_point >= 0
        table = np.array(kinds, np.int32)[label[self._voxel_of_point]]
        table[~inside] = 0
        masks = Masks(table[:, 0], table[:, 1], inside.astype(np.float32))
        return keep_clicked(masks, snapped)

    def candidates(self, click: Click) -> list[Candidate]:
        """The one mask that the network gives."""
        masks = self.segment([Click(click.point, 1, 1, click.position)])
        return [Candidate(masks.object == 1, score=1.0)]

    def suggest(self, clicks: Sequence[Click]) -> list[Suggestion]:
        """Places where a click would help most after those so far, the best first."""
        snapped = snap_clicks(self._scene, clicks)
        return suggested(self.segment(clicks), [node_graph(self._scene)], snapped)


def _under_one_object(clicks_of: Mapping[str, list[int]]) -> dict[str, Any]:
    """Clicks by part inside the object in hand, as PinPoint3D's decoder takes them."""
    parts = {part: listed for part, listed in clicks_of.items() if part != "0"}
    return {"0": clicks_of["0"], str(_OBJECT): parts}


def _imported(module: str, name: str, home: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise MissingExtraError(
            f"{name} needs {module}; install what {home} names and put its checkout on PYTHONPATH."
        ) from None
