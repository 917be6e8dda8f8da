"""The neural engine: networks that run on numpy arrays (users, no torch) and on torch tensors.

Read `engine` first (how clicks become masks), then `model` (the default network) and what it is
made of: `view`, `pairs`, `decoder`, the backbones `unet` and `pointnet2` on the kernel maps of
`sparse`. `peers` holds the networks of others behind the same Protocol (`network`).
`kernels_numpy` and `kernels_torch` hold the same functions twice; all else is written once.
"""
