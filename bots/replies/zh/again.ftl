### 结果下方的按钮，以及按下后可能说的话。
again-weaker = 弱一点
again-stronger = 强一点
again-keep = 保留我的颜色
again-own = 用风格的颜色
again-sharper = 更清晰
again-other = 换个风格
again-gone = 我这里已经没有那张照片了，或者它是别人的。把照片发给我，我来为你画。
again-file = 原尺寸文件
again-delete = 删除
again-still = 只画第一帧
deleted = 已删除。
delete-gone = 我这里已经没有这张图的记录了。如果它还在，请你自己删除。
delete-failed = 我没能删除它。请过一会儿再试，或者自己删除。
delete-not-yours = 只有这张图的主人、头像被画的人或本群管理员可以删除它。
