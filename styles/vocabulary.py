"""What words mean, in English and Chinese: the lists that `styles.words` looks up.

To add a word: write it into the line of what it means. A new keyword goes to the end of MEANINGS
and of its kind in KINDS, since a trained network counts them by their place.
"""

from collections.abc import Mapping

MEANINGS: Mapping[str, str] = {
    "sea": "ocean beach coast coastal shore seaside seashore wave surf bay marine tide seascape 海 大海 海洋 "
    "海边 海滩 海岸 沙滩 海浪 海湾 波浪",
    "harbour": "harbor port dock quay pier marina wharf haven jetty 港 港口 海港 港湾 码头 渔港 渡口",
    "lake": "pond lagoon loch lakeside tarn 湖 湖泊 湖边 湖面 湖水 池塘",
    "river": "stream creek brook canal riverside waterfall falls rapids 河 江 河流 河边 江河 小河 溪 小溪 "
    "溪流 运河 瀑布",
    "mountain": "mount peak summit alp alpine mountainous ridge cliff volcano 山 山脉 高山 群山 大山 山峰 "
    "山岭 峰 悬崖 火山",
    "hill": "hilly hillside valley slope highland dale knoll moor 丘 丘陵 山丘 小山 山坡 山谷 高地",
    "forest": "wood woodland jungle grove rainforest taiga 森林 树林 林 丛林 雨林 竹林 竹海 松林 林海",
    "meadow": "field grass grassland pasture prairie steppe plain farmland farm lawn savanna savannah 草地 "
    "草原 田野 田 原野 草坪 稻田 麦田 牧场 平原",
    "desert": "dune sahara oasis gobi arid 沙漠 大漠 沙丘 戈壁 荒漠",
    "island": "isle islet atoll archipelago 岛 岛屿 小岛 群岛",
    "city": "town downtown skyline skyscraper metropolis urban street cityscape megacity 城市 都市 城 街 街道 "
    "市区 摩天楼 高楼 上海 北京 香港 夜市",
    "village": "hamlet countryside rural settlement 村 村庄 乡村 乡下 小镇 镇 村落 农村 古镇",
    "garden": "park orchard yard vineyard 花园 园林 公园 果园 庭院 园",
    "dawn": "sunrise morning daybreak aurora 黎明 拂晓 清晨 早晨 早上 晨 破晓 日出 朝霞 晓",
    "day": "daytime daylight noon midday afternoon 白天 白昼 白日 中午 正午 下午 日间",
    "sunset": "dusk evening twilight sundown nightfall eve afterglow 日落 黄昏 傍晚 夕阳 落日 晚霞 暮 暮色 夕",
    "night": "midnight nighttime nocturnal nocturne 夜 夜晚 夜里 晚上 深夜 午夜 夜色 夜景 夜空 半夜 晚",
    "clear": "cloudless 晴 晴朗 晴空 万里无云",
    "misty": "mist fog foggy haze hazy smoky vapour vapor 雾 雾中 雾气 薄雾 大雾 浓雾 迷雾 朦胧 烟雨 烟波 霭",
    "cloudy": "cloud overcast clouded grey gray 云 多云 阴天 阴 乌云 白云 云彩",
    "rain": "rainy raining drizzle drizzly shower downpour wet rainfall umbrella 雨 下雨 雨中 雨天 小雨 大雨 细雨 烟雨",
    "storm": "stormy thunder lightning tempest typhoon hurricane gale thunderstorm squall wind windy "
    "暴风雨 风暴 雷雨 台风 闪电 打雷 狂风 暴雨 雷电 风雨",
    "snow": "snowy snowing snowfall blizzard snowstorm snowfield snowflake snowcapped 雪 下雪 雪中 大雪 暴雪 "
    "暴风雪 雪地 雪景 雪花 风雪",
    "spring": "springtime vernal april 春 春天 春季 春日 三月 四月",
    "summer": "summertime midsummer july august 夏 夏天 夏季 夏日 七月 八月",
    "autumn": "fall autumnal october november harvest 秋 秋天 秋季 秋日 秋叶 落叶 红叶 枫叶 枫 十月",
    "winter": "wintry wintertime midwinter december january frost frozen ice 冬 冬天 冬季 冬日 冰 冰雪 霜 腊月",
    "sun": "sunny sunshine sunlight sunlit 太阳 阳光 日光 骄阳 朝阳 日出 夕阳 落日",
    "moon": "moonlight moonlit crescent lunar moonrise 月 月亮 月光 明月 满月 新月 圆月 月色",
    "stars": "star starry starlight starlit constellation galaxy 星 星星 星空 星光 繁星 星夜 银河 群星",
    "boat": "ship sail sailing sailboat yacht ferry vessel schooner canoe raft junk fisherman 船 小船 帆船 "
    "渔船 舟 小舟 帆 轮船 船只 渔舟",
    "house": "cottage cabin hut barn farmhouse lodge chalet 房 房子 房屋 屋 小屋 木屋 农舍 人家 茅屋",
    "tower": "lighthouse pagoda steeple beacon windmill belfry spire church 塔 灯塔 宝塔 高塔 钟楼 教堂 风车",
    "bridge": "viaduct aqueduct footbridge 桥 大桥 石桥 小桥 木桥",
    "tree": "pine oak birch willow palm cypress maple fir 树 树木 大树 松树 柳树 松 柳 古树 椰树",
    "castle": "fortress palace fort ruin chateau citadel 城堡 宫殿 堡垒 古堡 宫 要塞",
    "road": "path trail lane highway track pathway 路 道路 小路 公路 大路 小径 山路",
    "birds": "bird gull seagull swallow crow goose geese swan crane flock heron 鸟 飞鸟 小鸟 海鸥 燕子 大雁 "
    "鹤 雁 天鹅 鸥",
    "flowers": "flower bloom blossom rose tulip poppy poppies lavender sunflower daisy daisies floral blooming "
    "花 花朵 鲜花 花海 玫瑰 向日葵 薰衣草 野花 郁金香 开花",
    "calm": "quiet peaceful serene still tranquil silent stillness peace serenity 平静 宁静 安静 静 静谧 安宁 寂静",
    "golden": "gold amber yellow gilded 金 金色 金黄 金黄色 黄色 黄金",
    "blue": "azure navy cobalt turquoise indigo 蓝 蓝色 碧蓝 蔚蓝 湛蓝 深蓝",
    "red": "crimson scarlet ruby vermilion 红 红色 火红 赤 绯红 深红",
    "pink": "rosy magenta 粉 粉色 粉红 粉红色 桃红",
    "dark": "darkness gloomy shadow shadowy black moody sombre somber dim 黑 黑暗 黑色 昏暗 暗 阴暗 幽暗 漆黑",
    "bright": "luminous vivid radiant shining brilliant dazzling 明亮 亮 光明 明媚 灿烂 鲜艳",
    "warm": "hot cozy cosy warmth heat 暖 温暖 暖和 炎热 热 温馨",
    "cold": "chilly icy frosty freezing frigid 冷 寒冷 寒 冰冷 严寒 清冷",
}
"""Each keyword with its synonyms, in the order of a network's labels. Words of two are joined by a hyphen."""

