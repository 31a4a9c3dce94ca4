### What the service says, beyond what conversation.ftl knows.

error-too_many_frames = That moves for too long, too many frames for me. I can paint its first frame; send a shorter one to have it move.
error-reference_missing = This style paints your photo like another picture, so I need two: the photo, and the picture whose style it shall have.
error-bad_reference = The photo is fine, but I cannot use the style picture: it is no picture that I can read, or too small, or too large. Please try another one.
error-style_exists = Another style has this name, or had it. Please begin anew with another name.
error-style_withdrawn = This style is offered no longer: its creator took it back, or its time is over.
