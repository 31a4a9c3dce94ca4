### Menus on messages and people, typed options, and descriptions of pictures.

menu-try = Try every style
menu-member = Whose profile picture; they are asked first
menu-group = The group’s own picture (for its admins)
menu-no-picture = There is no picture in that message. Choose “{ $action }” on a message that has one.
menu-not-a-person = That is a program. Choose “{ $action }” on a person.
picture-before = The photo
picture-after = The photo restyled
