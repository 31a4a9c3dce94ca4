### 服务的回应，补充 conversation.ftl 里没有的。

error-too_many_frames = 这段动图太长，帧数太多，我画不过来。我可以只画第一帧；想要会动的，请发短一点的。
