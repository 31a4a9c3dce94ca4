### What Atelier says in English. Warm, short, plain. zh.ftl has the same messages with the same variables.

## Hello and help
start =
    Hello! I repaint photos.
    1. Send me a photo with the caption /style and a name, such as /style ukiyoe.
    2. Or reply to a photo with /style and a name.
    3. /styles shows every style; /avatar repaints your profile picture.
    Just send a photo, and I will show you what I can do.
help =
    Send a photo with the caption /style and a name, or reply to a photo with it.
    /style ukiyoe 70% is gentler. Other words there: keep (your photo’s colours), match (near them), sharp (more detail), no faces (paint them like the rest).
    /try shows your photo in every style at once; /styles lists them; /avatar repaints a profile picture.
    /queue shows what is waiting; /cancel takes it back; /language and, for admins, /settings change how I behave.
    Pictures are kept only until they are answered; /privacy says what else is, and /forgetme deletes it.
hint = Send me a photo and I will repaint it. /styles shows every style, /help explains the rest.
unknown-command = I do not know /{ $command }. /help shows what I can do.

## Menus
command-style = Repaint a photo: /style ukiyoe
command-styles = Show every style
command-avatar = Repaint your profile picture
command-queue = Show your place in the queue
command-cancel = Take back what is waiting
command-try = See your photo in every style
command-settings = For admins: how I behave in this chat
command-language = Choose your language
command-privacy = What is kept, and for how long
command-forgetme = Delete all that is kept of you
command-help = How it works
option-image = The photo to repaint
option-style = The style’s name
option-strength = How strong, from 0 to 100 percent
option-keep_colours = Keep the photo’s own colours
option-match_colours = Bring the colours near the photo’s
option-sharp = Bring out more detail
option-faces = Paint small faces finer, or like the rest
action-restyle = Restyle
action-restyle-avatar = Restyle avatar

## Choosing a style
gallery-photo = Which style would you like?
gallery-all = These are the styles. Press one, then send me a photo.
gallery-avatar = Which style for your profile picture?
gallery-line = { $number }. { $title } ({ $id })
send-photo-group = { $title } it is. Send a photo with { $command }, or reply to one with it: in a group I may see only what is addressed to me.
send-photo = { $title } it is. Now send me a photo, or reply to one with { $command }
unknown-style = I have no style called “{ $style }”. { $near ->
        [0] Here are the ones I have:
       *[other] Did you mean one of these?
    }
no-styles = No style is installed yet, so there is nothing I can paint with.
no-styles-but-like = Here every style comes from a second picture: say /like, and send the picture whose style your photo is to have.
no-styles-allowed = None of the styles that are allowed in this chat is there at the moment. Its admins choose others with /settings styles
strength-range = Strength goes from 0 to 100 percent, for example /style { $style } 70%
avatar-missing = I cannot see a profile picture of yours: there is none, or it is hidden from me. Send me a photo with the caption { $command } instead.

## Waiting
waiting-next = Your picture is next: about { $eta ->
        [one] 1 second.
       *[other] { $eta } seconds.
    }
waiting-position = Your picture is number { $position } in the queue: about { $eta ->
        [one] 1 second.
       *[other] { $eta } seconds.
    }
waiting-running = Painting now …
waiting-busy = Very many pictures are waiting. Yours is kept, and its turn will come.
waiting-service = The painter is taking a short break. Your picture is kept, and its turn will come.
queue-empty = Nothing of yours is waiting.
queue-title = Your pictures:
queue-position = • { $title }: number { $position } in the queue, about { $eta } s
queue-running = • { $title }: being painted now
queue-waiting = • { $title }: waiting for a free place
cancelled = { $count ->
        [0] There is nothing of yours to cancel.
        [one] Cancelled: one picture.
       *[other] Cancelled: { $count } pictures.
    }
never-mind = All right, never mind.
too-many-waiting = You already have { $count } pictures waiting. Please let some of them finish first.

## Answers
caption = made with AI · { $title }
told-strength = { $percent } %
told-keep = your colours
told-match = near your colours
told-sharp = sharper
item-failed = Picture { $number }: { $reason }
uncertain = I was interrupted while answering and cannot tell whether my answer reached you. If it did not, please ask again.
not-delivered = Your picture is ready, but it could not be delivered here; it may be too large for this place. Sending the photo as a smaller one may help.

## When something is wrong
error-bad_request = I could not make sense of that. /help shows what I can do.
error-unauthorised = My painter does not let me in. Please tell the one who runs me.
error-unknown_style = That style is no longer installed. /styles shows what there is.
error-too_large = That picture is too large for me. Please send a smaller one (20 MB and 50 megapixels at most).
error-not_a_picture = I cannot read that as a picture. JPEG, PNG, WebP and GIF work.
error-too_small = That picture is too small or too narrow to paint.
error-bad_option = One of the options is out of its range. /help shows examples.
error-busy = Very many pictures are waiting. Please try again in a while.
error-style_unavailable = That style cannot be used at the moment. Please choose another; /styles shows them.
error-not_ready = The painter is not ready. Please try again in a while.
error-deadline_passed = Your picture waited too long and I had to give up. Please send it again.
error-failed = Something went wrong on my side. Your picture was not changed; please try again.
error-gone = I could not download that picture. Please send it again.
