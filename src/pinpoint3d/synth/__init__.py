"""Part-labelled data made from nothing: shapes, textures, rooms and a virtual scanner.

`shapes` makes one `Asset` at a time, `textures` paints it, `rooms` puts painted assets together,
and `scanner` looks at the room as a depth sensor would and returns a labelled Scene. Every random
choice comes from a numpy Generator that the caller passes in.
"""
