### 聊天规则、个人语言、配额。消息与变量同 en/rules.ftl 一致。

## 面板
settings-title = 我在这里的行为。想改哪一项，就点哪一项。
settings-line = { $rule }：{ $value }
settings-chosen = ✓ { $value }
settings-typed = 也可以直接输入，例如 { $example }
settings-back = ‹ 返回
settings-admins = 只有这里的管理员可以改变我的行为。
settings-wrong = 我没看懂。例如：{ $example }
styles-unknown = 没有叫{ $styles }的风格。{ $near ->
        [0] 点按钮查看现有的风格。
       *[other] 你是想要 { $found } 吗？
    }
styles-one = 至少要留下一种风格。

## 各项
rule-language = 语言
rule-style = 默认风格
rule-styles = 可用的风格
rule-people = 谁可以使用
rule-quota = 每人每天
rule-chatquota = 全体每天
rule-delete = 删除结果
rule-label = 可见的 AI 标识
rule-avatars = 头像
asks-language = 我在这里说什么语言？用 /language 选过语言的人，仍按各自的选择。
asks-style = 照片只配了 /style 时，用哪种风格？
asks-styles = 这里可以用哪些风格？点一下开启或关闭。
asks-people = 谁可以让我画？
asks-quota = 每个人一天可以画几张？
asks-chatquota = 所有人加起来一天可以画几张？
asks-delete = 我的结果过多久从这里删掉？
asks-label = 要不要在照片上画一个小标识，说明它由 AI 生成？文件里总会带有标识。
asks-avatars = 这里可以重画谁的头像？画别人的头像之前，我总会先问本人。

## 可选的值
language-en = English
language-zh = 中文
language-auto = 自动
style-none = 没有，由我来问
styles-all = 全部
people-everyone = 所有人
people-admins = 仅管理员
quota-day = 每天 { $count } 张
quota-off = 不限
delete-off = 不删
delete-hour = 一小时后
delete-day = 一天后
delete-week = 一周后
label-on = 开
label-off = 关
label-never = 关（由管理我的人设定）
avatars-everyone = 同意的人都可以
avatars-own = 仅自己的
avatars-off = 都不画

## 个人语言
language-ask = 我和你说什么语言？现在是：{ $language }
language-chosen = 好的。你的语言：{ $language }
language-wrong = 我会说英文和中文。例如：/language zh

## 谁可以要什么
admins-alone = 在这里，只有管理员可以让我画。
style-not-here = 这里不用这个风格。/styles 查看可用的风格。
quota-person = 你今天在这里的 { $quota } 张已经用完。{ $time }又有名额。
quota-chat = 这里今天的 { $quota } 张已经用完。{ $time }又有名额。
quota-everywhere = 你今天的 { $quota } 张已经用完。{ $time }又有名额。
quota-at-once = 一天最多画 { $quota } 张，你发的超过了。请一次少发一些。
in-minutes = { $minutes } 分钟后
in-hours = 大约 { $hours } 小时后
items-capped = 你发了 { $asked } 张；一条消息我只画前 { $made } 张。
