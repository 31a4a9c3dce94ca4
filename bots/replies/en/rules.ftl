### The rules of a chat, a person's language, quotas. zh/rules.ftl has the same messages with the same variables.

## The panel
settings-title = How I behave here. Press what you would like to change.
settings-line = { $rule }: { $value }
settings-chosen = ✓ { $value }
settings-typed = Or type it, for example: { $example }
settings-back = ‹ Back
settings-admins = Only the admins of this chat can change how I behave here.
settings-wrong = I did not understand that. For example: { $example }
styles-unknown = I have no style called { $styles }. { $near ->
        [0] Press the button to see those I have.
       *[other] Did you mean { $found }?
    }
styles-one = At least one style has to stay.

## Its topics
rule-language = Language
rule-style = Default style
rule-styles = Styles
rule-people = Who may use me
rule-quota = Pictures for each person
rule-chatquota = Pictures for everyone together
rule-delete = Delete results
rule-label = Visible AI label
rule-avatars = Profile pictures
asks-language = Which language do I speak here? Whoever chose their own with /language is spoken to in that one.
asks-style = Which style do I take when a photo comes with /style alone?
asks-styles = Which styles may be used here? Press one to switch it on or off.
asks-people = Who may have pictures made here?
asks-quota = How many pictures may each person have in a day?
asks-chatquota = How many pictures may all people together have in a day?
asks-delete = When do I take my results out of this chat again?
asks-label = Do I draw the small label on photos that says they were made with AI? Files carry it inside either way.
asks-avatars = Whose profile pictures may be repainted here? Members are always asked before theirs is.

## What they can be
language-en = English
language-zh = 中文
language-auto = automatic
style-none = none, I ask
styles-all = all
people-everyone = everyone
people-admins = admins only
quota-day = { $count ->
        [one] one a day
       *[other] { $count } a day
    }
quota-off = no limit
delete-off = never
delete-hour = after an hour
delete-day = after a day
delete-week = after a week
label-on = on
label-off = off
label-never = off, as set by the one who runs me
avatars-everyone = of everyone who agrees
avatars-own = only one’s own
avatars-off = of nobody

## One's own language
language-ask = Which language shall I speak with you? Now: { $language }
language-chosen = All right. Your language: { $language }
language-wrong = I speak English and Chinese. For example: /language en

## Who may have what
admins-alone = In this chat only the admins can have pictures made.
style-not-here = That style is not used in this chat. /styles shows those that are.
quota-person = { $quota ->
        [one] One picture a day is for you here, and you have had it.
       *[other] You have had the { $quota } pictures a day that are for you here.
    } There is room again { $time }.
quota-chat = { $quota ->
        [one] This chat has had its one picture of the day.
       *[other] This chat has had its { $quota } pictures of the day.
    } There is room again { $time }.
quota-everywhere = { $quota ->
        [one] One picture a day is for you, and you have had it.
       *[other] You have had the { $quota } pictures a day that are for you.
    } There is room again { $time }.
quota-at-once = { $quota ->
        [one] That is more than the one picture a day that can be made. Please send one alone.
       *[other] That is more than the { $quota } pictures a day that can be made. Please send fewer at once.
    }
in-minutes = { $minutes ->
        [one] in a minute
       *[other] in { $minutes } minutes
    }
in-hours = { $hours ->
        [one] in about an hour
       *[other] in about { $hours } hours
    }
items-capped = You sent { $asked } pictures; I make the first { $made } of one message.