KINDS: tuple[tuple[str, ...], ...] = tuple(
    tuple(kind.split())
    for kind in (
        "sea harbour lake river mountain hill forest meadow desert island city village garden",
        "dawn day sunset night",
        "clear misty cloudy rain storm snow",
        "spring summer autumn winter",
        "sun moon stars boat house tower bridge tree castle road birds flowers",
        "calm golden blue red pink dark bright warm cold",
    )
)
"""Places, times, weathers, seasons, things, moods."""

_COMPOUNDS: Mapping[str, str] = {
    "sea sun": "日照海",
    "sea boat": "seafarer 出海",
    "mountain sea": "山海",
    "mountain river": "山水 江山 fjord",
    "mountain lake": "山湖 天池",
    "mountain forest": "山林",
    "mountain village": "山村",
    "mountain snow": "snow-mountain 雪山 冰山 glacier",
    "mountain castle": "great-wall 长城",
    "mountain cloudy": "云海",
    "mountain dark": "黑山",
    "island sea": "海岛",
    "sea city": "海城",
    "river village": "水乡 江南",
    "lake city": "西湖 杭州",
    "city river": "venice 威尼斯",
    "city night": "夜城 neon",
    "meadow snow": "雪原 tundra",
    "forest snow": "雪林",
    "spring flowers": "春花",
    "spring flowers pink": "cherry-blossom sakura 樱花 桃花",
    "winter flowers red": "梅花",
    "night stars": "星夜",
    "dawn sun": "sunrise 日出 朝阳 旭日",
    "sunset sun": "sundown 夕阳 落日",
    "clear day": "晴天",
    "clear sun": "sunny",
    "birds sea": "海鸥",
    "boat harbour": "渔港",
    "misty rain": "烟雨",
    "autumn red": "红叶 枫叶",
    "bright sun": "烈日",
    "": "还 星期 月份 个月 一月份 风景 风格 风光 花费 花样 江湖 金属 海报 海拔 明天 路人 家里 黑白 铁路局 "
    "树立 热爱 热情 城管 漂亮 冷静 春节 秋千 花生",
}
"""Words that mean several things at once, or none: those hide a shorter word in them that would mean something else."""

SIMPLIFIED = str.maketrans(
    "霧島嶼樹橋鄉雲陰風颱藍紅黃陽頭邊灣灘漁碼運脈嶺懸葉楓莊鎮農園燈鐘樓車寶宮鳥鷗鶴靜寧謐溫熱燦"
    "爛豔鮮嚴閃電曉無萬裡裏氣濃煙靄鬱徑場麥叢峯隻輪滿圓間銀開鵝壘報節鐵費樣還屬櫻長臘驕鬆個緋細穀",
    "雾岛屿树桥乡云阴风台蓝红黄阳头边湾滩渔码运脉岭悬叶枫庄镇农园灯钟楼车宝宫鸟鸥鹤静宁谧温热灿"
    "烂艳鲜严闪电晓无万里里气浓烟霭郁径场麦丛峰只轮满圆间银开鹅垒报节铁费样还属樱长腊骄松个绯细谷",
)
"""Traditional signs to simplified ones, as far as the words above hold them."""


def _looked_up(chinese: bool) -> dict[str, tuple[str, ...]]:
    """Return each word's keywords: of a compound first, so that what also stands in one line keeps the fuller sense."""
    found: dict[str, tuple[str, ...]] = {}
    for meaning, words in (*_COMPOUNDS.items(), *((key, f"{key} {words}") for key, words in MEANINGS.items())):
        for word in words.split():
            if word.isascii() is not chinese:
                found.setdefault(word, tuple(meaning.split()))
    return found


ENGLISH: Mapping[str, tuple[str, ...]] = _looked_up(chinese=False)
CHINESE: Mapping[str, tuple[str, ...]] = _looked_up(chinese=True)
