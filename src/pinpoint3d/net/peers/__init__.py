"""Networks of published designs behind `net.network.Network`, trained and run as ours is.

`agile3d` is also, with a second stage for parts, the network of the paper this project follows;
`pointsam` looks at patches. They are written from the papers, in sizes near that of ours.
"""
