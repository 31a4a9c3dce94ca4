## Offered while somebody writes to somebody else
inline-about = This is how a photo looks in this style. Yours can look like this, too.
inline-try = Repaint my photo like this
inline-open = Send me a photo to repaint
