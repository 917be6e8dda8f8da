"""Objects that others made, brought to the form of those made here: `synth.assets.Asset`.

Each source has a reader: `collections` (folders of packed collections), `partnet` (PartNet v0),
`urdf` (PartNet-Mobility, with joints) and `nodes` (GLB with nodes, OBJ with groups). All of them
hand a `cleaning.Model` to `cleaning.cleaned`, which is the function to read first: it gives the
object its size, its place and its parts. `store` keeps many assets in one file.
"""
