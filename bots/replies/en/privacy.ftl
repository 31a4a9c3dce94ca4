## What is kept
privacy =
    What I keep, why, and for how long:
    • What you ask, with its photos, words and results: until it is answered. Nothing is used for training.
    • The number of a message that was answered: 30 days, so that it is not answered twice.
    • What a result was made of, words included, and how to fetch its photo again: a day, for the buttons under it. A style or photo that waits for the other: ten minutes.
    • Where a result stands in its chat, and whose profile picture it was made of: 30 days, so that it can be deleted.
    • How many pictures you had, and in which style: 30 days, for limits and counts. After /forgetme those of the last day count on under a digest of you, so that forgetting gives no new ones; when the day is over, nobody can tell whose they were.
    • A question about a profile picture: a day, and another after its answer.
    • The language you chose, and what you answered for good about your profile picture: until you change it.
    • How a chat is set, when it was last used and how to reach it: without end; our private chat, until /forgetme.
    • The pictures of a style that you are making: until it is made, refused or dropped, 7 days at most; on your word not encrypted, until I have learnt more from them. A style of yours: until you take it back, or its time is over.
    • That, when and to what you agreed for a style, its short name, and digests of its pictures: for good. You stand there as a digest, and after /forgetme nobody can tell that it was you.
    • If the one who runs me has blocked somebody: until they lift it, even after /forgetme. To these two commands I answer all the same.
privacy-nothing = There is nothing of you here.
privacy-held = Of you there is now:
privacy-waiting = • { $count ->
        [one] 1 message that is not answered yet
       *[other] { $count } messages that are not answered yet
    }
privacy-keys = • { $count ->
        [one] the number of 1 answered message
       *[other] the numbers of { $count } answered messages
    }
privacy-remembered = • { $count ->
        [one] 1 thing remembered for a while
       *[other] { $count } things remembered for a while
    }
privacy-results = • { $count ->
        [one] where 1 result stands
       *[other] where { $count } results stand
    }
privacy-pictures = • { $count ->
        [one] 1 picture counted
       *[other] { $count } pictures counted
    }
privacy-spent = • { $count ->
        [one] 1 picture of the last day, counted under a digest
       *[other] { $count } pictures of the last day, counted under a digest
    }
privacy-consents = • { $count ->
        [one] 1 answer for good about your profile picture
       *[other] { $count } answers for good about your profile picture
    }
privacy-questions = • { $count ->
        [one] 1 question about a profile picture
       *[other] { $count } questions about profile pictures
    }
privacy-chats = • our private chat: how it is set, and how to reach you
privacy-blocked = • that the one who runs me has blocked you
privacy-languages = • the language you chose
privacy-creations = • { $count ->
        [one] 1 style that you are making, with its pictures
       *[other] { $count } styles that you are making, with their pictures
    }
privacy-styles = • { $count ->
        [one] 1 style of yours
       *[other] { $count } styles of yours
    }
privacy-answers = Your answers about your profile picture:
privacy-allowed = { $place }. { $where }: always (since { $date })
privacy-refused = { $place }. { $where }: never (since { $date })
privacy-here = In this chat
privacy-private = In our private chat
privacy-elsewhere = In another chat
privacy-withdraw = Withdraw { $place }
privacy-forgetme = Delete all of it
privacy-not-yours = That button is somebody else’s, or it has been pressed already. /privacy shows your own.

## Forgetting
forgetme = I would delete all that I keep of you, in every chat here: what waits is cancelled, the buttons under your results stop working, your answers about your profile picture and your language are forgotten, your own styles are taken back. Pictures that stand in the chats stay there, but for those that were to be deleted anyway; and how many you had today still counts for a day, under a digest. Are you sure?
forgetme-sure = Yes, delete it
forgetme-as-yourself = You speak here in the name of the chat. Please ask for this as yourself.
forgetme-done = Deleted, in every chat here:
forgetme-proof = Then I searched every table for you and found nothing. This message goes with my answer.
forgetme-stays = Then I searched every table for you. This message goes with my answer, and only this stays, as /privacy says:
forgetme-left = Then I searched every table for you and still found { $count ->
        [one] 1 trace.
       *[other] { $count } traces.
    } An answer to you may just be leaving: please use /forgetme once more in a minute.
