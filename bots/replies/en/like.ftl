### One photo in the style of other pictures.
command-like = Your photo in the style of another picture
menu-style-picture = The picture whose style the photo gets
help-like = /like paints a photo in the style of another picture: send both with it, the photo first, or send the photo with /like in answer to the style picture. Up to three style pictures mix: /like 70% 30%. One percentage alone is the strength; the other words are as above.
like-photo = Send me the photo, and then the picture whose style it is to have.
like-photo-group = Send the photo and the picture whose style it is to have together, the photo first, with /like: in a group I may see only what is addressed to me.
like-style = { $count ->
        [one] I have the photo. Now send me the picture whose style it is to have.
       *[other] I have the photo. Now send me the { $count } pictures whose styles it is to mix, all at once or one by one with /like.
    }
like-style-group = { $count ->
        [one] I have the photo. Now send the picture whose style it is to have with /like, or reply to that picture with /like: in a group I may see only what is addressed to me.
       *[other] I have the photo. Now send the { $count } pictures whose styles it is to mix, one by one with /like: in a group I may see only what is addressed to me.
    }
like-none = I cannot take a style from a picture here. /styles shows the styles that I have.
like-words = With /like the style comes from a picture that you send after the photo, not from a name; /style paints by a name. What may be said with it are percentages and a few words, for example /like 70% keep
like-too-many = I can mix { $most } style pictures at most. Please send one photo and up to { $most } style pictures.
like-range = Percentages go from 0 to 100, for example /like 70%. With several style pictures each needs more than 0, for example /like 70% 30%
like-shares-wrong = You named { $shares } shares, but there are { $pictures } style pictures. Say /like with one percentage for each, or without any to mix them equally; I still have the pictures.
like-title = { $count ->
        [one] in the style of your picture
       *[other] in the styles of your { $count } pictures
    }
like-title-shares = in the styles of your pictures, { $shares }
