"""What a result's bytes say of how it was made: machine-readable labels, as XMP.

The terms are IPTC's (``DigitalSourceType``: a photo composed with what a trained model made, or, where there was no
photo but only words, what such a model made alone) and, where the operator
names a producer, the ``AIGC`` field of the Chinese standard GB 45438-2025, in the XMP namespace that TC260 gave it.
"""

import json
from dataclasses import dataclass
from uuid import uuid4
from xml.sax.saxutils import escape

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
OF_A_PHOTO, OF_WORDS = "compositeWithTrainedAlgorithmicMedia", "trainedAlgorithmicMedia"

PACKET = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/">
<Iptc4xmpExt:DigitalSourceType>{source}</Iptc4xmpExt:DigitalSourceType>
<xmp:CreatorTool>{tool}</xmp:CreatorTool>{aigc}
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


@dataclass(frozen=True, slots=True)
class Labels:
    """``producer`` is the name or code by which the operator is known to GB 45438-2025; empty leaves AIGC out."""

    producer: str = ""


UNNAMED = Labels()


def xmp(made_by: str, labels: Labels, source: str = OF_A_PHOTO) -> bytes:
    """The XMP packet of one result; ``made_by`` names style and version, ``source`` is IPTC's word."""
    tool = escape(f"Atelier, style {made_by}")
    return PACKET.format(source=SOURCE_TYPES + source, tool=tool, aigc=_aigc(labels)).encode()


def _aigc(labels: Labels) -> str:
    if not labels.producer:
        return ""
    fields = {
        "Label": "1",  # certainly made by a machine
        "ContentProducer": labels.producer,
        "ProduceID": uuid4().hex,
        "ReservedCode1": "",
        "ContentPropagator": "",  # for the platform that spreads it to fill in
        "PropagateID": "",
        "ReservedCode2": "",
    }
    return f"\n<TC260:AIGC>{escape(json.dumps(fields, ensure_ascii=False))}</TC260:AIGC>"
