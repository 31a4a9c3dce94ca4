### Trying every style on one numbered sheet.
try-caption = made with AI · press a number for the full size
try-line = { $number }. { $title }
try-first = This is the first of your { $count } pictures.
try-title = { $count } styles on one sheet
try-photo = Now send me a photo, or reply to one with { $command }, and I will show it in small in each style.
try-photo-group = Send a photo with { $command }, or reply to one with it, and I will show it in small in each style: in a group I may see only what is addressed to me.
