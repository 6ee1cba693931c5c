"""Conduits (001 N4): a crowd larger than the conductor's reach hangs on members who pass on what he sends.

* :mod:`rules`: what a link is worth, which neighbour to hang on, when to change: functions over arrays.
* :mod:`messages`: what neighbours say to each other about it.
* :mod:`peers`: the members of a crowd that live in this process, as columns: one on a real network,
  ten thousand in the simulation.  It is the same code.
* :mod:`relay`: one member on a real socket; :mod:`doorway`: how others are let in through it.
* :mod:`crowd`: a simulated crowd that walks about, for ``ourojam jam sim``.
"""
