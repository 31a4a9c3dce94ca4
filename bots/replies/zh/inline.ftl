## 在别的聊天里输入我的名字时
inline-about = 照片画成这个风格就是这样，你的照片也可以。
inline-try = 把我的照片画成这样
inline-open = 发一张照片给我
