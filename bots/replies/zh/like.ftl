### 按照别的图片的风格画一张照片。
command-like = 把照片画成另一张图片的风格
menu-style-picture = 提供风格的图片
help-like = /like 把照片画成另一张图片的风格：两张一起发，照片在前；或者用附上 /like 的照片回复那张风格图。最多可以混合三张风格图：/like 70% 30%。只写一个百分比就是强度；其他词和上面一样。
like-photo = 请先发照片，再发提供风格的那张图片。
like-photo-group = 请把照片和提供风格的图片一起发出，照片在前，并附上 /like：在群里我可能只看得到发给我的消息。
like-style = { $count ->
        [1] 照片收到了。现在发一张提供风格的图片给我。
       *[other] 照片收到了。现在发 { $count } 张要混合的风格图给我，可以一起发，也可以逐张附上 /like 发。
    }
like-style-group = { $count ->
        [1] 照片收到了。请在发风格图时附上 /like，或用 /like 回复那张图片：在群里我可能只看得到发给我的消息。
       *[other] 照片收到了。请把 { $count } 张要混合的风格图逐张附上 /like 发出：在群里我可能只看得到发给我的消息。
    }
like-none = 我在这里还不能从图片里取风格。/styles 可以查看现有的风格。
like-words = /like 的风格来自照片之后发的图片，不是风格名；按名字画请用 /style。后面可以写百分比和几个词，例如 /like 70% 保留颜色
like-too-many = 最多只能混合 { $most } 张风格图。请发一张照片和不超过 { $most } 张风格图。
like-range = 百分比在 0 到 100 之间，例如 /like 70%。有多张风格图时，每张都要大于 0，例如 /like 70% 30%
like-shares-wrong = 你写了 { $shares } 个比例，但有 { $pictures } 张风格图。请再发一次 /like，每张写一个百分比，或者什么都不写、平均混合；图片我还留着。
like-title = { $count ->
        [1] 按你的图片的风格
       *[other] 按你的 { $count } 张图片的风格
    }
like-title-shares = 按你的图片的风格，{ $shares }
