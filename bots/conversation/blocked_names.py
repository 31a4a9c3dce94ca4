"""The names that no creator's style may have unless the operator says otherwise (``ATELIER_BLOCKED_NAMES``).

Artists who are alive as far as is generally known in 2025, written down from general knowledge and from no list, and a
few plain insults. A name is refused wherever it stands in another; ``creators_policy`` says how they are compared.
"""

ARTISTS = """
Ai Weiwei
Anish Kapoor
Anselm Kiefer
Banksy
Beeple
Bridget Riley
Cai Guo-Qiang
Cindy Sherman
Damien Hirst
David Hockney
Ed Ruscha
Eiichiro Oda
Gerhard Richter
Greg Rutkowski
Hayao Miyazaki
Jeff Koons
Jenny Saville
Julie Mehretu
Katsuhiro Otomo
Kehinde Wiley
Makoto Shinkai
Marina Abramović
Marlene Dumas
Peter Doig
Shepard Fairey
Takashi Murakami
Tracey Emin
Yayoi Kusama
Yoshitomo Nara
Zeng Fanzhi
艾未未
蔡国强
曾梵志
草间弥生
村上隆
宫崎骏
奈良美智
新海诚
"""
INSULTS = """
asshole
bitch
cunt
faggot
fuck
nigger
whore
傻逼
混蛋
"""


def listed(words: str) -> tuple[str, ...]:
    """The names in a text, one a line; empty lines and those that begin with "#" name nobody."""
    lines = (line.strip() for line in words.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


NAMES = (*listed(ARTISTS), *listed(INSULTS))
