### 消息与成员的菜单、命令的选项，以及图片的文字说明。

menu-try = 试遍所有风格
menu-member = 谁的头像；会先征求对方同意
menu-group = 群聊自己的头像（限管理员）
menu-no-picture = 这条消息里没有图片。请在带图片的消息上选择“{ $action }”。
menu-not-a-person = 那是一个程序。请在成员身上选择“{ $action }”。
picture-before = 原图
picture-after = 重绘后的图片
