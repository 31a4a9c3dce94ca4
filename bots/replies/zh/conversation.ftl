### Atelier 的中文答复。亲切、简短、朴素。消息与变量同 en.ftl 一致。

## 问候与帮助
start =
    你好！我会把照片重新画一遍。
    1. 发一张照片，配文写 /style 加风格名，例如 /style ukiyoe。
    2. 或者用 /style 加风格名回复一张照片。
    3. /styles 查看所有风格；/avatar 重画你的头像。
    直接发一张照片也行，我会告诉你能画成什么样。
help =
    发照片时配文写 /style 加风格名，或用它回复一张照片。
    /style ukiyoe 70% 更柔和。还可以加：保留颜色（照片原来的）、匹配颜色（接近照片）、清晰（细节更多）、不细画脸（和别处一样画）。
    /try 用所有风格看看你的照片；/styles 查看所有风格；/avatar 重画头像。
    /queue 查看排队情况；/cancel 撤回等待中的照片；/language 换语言，管理员可用 /settings 改设置。
    照片只保留到答复完成为止；/privacy 说明还保存了什么，/forgetme 把它删掉。
hint = 发一张照片给我，我来重画。/styles 查看所有风格，/help 有更多说明。
unknown-command = 我不认识 /{ $command }。/help 会告诉你我能做什么。

## 菜单
command-style = 重画一张照片：/style ukiyoe
command-styles = 查看所有风格
command-avatar = 重画你的头像
command-queue = 查看你的排队位置
command-cancel = 撤回等待中的照片
command-try = 用所有风格看看你的照片
command-settings = 管理员：我在本群的行为
command-language = 选择语言
command-privacy = 保存了什么、保存多久
command-forgetme = 删除与你有关的一切
command-help = 使用说明
option-image = 要重画的照片
option-style = 风格名
option-strength = 强度，0 到 100（百分比）
option-keep_colours = 保留照片原来的颜色
option-match_colours = 颜色接近照片
option-sharp = 细节更多
option-faces = 细画小脸，或和别处一样画
action-restyle = 重画
action-restyle-avatar = 重画头像

## 选择风格
gallery-photo = 想要哪种风格？
gallery-all = 这些是全部风格。点一个，然后发照片给我。
gallery-avatar = 头像想要哪种风格？
gallery-line = { $number }. { $title }（{ $id }）
send-photo-group = 好的，{ $title }。请在发照片时附上 { $command }，或用它回复一张照片：在群里我可能只看得到发给我的消息。
send-photo = 好的，{ $title }。现在发一张照片给我，或用 { $command } 回复一张照片。
unknown-style = 没有叫“{ $style }”的风格。{ $near ->
        [0] 我会的有这些：
       *[other] 你是想要下面的哪一个吗？
    }
no-styles = 还没有安装任何风格，我暂时画不了。
no-styles-but-like = 这里的风格都来自另一张图片：请用 /like，并发来提供风格的那张图片。
no-styles-allowed = 本聊天允许的风格现在都不在。管理员可以用 /settings styles 选择别的。
strength-range = 强度为百分之 0 到 100，例如 /style { $style } 70%
avatar-missing = 我看不到你的头像：可能没有设置，或对我隐藏了。可以改为发一张照片，配文写 { $command }

## 等待
waiting-next = 下一张就是你的，大约 { $eta } 秒。
waiting-position = 你的照片排在第 { $position } 位，大约 { $eta } 秒。
waiting-running = 正在画……
waiting-busy = 等待的照片很多。你的已经收好，会轮到的。
waiting-service = 画师正在短暂休息。你的照片已经收好，会轮到的。
queue-empty = 你没有等待中的照片。
queue-title = 你的照片：
queue-position = • { $title }：排在第 { $position } 位，大约 { $eta } 秒
queue-running = • { $title }：正在画
queue-waiting = • { $title }：等待空位
cancelled = { $count ->
        [0] 没有可以取消的照片。
       *[other] 已取消 { $count } 张照片。
    }
never-mind = 好的，那就不画了。
too-many-waiting = 你已有 { $count } 张照片在等待，请先等其中一些完成。

## 答复
caption = 由 AI 生成 · { $title }
told-strength = { $percent }%
told-keep = 照片的颜色
told-match = 接近照片的颜色
told-sharp = 更清晰
item-failed = 第 { $number } 张：{ $reason }
uncertain = 我在答复时被打断了，不确定你有没有收到。如果没有，请再发一次。
not-delivered = 照片画好了，但没能送到这里，可能是太大了。换一张小一些的照片也许可以。

## 出错时
error-bad_request = 我没看懂。/help 会告诉你我能做什么。
error-unauthorised = 画师不让我进门，请告诉管理我的人。
error-unknown_style = 这个风格已经不在了。/styles 查看现有的风格。
error-too_large = 照片太大了，请发小一些的（最多 20 MB、5000 万像素）。
error-not_a_picture = 这不是我能读的图片。支持 JPEG、PNG、WebP 和 GIF。
error-too_small = 图片太小或太窄，没法画。
error-bad_option = 有一个选项超出了范围。/help 里有例子。
error-busy = 等待的照片很多，请过一会儿再试。
error-style_unavailable = 这个风格现在用不了，请换一个；/styles 查看所有风格。
error-not_ready = 画师还没准备好，请过一会儿再试。
error-deadline_passed = 你的照片等得太久，我只好放弃了，请再发一次。
error-failed = 我这边出了点问题，照片没有改动，请再试一次。
error-gone = 我没能下载这张照片，请再发一次。
