### What the service says, beyond what conversation.ftl knows.

error-too_many_frames = That moves for too long, too many frames for me. I can paint its first frame; send a shorter one to have it move.
