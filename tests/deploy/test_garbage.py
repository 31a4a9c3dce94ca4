"""The garbage collector stops everything while it looks; so what stays is not looked at."""

import gc
import weakref

from deploy.garbage import spare_what_stays


class Node:
    def __init__(self) -> None:
        self.itself = self


def test_what_is_loaded_is_never_looked_at_again_and_what_comes_later_is() -> None:
    stays, goes = Node(), weakref.ref(Node())
    before = len(gc.get_objects())
    try:
        spare_what_stays()
        assert goes() is None
        assert gc.get_freeze_count() > before / 2
        assert len(gc.get_objects()) < before / 10
        assert stays.itself is stays
        later = weakref.ref(Node())
        gc.collect()
        assert later() is None
    finally:
        gc.unfreeze()
