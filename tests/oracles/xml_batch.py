"""What libxml2 makes of documents, and whether what Ringway wrote of them means the same.

A line of input is a JSON list: a document, and what Ringway wrote of it or null. A line of output
is `refused` for what is no XML, `namespaces` where only their use is wrong, `accepted` where
Ringway wrote nothing, `same`, or how both differ.
"""

import json
import sys

from lxml import etree


def meaning(document: str) -> list:
    """Each element in order, without comments, instructions and white space between elements.

    An XMLSyntaxError says in its last argument whether nothing but the use of namespaces is wrong.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(document.encode(), parser)
    except etree.XMLSyntaxError as error:
        error.args += (all(entry.domain_name == "NAMESPACE" for entry in parser.error_log),)
        raise
    for element in root.iter():
        texts = [element.text, *(child.tail for child in element)]
        if len(element) and not any(text and text.strip(" \t\r\n") for text in texts):
            element.text = None
            for child in element:
                child.tail = None
    return [
        [one.tag, sorted(one.attrib.items()), one.text or "", one.tail or "", len(one), one.nsmap]
        for one in root.iter()
    ]


def answer(document: str, written: str | None) -> str:
    """The line about one document."""
    try:
        read = meaning(document)
    except etree.XMLSyntaxError as error:
        return "namespaces" if error.args[-1] else "refused"
    if written is None:
        return "accepted"
    try:
        back = meaning(written)
    except etree.XMLSyntaxError as error:
        return f"what was written is no XML: {error}"
    return "same" if read == back else json.dumps([read, back])


for line in sys.stdin:
    print(answer(*json.loads(line)))
