## 别人的头像
consent-question = { $member }：{ $requester } 想看看你的头像画成{ $title }的样子。可以画吗？只有你的回答算数，不回答就是不同意。
consent-once = 只这一次
consent-always = 本群的人随时都可以
consent-never = 不可以
consent-asked = 我已经问了 { $member }。同意的话马上就画；一天内没有回答，就当作不同意。
consent-still-open = { $member } 还没有回答你上一次的请求，请一次只问一个。
consent-many-open = 这个群里已有 { $count } 个请求在等回答，请先等等其中几个。
consent-given-once = { $member } 同意了：这一张给 { $requester }。
consent-given-always = { $member } 同意了，本群的人都可以。用 /privacy 可以收回。
consent-no = { $member } 的头像保持原样。
consent-not-yours = 这个只有 { $member } 能回答。
consent-over = 这个请求已经结束了。

## 谁的头像
avatar-off = 本群不画头像，这是管理员的决定。发来的照片随时欢迎。
avatar-own-only = 在本群，每个人只能画自己的头像，这是管理员的决定。
avatar-private = 这里只有我们两个。在群里我可以征求成员的同意，或为管理员画群头像。
avatar-unknown-member = 我不知道你指的是谁。请用 /avatar 加风格名回复对方的一条消息。
avatar-hidden = 我看不到 { $member } 的头像：可能没有设置，或对我隐藏了。
avatar-group-admins = 只有本群的管理员可以让我画群头像。
avatar-group-missing = 我看不到本群的头像：可能没有设置，或对我隐藏了。
avatar-gone = 这些按钮是别人的，或者已经过期。请自己用 /avatar 再问一次。
