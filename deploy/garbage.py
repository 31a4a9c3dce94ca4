"""What the garbage collector need not look at."""

import gc


def spare_what_stays() -> None:
    """Call it when everything is loaded that stays: what is there now is never looked at again.

    A full collection stops every thread, the event loop's too: with torch's 200,000 objects for 0.1 s and more, without
    them for two milliseconds.
    """
    gc.collect()  # what is garbage now would stay for ever
    gc.freeze()
    gc.collect()  # the next full one waits for a quarter more than this one saw, which is nothing
