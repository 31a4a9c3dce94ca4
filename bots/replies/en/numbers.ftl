# Said where a platform has no buttons: they are a numbered list.

choose-by-number = Answer this message with a number to choose.
