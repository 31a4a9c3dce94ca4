### 服务的回应，补充 conversation.ftl 里没有的。

error-too_many_frames = 这段动图太长，帧数太多，我画不过来。我可以只画第一帧；想要会动的，请发短一点的。
error-reference_missing = 这个风格要照着另一张图片来画，所以需要两张：你的照片，和想要的风格图。
error-bad_reference = 照片没问题，但这张风格图用不了：它可能不是我能读的图片，或者太小、太大。换一张试试吧。
error-style_exists = 这个名字已有别的风格在用，或者曾经用过。请换个名字重新开始。
error-style_withdrawn = 这个风格不再提供：创作者收回了它，或者期限已过。
