"""What the garbage collector need not look at."""

import gc


def spare_what_stays() -> None:
    """Call it when everything is loaded that stays: what is there now is never looked at again.

    A full collection stops every thread, the event loop's too: with torch's 200,000 objects for 0.1 s, without them for
    a millisecond.
    """
    gc.collect()  # what is garbage now would stay for ever
    gc.freeze()
    gc.collect()  # the next full one waits until there are a quarter more than at this one: now of nothing
