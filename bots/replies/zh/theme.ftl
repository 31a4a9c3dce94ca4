### 不用照片，用文字画一幅图。
command-theme = 用文字画一幅图：/theme 薄雾中的港口
menu-words = 用几个词说说想看到什么
help-theme = /theme 薄雾中的港口 不用照片，按你的文字画一幅风景：地点、季节、天气和时间都可以说。图下的按钮可以另画一幅，或换成某种风格。
theme-what = 用几个词告诉我想看到什么，例如 /theme 薄雾中的港口，或 /theme 夜晚的雪山村庄，或 /theme 日落时的红色沙漠
theme-long = 文字有点多，最多 { $most } 个字符；几个词就够了，例如 /theme 薄雾中的港口
theme-none = 我在这里不能用文字画图。发一张照片给我，我来重画。
theme-refused = 我不用这些文字画图：其中有在世艺术家的名字，或者让人看了不舒服的词。请换一种说法。
theme-title = “{ $words }”
again-another = 另画一幅
again-style = 换成某种风格
style-takes-words = 这个风格不用照片，它用文字画图。请用 /theme 说说想看到什么，例如 /theme 薄雾中的港口
no-styles-but-theme = 这里只用文字画图：请用 /theme 说说想看到什么，例如 /theme 薄雾中的港口
error-unknown_words = 这些文字里没有我会画的东西。我会画风景：海、港口、湖、山、森林、村庄、城市、城堡；雾、雨、雪；黎明、日落、夜晚；春天、秋天。例如 /theme 薄雾中的港口
