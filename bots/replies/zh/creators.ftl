### 创作者自己的风格。消息与变量同 en/creators.ftl 一致。
command-newstyle = 用你自己的图片做一个风格
command-mystyles = 你自己的风格：分享、收回
menu-new-name = 这个风格叫什么
menu-new-picture = 一张这种风格的图片；之后可以再发

## 名字
creators-how = 用你自己的图片做一个风格：输入 /newstyle 和名字，例如 /newstyle Autumn ink，同时或随后发来 1 到 20 张图片。
creators-name-long = 风格要有 1 到 { $most } 个字符的名字，例如 /newstyle Autumn ink
creators-name-letters = “{ $title }”还需要一个用 a–z 字母写的短名，好让大家都能输入。例如：/newstyle { $title } = autumn-ink
creators-name-reserved = 这个名字写在 /style 后面另有意思：它是命令里的词，或者是数字，或者以数字结尾。请换一个。
creators-name-taken = 这个名字已有别的风格在用，或者曾经用过。请换一个。
creators-refused-name = 这里的风格不能叫这个名字：它属于在世的艺术家，或者让人看了不舒服。请换一个。
creators-refused-pictures = 这些图片里有一张属于创作者已收回的风格，所以不能用来做风格。图片我已删除。
creators-refused = 管理我的人不允许这个风格。
creators-many-open = 你有 { $count } 个风格还没做完。请先做完或放弃其中一个；/mystyles 查看。
creators-many-own = 你已有 { $count } 个风格，这里每人最多这么多。可用 /mystyles 收回一个。

## 图片
creators-collect = { $count ->
        [0] “{ $title }”：现在发 1 到 20 张这种风格的图片给我。
       *[other] “{ $title }”：收到 { $count } 张了。可以再发，或者点“就这些”。
    }
creators-collect-group = { $count ->
        [0] “{ $title }”：现在发 1 到 20 张这种风格的图片。如果我没有反应，请用 /newstyle 回复那张图片：在群里我可能只看得到发给我的消息。
       *[other] “{ $title }”：收到 { $count } 张了。可以再发（或用 /newstyle 回复图片），或者点“就这些”。
    }
creators-known = 其中 { $count } 张我已经有了；同一张图只算一次。
creators-too-many = 一个风格最多用 { $most } 张图片：我保留先到的。
creators-too-large = 一个风格的图片加起来最多 { $most } MB：我保留先到的。
creators-unusable = 有一张图片用不了：它可能不是我能读的图片，或者太小、太大，或者只有一种颜色。请放弃这次，换别的图片重新开始。
creators-unusable-one = 第 { $number } 张用不了：它可能不是我能读的图片，或者太小、太大，或者只有一种颜色。去掉它吗？
creators-leave-out = 去掉第 { $number } 张
creators-locked = 图片是用另一把密钥锁住的，不是现在设置的这把。什么都没有丢：请告诉管理我的人。
creators-done = 就这些
creators-drop = 放弃
creators-dropped = 已放弃，图片已删除。

## 授权
creators-draft = “{ $title }”画出来会是这样。喜欢的话：你凭什么权利提供这些图片？
creators-draft-first = 先看样图：请点图片下面的“就这些”。
creators-right-own = 是我自己的作品
creators-right-licence = 我有相应的许可
creators-right-consent = 我有书面同意
creators-ask-chats = 可以在哪些聊天里用？
creators-here = 在这个聊天
creators-here-private = 在这个私聊
creators-everywhere = 在所有聊天
creators-ask-days = 可以用多久？
creators-days-month = 30 天
creators-days-year = 一年
creators-days-forever = 直到我收回
creators-ask-better = 这个风格马上就能用。我还可以在没有人等待时，在后台继续从你的图片里学习，之后给你看两个版本，由你选。为此图片会不加密地留在我的磁盘上，到学完或你收回风格为止。要这样吗？
creators-better-yes = 好，做得更好
creators-better-no = 不用，删掉图片
creators-statement =
    我对风格“{ $title }”的声明：
    1. 我为它提供 { $count } 张图片。{ $rights ->
        [own] 它们是我自己的作品，别人对它们没有权利。
        [licence] 我有允许这样使用它们的许可。
       *[consent] 作品的作者，以及图中的人，都书面同意这样使用它们。
    }
    2. 图中如有可以认出的人，我有此人的书面同意。
    3. 可以{ $place ->
        [here] 在这个聊天
        [private] 在这个私聊
       *[everywhere] 在所有聊天
    }里按它们的风格重画照片，{ $end ->
        [never] 直到我收回。
       *[day] 到 { $day }（UTC，含当天）为止，除非我提前收回。
    }
    4. 我同意过、何时同意、同意了什么，会永久记录；记录里用摘要代替我的名字。
    5. 我随时可以用 /mystyles 收回这个风格。收回后它会被删除；已经画好的图留在原处。
