### Creators’ own styles: made of their pictures, with their leave and an approval.
command-newstyle = Make a style of your own pictures
command-mystyles = Your own styles: share them, take them back
menu-new-name = What the style is to be called
menu-new-picture = A picture in that style; send more of them after it

## The name
creators-how = A style of your own pictures: say /newstyle and its name, for example /newstyle Autumn ink, and send 1 to 20 pictures with it or after it.
creators-name-long = A style needs a name of 1 to { $most } characters, for example /newstyle Autumn ink
creators-name-letters = “{ $title }” also needs a short name in the letters a–z, so that everybody can type it. For example: /newstyle { $title } = autumn-ink
creators-name-reserved = That name means something else when it is typed after /style: it is a command’s word, or digits, or ends in a number. Please choose another one.
creators-name-taken = That name is another style’s, or was. Please choose another one.
creators-refused-name = A style cannot have that name here: it is a living artist’s, or one that nobody likes to read. Please choose another one.
creators-refused-pictures = Among these pictures is one of a style that its creator took back, so no style is made of them. I have deleted them.
creators-refused = The one who runs me does not allow this style.
creators-many-open = You have { $count } styles that are not finished. Please finish one of them, or drop it; /mystyles shows them.
creators-many-own = You have { $count } styles, and nobody here has more. /mystyles takes one back.

## The pictures
creators-collect = { $count ->
        [0] “{ $title }”: now send me 1 to 20 pictures in that style.
        [one] “{ $title }”: I have 1 picture. Send more, or press “That is all”.
       *[other] “{ $title }”: I have { $count } pictures. Send more, or press “That is all”.
    }
creators-collect-group = { $count ->
        [0] “{ $title }”: now send 1 to 20 pictures in that style. If I do not react to one, answer it with /newstyle: in a group I may see only what is addressed to me.
        [one] “{ $title }”: I have 1 picture. Send more (or answer one with /newstyle), or press “That is all”.
       *[other] “{ $title }”: I have { $count } pictures. Send more (or answer one with /newstyle), or press “That is all”.
    }
creators-known = { $count ->
        [one] One of these I have already; the same picture counts once.
       *[other] { $count } of these I have already; the same picture counts once.
    }
creators-too-many = A style is made of { $most } pictures at most: I keep those that came first.
creators-too-large = All pictures of a style together may have { $most } MB: I keep those that came first.
creators-unusable = One of these pictures cannot be used: it is none that I can read, or too small or too large, or shows nothing but one colour. Please drop this and begin anew with others.
creators-unusable-one = Picture { $number } cannot be used: it is none that I can read, or too small or too large, or shows nothing but one colour. Leave it out?
creators-leave-out = Leave out picture { $number }
creators-locked = The pictures are locked with another key than the one that is set now. Nothing is lost: please tell the one who runs me.
creators-done = That is all
creators-drop = Drop it
creators-dropped = Dropped; the pictures are deleted.

## What is granted
creators-draft = This is what “{ $title }” would look like. If you like it: by what right do you give these pictures?
creators-draft-first = First the draft: press “That is all” under the pictures.
creators-right-own = They are my own work
creators-right-licence = I have a licence for this
creators-right-consent = I have written consent
creators-ask-chats = In which chats may it be used?
creators-here = In this chat
creators-here-private = In this private chat
creators-everywhere = In every chat
creators-ask-days = For how long?
creators-days-month = 30 days
creators-days-year = A year
creators-days-forever = Until I take it back
creators-ask-better = This style is there at once. I can also learn from your pictures in the background, while nobody waits; then you see both and choose. For that they stay on my disk, not encrypted, until the learning is over or you take the style back. Shall I?
creators-better-yes = Yes, make it better
creators-better-no = No, delete them
creators-statement =
    My statement about the style “{ $title }”:
    1. I give { $count ->
        [one] 1 picture
       *[other] { $count } pictures
    } for it. { $rights ->
        [own] They are my own work, and nobody else has rights in them.
        [licence] I have a licence that allows this use of them.
       *[consent] I have the written consent of those whose work they are, and of the person shown, to this use of them.
    }
    2. Where somebody can be recognised in them, I have that person’s written consent.
    3. Photos may be repainted in their style { $place ->
        [here] in this chat
        [private] in this private chat
       *[everywhere] in every chat
    }, { $end ->
        [never] until I take it back.
       *[day] up to and including { $day } (UTC), unless I take it back before.
    }
    4. It is recorded, for good, that and when I agreed to this, and what I agreed to; under a digest in place of my name.
    5. I can take the style back at any time with /mystyles. It is then deleted; pictures that were made with it stay where they are.
