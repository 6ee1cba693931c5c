"""The songs that ship with the game: composed as note data, synthesised with numpy, charted from the same notes.

``python -m tools.songs`` makes every song, its charts and the game's small sounds from nothing but this
folder and a seed.  A piece (``pieces/``) writes a score and says how each part sounds; ``mixer`` plays it,
``master`` brings it to loudness, ``charter`` turns its notes into charts.
"""
