### What the operator reads. zh/operating.ftl has the same messages with the same variables.

block-whom = Whom? Reply to somebody or name them, or type for example: { $command } platform:17
block-operator = That is one of those who run me; I do not block them.
blocked = Blocked: { $people }. They get no answer from me any more.
unblocked = No longer blocked: { $people }.
stats-pictures = Pictures: { $day } in 24 hours, { $week } in 7 days, { $month } in 30 days.
stats-platforms = Where, in 30 days: { $counts }.
stats-styles = Most used, in 30 days: { $counts }.
stats-people = { $people ->
        [one] One person
       *[other] { $people } people
    } in { $chats ->
        [one] one chat
       *[other] { $chats } chats
    } had pictures made in 30 days.
stats-now = Now: { $open ->
        [one] one message
       *[other] { $open } messages
    } with pictures waiting; { $reachable ->
        [one] one chat
       *[other] { $reachable } chats
    } can be reached.
stats-endings = Messages in 30 days that could not be delivered: { $failed }; perhaps not delivered: { $uncertain }; cancelled: { $cancelled }.
announce-what = What shall I say? Type for example: /announce We are back.
announce-preview = { $count ->
        [0] I can reach no chat at the moment.
        [one] One chat will read this:
       *[other] { $count } chats will read this:
    }

    { $words }
announce-send = { $count ->
        [one] Send to one chat
       *[other] Send to { $count } chats
    }
announce-drop = Do not send
announce-dropped = All right, I say nothing.
announce-gone = That announcement is no longer there. Please type it again.
announce-sending = { $count ->
        [one] On its way to one chat.
       *[other] On its way to { $count } chats.
    } I will tell you here when that is done.
announce-report = Announced. Reached: { $sent }; not reached: { $failed }; perhaps reached: { $uncertain }; still to come: { $waiting }.
