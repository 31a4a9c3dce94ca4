### 在一张编号总览上试遍各种风格。
try-caption = 由 AI 生成 · 点编号看原尺寸
try-line = { $number }. { $title }
try-first = 这是你 { $count } 张照片中的第一张。
try-title = { $count } 种风格的总览
try-photo = 现在发一张照片给我，或用 { $command } 回复一张照片，我把每种风格都缩小画给你看。
try-photo-group = 请在发照片时附上 { $command }，或用它回复一张照片，我把每种风格都缩小画给你看：在群里我可能只看得到发给我的消息。
