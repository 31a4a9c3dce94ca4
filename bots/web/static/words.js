// What the page itself says. What the bot says comes from the server, in the same language.

const WORDS = {
  en: {
    hello: "Your photo, as a painting",
    step1: "Add a photo: drop it anywhere here, paste it, or press +.",
    step2: "Choose a style, or type /style and its name.",
    step3: "Compare before and after, and download it.",
    privacy: "Photos you send are deleted from the server after an hour, and nothing is trained on them.",
    sample: "Try it with this photo",
    clear: "Clear",
    clearAsk: "Forget this chat and its pictures in this browser?",
    log: "Conversation",
    hints: "Suggestions",
    attached: "Photos to send",
    chips: "Styles",
    attach: "Add a photo",
    write: "Write, or type / for commands",
    send: "Send",
    drop: "Drop the photo to add it",
    you: "You:",
    atelier: "Atelier:",
    before: "Before",
    after: "After",
    slide: "Compare before and after",
    download: "Download",
    yourPhoto: "your photo",
    result: "the restyled picture",
    working: "Atelier is working",
    sending: "sending…",
    again: "Try again",
    remove: "Remove {name}",
    connecting: "Connecting…",
    offline: "Offline, trying again…",
    elsewhere: "The chat is open in another tab.",
    here: "Use it here",
    stale: "This page is out of date.",
    reload: "Reload",
    empty: "“{name}” is empty.",
    too_large: "“{name}” is too large: a picture may have at most 20 MB.",
    tooMany: "At most 10 photos at a time.",
    failed: "This could not be sent.",
    passTitle: "This Atelier is private",
    passLabel: "Access token",
    passEnter: "Enter",
    passWrong: "That is not the token.",
    passWait: "Too many tries. Wait a minute.",
  },
  zh: {
    hello: "把照片变成画",
    step1: "添加照片：拖到这里、粘贴，或按 +。",
    step2: "选择风格，或输入 /style 加风格名。",
    step3: "对比前后效果，然后下载。",
    privacy: "你发送的照片一小时后从服务器删除，也不会用于训练。",
    sample: "用这张照片试试",
    clear: "清空",
    clearAsk: "要在此浏览器中清除这段对话和图片吗？",
    log: "对话",
    hints: "建议",
    attached: "待发送的照片",
    chips: "风格",
    attach: "添加照片",
    write: "输入文字，或输入 / 查看命令",
    send: "发送",
    drop: "松开即可添加照片",
    you: "你：",
    atelier: "Atelier：",
    before: "原图",
    after: "效果",
    slide: "对比前后效果",
    download: "下载",
    yourPhoto: "你的照片",
    result: "风格化后的图片",
    working: "Atelier 正在处理",
    sending: "正在发送…",
    again: "重试",
    remove: "移除 {name}",
    connecting: "正在连接…",
    offline: "网络已断开，正在重试…",
    elsewhere: "对话已在另一个标签页中打开。",
    here: "在这里继续",
    stale: "页面已过期。",
    reload: "重新加载",
    empty: "“{name}”是空文件。",
    too_large: "“{name}”太大：每张图片最多 20 MB。",
    tooMany: "一次最多 10 张照片。",
    failed: "发送失败。",
    passTitle: "此 Atelier 需要授权",
    passLabel: "访问令牌",
    passEnter: "进入",
    passWrong: "令牌不正确。",
    passWait: "尝试次数过多，请一分钟后再试。",
  },
};

export const language = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";

export function say(key, values = {}) {
  return WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// Fill in the page's own words: data-say as text, the others as attributes.
export function translate(root) {
  document.documentElement.lang = navigator.language;
  const put = {
    say: (node, words) => { node.textContent = words; },
    label: (node, words) => node.setAttribute("aria-label", words),
    title: (node, words) => { node.title = words; },
    placeholder: (node, words) => { node.placeholder = words; },
  };
  for (const [kind, set] of Object.entries(put)) {
    for (const node of root.querySelectorAll(`[data-${kind}]`)) set(node, say(node.dataset[kind]));
  }
}
