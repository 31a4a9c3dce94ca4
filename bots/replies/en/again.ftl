### The buttons under a result, and what pressing them may say.
again-weaker = Weaker
again-stronger = Stronger
again-keep = Keep my colours
again-own = Style’s colours
again-sharper = Sharper
again-other = Other style
again-gone = I no longer have that photo, or it is somebody else’s. Send it to me, and I will paint it for you.
again-file = Full size as a file
again-delete = Delete
again-still = First frame only
deleted = Deleted.
delete-gone = I no longer know of that picture. If it is still here, please delete it yourself.
delete-failed = I could not delete that. Please try again in a while, or delete it yourself.
delete-not-yours = Only the person it was made for can delete it, whoever’s profile picture it was, or an admin of this chat.
