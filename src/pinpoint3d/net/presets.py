"""The networks by name: `PRESETS` for those who train, `network_of` for those who have weights."""

from collections.abc import Mapping
from typing import Any

from pinpoint3d.errors import SegmenterError
from pinpoint3d.net.model import Config, Model
from pinpoint3d.net.network import Network
from pinpoint3d.net.peers.agile3d import Agile3D, Agile3DConfig
from pinpoint3d.net.peers.pointsam import PointSam, PointSamConfig
from pinpoint3d.net.weights import Weights, config_of

AnyConfig = Config | Agile3DConfig | PointSamConfig

PRESETS: Mapping[str, AnyConfig] = {
    "default": Config(grain=0.7),
    "reference": Agile3DConfig(n_part_layers=3),
    "agile3d": Agile3DConfig(),
    "pointsam": PointSamConfig(),
}
"""Networks of about one size, to be trained alike."""

_KINDS: Mapping[str, tuple[type[Any], type[Any]]] = {
    "superpoints": (Config, Model),
    "queries": (Agile3DConfig, Agile3D),
    "patches": (PointSamConfig, PointSam),
}
"""Configuration and network of each kind, by the name that weights files know it by."""


def preset_of(config: AnyConfig) -> str:
    """The preset that a configuration is of, whatever its sizes."""
    if isinstance(config, Agile3DConfig):
        return "reference" if config.n_part_layers else "agile3d"
    return "pointsam" if isinstance(config, PointSamConfig) else "default"


def built(config: AnyConfig) -> Network:
    """The network of a configuration."""
    network = _KINDS[_kind(config)][1](config)
    assert isinstance(network, Network)
    return network


def described(config: AnyConfig) -> dict[str, Any]:
    """What a weights file says of its network; `network_of` reads it."""
    return {"kind": _kind(config), "model": config.as_dict()}


def network_of(weights: Weights, name: str) -> Network:
    """The network that weights are made for; `name` says whose they are.

    Raises
    ------
    SegmenterError
        If this version does not know it.
    """
    kind = weights.config.get("kind", "superpoints")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise SegmenterError(
            f"{name}: is of a network that this version does not know ({kind!r:.30}); "
            "install a later one."
        )
    config, network = _KINDS[kind]
    return network(config_of(config, weights.config.get("model", {}), name))


def _kind(config: AnyConfig) -> str:
    return next(kind for kind, (known, _) in _KINDS.items() if isinstance(config, known))
