"""Cleans texts that come with the pictures: human captions, and Visual7W's statements made by rule from answers."""

from __future__ import annotations

import re

MINIMUM_LETTERS = 3
_TAKEN = re.compile(
    r"^(?:this|the|a)?\s*(?:picture|photo|photograph|image|scene|pic|shot|was this)?\s*(?:was|is|were)?\s*"
    r"(?:this|the)?\s*(?:picture|photo|photograph|image)?\s*(?:is|was|being|probably|likely)*\s*"
    r"(?:photographed|taken|occurring|happening|located)\s*",
    re.IGNORECASE,
)
_THIS = re.compile(
    r"^(?:this|the|in the)\s+(?:scene|picture|photo|image|photograph|setting|place|location)\s+", re.IGNORECASE
)
_NOBODY = re.compile(
    r"\b(?:no ?one|nobody|none|nothing|unknown|not sure|n/?a|yes|can't see|unseen|not visible)\b", re.IGNORECASE
)
_WHEN = re.compile(r"^(?:when|what time|how|why)\b", re.IGNORECASE)
_LEADING_PREPOSITION = re.compile(
    r"^(?:in|on|at|by|near|during|inside|outside|outdoors|indoors|under|along|behind|from|of|while|"
    r"after|before|through|over|within|next|when|with|against|to|around|beside|into)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"^(?:probably |likely |early |late |mid |in the )*(?:a |the )?(?:day ?time|day ?light|day|night|night ?time|morning|afternoon|"
    r"evening|noon|midday|mid day|dusk|dawn|sunset|sunrise|summer|winter|spring|fall|autumn|daylight hours)\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"\d|\b(?:yesterday|today|recently|last|ago|long|o'?clock|[ap]m|earlier|now|past|present)\b", re.IGNORECASE
)
_DAY = re.compile(
    r"^(?:during |in |at )*(?:the |a )?(?:day|daytime|day time|daylight|daylight hours|day light)$", re.IGNORECASE
)


def clean_caption(text: str) -> str:
    """A human caption without stray spaces and closing punctuation, starting in lower case."""
    text = re.sub(r"\s+", " ", text).strip().strip(".").strip()
    return text[:1].lower() + text[1:] if text else ""


def clean_statement(text: str) -> str:
    """One Visual7W statement as a plain phrase about the picture; empty when it says nothing that can be seen."""
    text = clean_caption(text)
    if _NOBODY.search(text):
        return ""
    if "?" in text:
        question, _, answer = text.partition("?")
        if _WHEN.match(question) or "would" in question or "could" in question or " can " in question:
            return ""
        text = clean_caption(answer)
    elif _TAKEN.match(text):
        text = _TAKEN.sub("", text, count=1)
        return _about_the_picture(clean_caption(text))
    elif _THIS.match(text):
        text = _THIS.sub("", text, count=1)
        return _about_the_picture(clean_caption(text))
    elif text.startswith("this "):
        return _about_the_picture(clean_caption(text[len("this ") :]))
    text = re.sub(r"\s+(?:in|of) (?:the|this) (?:picture|photo|image|photograph)$", "", text)
    return text if len(text) >= MINIMUM_LETTERS else ""


def _about_the_picture(rest: str) -> str:
    """Complete "a photo taken …" from what a rule left of a where or when answer."""
    rest = re.sub(
        r"^(?:(?:photo|picture|image|shot|taken|taking place|happening|is|was|probably|likely)\s+)+", "", rest
    )
    if len(rest) < MINIMUM_LETTERS or _DAY.match(rest) or _CLOCK.search(rest):
        return ""
    if _LEADING_PREPOSITION.match(rest):
        return f"a photo taken {rest}"
    if _TIME.match(rest):
        return f"a photo taken in the {re.sub('^(?:the|a) ', '', rest)}"
    article = "" if re.match(r"^(?:a|an|the|some|someone)\b", rest) else "a "
    return f"a photo taken in {article}{rest}"
