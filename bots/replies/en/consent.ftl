## Other people’s profile pictures
consent-question = { $member }: { $requester } would like to see your profile picture as { $title }. May I paint it? Only your answer counts, and no answer is no.
consent-once = Just this once
consent-always = Always, for everyone here
consent-never = Never
consent-asked = I have asked { $member }. With a yes, I paint it at once; no answer within a day is a no.
consent-still-open = { $member } has not answered your last question yet. One at a time, please.
consent-many-open = I am already waiting for { $count } answers in this chat. Please let some of them come in first.
consent-given-once = { $member } said yes: { $requester } gets this one picture.
consent-given-always = { $member } said yes, for everyone here. /privacy takes it back.
consent-no = { $member }’s profile picture stays as it is.
consent-not-yours = Only { $member } can answer that.
consent-over = That question is over.

## Whose profile picture
avatar-off = Profile pictures are not painted in this chat; its admins decided so. Any photo you send is welcome.
avatar-own-only = In this chat everybody has only their own profile picture painted; its admins decided so.
avatar-private = Here we are by ourselves. In a group I can ask its members, or paint the group’s own picture for its admins.
avatar-unknown-member = I cannot tell whom you mean. Reply to a message of theirs with /avatar and the style’s name.
avatar-hidden = I cannot see a profile picture of { $member }: there is none, or it is hidden from me.
avatar-group-admins = Only this chat’s admins can have its picture painted.
avatar-group-missing = I cannot see a picture of this chat: there is none, or it is hidden from me.
avatar-gone = Those buttons are somebody else’s, or too old. Please ask with /avatar yourself.
