"""The neural engine: one network that runs on numpy arrays (users, no torch) and on torch tensors.

Read `sparse` first (where the voxels of a scan are, and which are neighbours), then `unet` and
`pointnet2`, two backbones behind one interface. `kernels_numpy` and `kernels_torch` hold the same
functions twice; everything else in this package is written once.
"""