creators-statement-better = 6. 可以在后台从这些图片学出更好的版本。学完或我收回风格之前，图片为此不加密地保留；之后删除，由我选留下哪个版本。
creators-statement-share =
    我对风格“{ $title }”的声明：
    1. 也可以{ $place ->
        [here] 在这个聊天
        [private] 在这个私聊
       *[everywhere] 在所有聊天
    }里按它重画照片，{ $end ->
        [never] 直到我收回。
       *[day] 到 { $day }（UTC，含当天）为止，除非我提前收回。
    }
    2. 制作时的声明在这里同样有效：{ $rights ->
        [own] 图片是我自己的作品。
        [licence] 我有允许这样使用它们的许可。
       *[consent] 我有这样使用它们的书面同意。
    }
creators-agree = 我同意
creators-agreed = ✓ 你已同意以上内容。
creators-agreed-already = 你已经同意了，还在等答复。/mystyles 查看进展。
creators-changed = 之后你又改过：请同意最后那份声明，不是这一份。

## 批准
creators-question = { $creator } 想让照片可以按风格“{ $title }”（{ $style }）重画，{ $place ->
        [here] 在这个聊天
        [private] 在一个私聊
       *[everywhere] 在所有聊天
    }，{ $end ->
        [never] 没有期限。
       *[day] 到 { $day } 为止。
    }{ $rights ->
        [own] 声明：图片是自己的作品。
        [licence] 声明：有图片的许可。
       *[consent] 声明：有书面同意。
    }{ $place ->
        [everywhere] 只有管理我的人可以批准。
       *[other] 只有本聊天的管理员可以批准；7 天内没有回答就是不同意。
    }
creators-question-share = { $creator } 想让风格“{ $title }”（{ $style }）也可以用，{ $place ->
        [here] 在这个聊天
        [private] 在一个私聊
       *[everywhere] 在所有聊天
    }，{ $end ->
        [never] 没有期限。
       *[day] 到 { $day } 为止。
    }{ $rights ->
        [own] 声明：图片是自己的作品。
        [licence] 声明：有图片的许可。
       *[consent] 声明：有书面同意。
    }只有本聊天的管理员可以批准；7 天内没有回答就是不同意。
creators-approve = 批准
creators-refuse = 不批准
creators-look = 看样图
creators-asked = 我已经问了本聊天的管理员。7 天内没有回答就是不同意，图片会删除。
creators-asked-operator = 用于所有聊天，只有管理我的人可以批准。7 天内没有回答就是不同意，图片会删除。
creators-admins-approve = 这个只有本聊天的管理员能回答。
creators-operator-approves = 这个只有管理我的人能回答。
creators-not-approved = “{ $title }”没有获得批准，图片已删除。
creators-no-answer = 没有人及时回答，就是不同意。图片已删除。
creators-made = “{ $title }”做好了：发照片时附上 /style { $style }
creators-shared = “{ $title }”现在可以在这个聊天里用了：发照片时附上 /style { $style }
creators-over = 这件事已经结束了。/newstyle 重新开始，/mystyles 查看你的风格。
creators-not-yours = 那是别人的风格，只有本人可以这样做。/mystyles 查看你自己的。

## 自己的风格
creators-none = 你还没有自己的风格。用 /newstyle 可以拿你的图片做一个。
creators-list = 你自己的风格：
creators-line = • { $title }（{ $style }）：{ $place ->
        [everywhere] 所有聊天
        [here] 这个聊天
       *[chats] { $chats } 个聊天
    }，{ $end ->
        [never] 没有期限
        [over] 期限已过
       *[days] { $days ->
            [0] 今天是最后一天
           *[other] 还剩 { $days } 天
        }
    }
creators-line-open = • { $title }：还没做完
creators-line-waiting = • { $title }：等待批准
creators-waits-for-you = • { $title }（{ $style }），来自 { $creator }：等你批准用于所有聊天
creators-share = 在这里分享{ $title }
creators-share-group = 要把风格分享给一个群，请在那个群里输入 /mystyles。
creators-shared-already = 这个风格在这个聊天里已经可以用了。
creators-back = 收回{ $title }
creators-back-ask = 收回“{ $title }”？它会马上在所有聊天里永久删除，也不能再用这个名字做。已经画好的图会留下。
creators-back-sure = 是的，收回
creators-taken-back = “{ $title }”已收回并删除，谁都不能再用了。

## 更好的版本
creators-better = “{ $title }”有了更好的版本：上面是现在的（A），下面是新的（B）。留下哪一个？
creators-better-old = A：保留旧的
creators-better-new = B：换成新的
creators-better-look = { $title }：有更好的版本
creators-better-chose-old = “{ $title }”保持不变，另一个已删除。
creators-better-chose-new = “{ $title }”从现在起用新的版本，另一个已删除。
creators-better-over = 这里已经没有什么要选的了。
