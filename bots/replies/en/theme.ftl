### A picture of words, without a photo.
command-theme = A picture of your words: /theme misty harbour
menu-words = What the picture is to show, in a few words
help-theme = /theme misty harbour makes a picture of your words, without a photo: a landscape, with its place, season, weather and time of day. Its buttons make another one, or put it in a style.
theme-what = Tell me in a few words what the picture is to show, for example /theme misty harbour, or /theme snowy mountain village at night, or /theme red desert at sunset
theme-long = That is a lot of words. { $most } characters are the most; a few are enough, for example /theme misty harbour
theme-none = I cannot make pictures of words here. Send me a photo, and I will repaint it.
theme-refused = I make no picture of these words: among them is a living artist’s name, or one that nobody likes to read. Please choose others.
theme-title = “{ $words }”
again-another = Another
again-style = In a style
style-takes-words = That style takes no photo: it makes pictures of words. Say /theme and what the picture is to show, for example /theme misty harbour
no-styles-but-theme = Here pictures are made of words alone: say /theme and what the picture is to show, for example /theme misty harbour
error-unknown_words = I found no word there that I can paint. I know landscapes: sea, harbour, lake, mountain, forest, village, city or castle; misty, rain or snow; dawn, sunset or night; spring or autumn. For example /theme misty harbour