creators-statement-better = 6. A better generator may be learnt from these pictures in the background. Until that is over, or I take the style back, they are kept for it, not encrypted; then they are deleted, and I choose which generator stays.
creators-statement-share =
    My statement about the style “{ $title }”:
    1. Photos may be repainted in it { $place ->
        [here] in this chat
        [private] in this private chat
       *[everywhere] in every chat
    } as well, { $end ->
        [never] until I take it back.
       *[day] up to and including { $day } (UTC), unless I take it back before.
    }
    2. What I stated when it was made holds here, too: { $rights ->
        [own] the pictures are my own work.
        [licence] I have a licence that allows this use of them.
       *[consent] I have written consent to this use of them.
    }
creators-agree = I agree
creators-agreed = ✓ You have agreed to this.
creators-agreed-already = You have agreed already, and the answer is still to come. /mystyles shows how far it is.
creators-changed = You have changed something since: please agree to the last statement, not to this one.

## The approval
creators-question = { $creator } would like photos to be repainted in the style “{ $title }” ({ $style }) { $place ->
        [here] in this chat
        [private] in a private chat
       *[everywhere] in every chat
    }, { $end ->
        [never] without end.
       *[day] until { $day }.
    } { $rights ->
        [own] The pictures are stated to be their own work.
        [licence] A licence for the pictures is stated.
       *[consent] Written consent is stated.
    } { $place ->
        [everywhere] Only the one who runs me can approve this.
       *[other] Only an admin of this chat can approve this; no answer in 7 days is a no.
    }
creators-question-share = { $creator } would like the style “{ $title }” ({ $style }) to be used { $place ->
        [here] in this chat
        [private] in a private chat
       *[everywhere] in every chat
    }, too, { $end ->
        [never] without end.
       *[day] until { $day }.
    } { $rights ->
        [own] The pictures are stated to be their own work.
        [licence] A licence for the pictures is stated.
       *[consent] Written consent is stated.
    } Only an admin of this chat can approve this; no answer in 7 days is a no.
creators-approve = Approve
creators-refuse = Refuse
creators-look = Show the draft
creators-asked = I have asked this chat’s admins. No answer in 7 days is a no, and the pictures are deleted.
creators-asked-operator = For every chat only the one who runs me can approve it. No answer in 7 days is a no, and the pictures are deleted.
creators-admins-approve = Only an admin of this chat can answer that.
creators-operator-approves = Only the one who runs me can answer that.
creators-not-approved = “{ $title }” was not approved. Its pictures are deleted.
creators-no-answer = Nobody answered in time, which is a no. The pictures are deleted.
creators-made = “{ $title }” is there: send a photo with /style { $style }
creators-shared = “{ $title }” may be used in this chat now: send a photo with /style { $style }
creators-over = That is over. /newstyle begins anew, /mystyles shows your styles.
creators-not-yours = That is somebody else’s style; only they can do this. /mystyles shows yours.

## One’s own styles
creators-none = You have no styles of your own. /newstyle makes one of your pictures.
creators-list = Your own styles:
creators-line = • { $title } ({ $style }): { $place ->
        [everywhere] in every chat
        [here] in this chat
       *[chats] { $chats ->
            [one] in 1 other chat
           *[other] in { $chats } chats
        }
    }, { $end ->
        [never] without end
        [over] its time is over
       *[days] { $days ->
            [0] today is its last day
            [one] 1 day left
           *[other] { $days } days left
        }
    }
creators-line-open = • { $title }: not finished
creators-line-waiting = • { $title }: waits for approval
creators-waits-for-you = • { $title } ({ $style }), by { $creator }: waits for your approval for every chat
creators-share = Share { $title } here
creators-share-group = A style is shared with a group from within that group: say /mystyles there.
creators-shared-already = That style may be used in this chat already.
creators-back = Take back { $title }
creators-back-ask = Take back “{ $title }”? It is deleted for good, at once and in all chats, and cannot be made again under this name. Pictures that were made with it stay.
creators-back-sure = Yes, take it back
creators-taken-back = “{ $title }” is taken back and deleted. Nobody can use it any more.

## A better generator
creators-better = “{ $title }” was made better: above it as it is (A), below it as it would be (B). Which one shall stay?
creators-better-old = A: keep the old one
creators-better-new = B: take the new one
creators-better-look = { $title }: a better one is there
creators-better-chose-old = “{ $title }” stays as it is; the other one is deleted.
creators-better-chose-new = “{ $title }” is the better one from now on; the other one is deleted.
creators-better-over = There is nothing to choose here any more.
