### 给运营者看的话。消息与变量同 en/operating.ftl 一致。

block-whom = 屏蔽或解除谁？回复或提到对方，或者输入，例如：{ $command } platform:17
block-operator = 那是管理我的人，我不能屏蔽。
blocked = 已屏蔽：{ $people }。我不再答复。
unblocked = 已解除屏蔽：{ $people }。
stats-pictures = 照片：24 小时 { $day } 张，7 天 { $week } 张，30 天 { $month } 张。
stats-platforms = 30 天内的来源：{ $counts }。
stats-styles = 30 天内最常用：{ $counts }。
stats-people = 30 天内，{ $chats } 个聊天里的 { $people } 人画过照片。
stats-now = 现在：有照片在等待的消息 { $open } 条；可以联系到 { $reachable } 个聊天。
stats-endings = 30 天内的消息：未能送达 { $failed } 条，不确定是否送达 { $uncertain } 条，已取消 { $cancelled } 条。
announce-what = 要说什么？例如输入：/announce 我们回来了。
announce-preview = { $count ->
        [0] 现在联系不到任何聊天。
       *[other] { $count } 个聊天将会读到：
    }

    { $words }
announce-send = 发给 { $count } 个聊天
announce-drop = 不发
announce-dropped = 好的，那就不说了。
announce-gone = 这条公告已经不在了，请重新输入。
announce-sending = 正在发给 { $count } 个聊天，完成后我会在这里告诉你。
announce-report = 公告已发。送达 { $sent }，未送达 { $failed }，不确定 { $uncertain }，还在等 { $waiting }。
