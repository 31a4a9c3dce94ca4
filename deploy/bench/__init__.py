"""How fast we serve: traces of people, a load from a second process, and the figures of what came back.

::

    traces ─▶ plan ─▶ load (a process of its own) ─▶ HTTP ─▶ an engine (a process of its own) ─▶ figures
                                                             bare: the same pictures with no service around them

``atelier bench`` measures our service alone, ``make bench`` other engines beside it, in the same run.
"""
