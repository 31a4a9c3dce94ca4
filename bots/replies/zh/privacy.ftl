## 保存了什么
privacy =
    我保存什么、为什么、保存多久：
    • 你的请求，连同照片、文字和画好的图：到答复为止。绝不用于训练。
    • 已答复消息的编号：30 天，以免重复答复。
    • 一张图是怎么画的（包括所用的文字）、怎样再取到那张照片：一天，供图下的按钮使用。等照片的风格或等风格的照片：十分钟。
    • 画好的图在聊天里的位置，以及画的是谁的头像：30 天，以便能够删除。
    • 你得到多少张、什么风格：30 天，用于限额和统计。/forgetme 之后，最近一天的张数仍以你的一个摘要计入限额，所以忘记不会带来新的额度；一天过后，谁也看不出那是谁的。
    • 关于头像的请求：一天，答复后再留一天。
    • 你选的语言，以及你对头像的长期答复：到你更改为止。
    • 每个聊天的设置、最近一次使用的时间，以及怎样联系到它：一直保留；我们的私聊到 /forgetme 为止。
    • 你正在做的风格的图片：到做好、被拒或放弃为止，最多 7 天；经你同意时不加密地保留，到学完为止。你的风格：到你收回或期限已过为止。
    • 你为一个风格同意过、何时同意、同意了什么，它的短名，以及图片的摘要：永久。你在那里只是一个摘要，/forgetme 之后谁也看不出是你。
    • 如果管理我的人屏蔽了某人：到解除为止，/forgetme 之后也会保留。这两个命令我照样答复。
privacy-nothing = 这里没有与你有关的内容。
privacy-held = 现在与你有关的有：
privacy-waiting = • { $count } 条尚未答复的消息
privacy-keys = • { $count } 条已答复消息的编号
privacy-remembered = • { $count } 项暂时记住的内容
privacy-results = • { $count } 张图在聊天里的位置
privacy-pictures = • 计入统计的 { $count } 张图
privacy-spent = • 最近一天的 { $count } 张图，以摘要计数
privacy-consents = • { $count } 项对头像的长期答复
privacy-questions = • { $count } 个关于头像的请求
privacy-chats = • 我们的私聊：它的设置，以及怎样联系到你
privacy-blocked = • 管理我的人屏蔽了你
privacy-languages = • 你选的语言
privacy-creations = • 你正在做的 { $count } 个风格及其图片
privacy-styles = • 你的 { $count } 个风格
privacy-answers = 你对头像的答复：
privacy-allowed = { $place }. { $where }：随时可以（自 { $date } 起）
privacy-refused = { $place }. { $where }：不可以（自 { $date } 起）
privacy-here = 在这个聊天
privacy-private = 在我们的私聊
privacy-elsewhere = 在另一个聊天
privacy-withdraw = 收回第 { $place } 项
privacy-forgetme = 全部删除
privacy-not-yours = 这个按钮是别人的，或者已经按过了。用 /privacy 查看你自己的。

## 忘记
forgetme = 我会删除这里所有聊天中与你有关的一切：等待中的会取消，你的图下的按钮会失效，你对头像的答复和你选的语言会被忘记，你自己的风格会被收回。聊天里的图会留下，只有本来就要删除的会现在删掉；你今天得到的张数还会以摘要保留一天。确定吗？
forgetme-sure = 是的，删除
forgetme-as-yourself = 你现在是以群的名义发言。请以自己的身份提出。
forgetme-done = 已删除，包括这里的所有聊天：
forgetme-proof = 然后我查遍了所有表，没有再找到与你有关的内容。这条消息会随我的答复一起删除。
forgetme-stays = 然后我查遍了所有表。这条消息会随我的答复一起删除，只有下面这些会留下，原因见 /privacy：
forgetme-left = 然后我查遍了所有表，还找到 { $count } 处痕迹。可能正有答复在发给你，请过一分钟再用一次 /forgetme。
