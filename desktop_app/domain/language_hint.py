"""Say honestly when a query is in a language that the model was not made for.

Conservative: a wrong hint annoys everyone who searches for "die cast car", a missing one only leaves a poor result
unexplained. So a script other than Latin counts at once, but Latin letters only by words that English does not have.
"""

from __future__ import annotations

import re
import unicodedata

ENGLISH = "English"

# Function words by which a language is known. Two different ones, or a third of a short query, make a language, as long
# as one of them is a word that English text does not have, and no English function word stands beside them.
_FUNCTION_WORDS: dict[str, frozenset[str]] = {
    "German": frozenset("und ein eine einem einen einer auf vor zwei drei beim vom zum zur nicht der das am im mit".split()),
    "French": frozenset("une des dans avec aux chez le la les un du et au deux trois sous sur de en".split()),
    "Spanish": frozenset("unos unas tres sobre junto una el la los las un dos del en con y de".split()),
    "Italian": frozenset("gli della nella nel sulla sul degli una il lo di con due tre e del al".split()),
    "Portuguese": frozenset("uma dois duas nas nos pela pelo um com na no da do das dos em os as e de".split()),
    "Dutch": frozenset("het een twee drie bij voor naar met op en de niet".split()),
    "Polish": frozenset("dwa trzy przy jest nad w na z i pod ze".split()),
    "Swedish": frozenset("och ett på av två är vid en med tre under".split()),
    "Turkish": frozenset("bir ile iki için üzerinde ve bu".split()),
}  # fmt: skip

# Of these the ones that also stand in English text, in names of places or as abbreviations ("La Jolla", "El Capitan",
# "van", "MIT", "under"): they count only beside a word that cannot be English.
_ALSO_IN_ENGLISH = frozenset(
    """
    der das am im mit beim le la les un du et au deux trois sous sur de en el los las dos del con y il lo di due tre e al
    um com na no da do das em os as met op w z i pod ze av vid med under ve bu des nas nos
    """.split()
)

_ENGLISH_FUNCTION_WORDS = frozenset("the a an of and with at on to in for from by is are his her their my".split())

# So many ambiguous words of one language together are no accident ("dos gatos en el sofá").
_SURELY_ENOUGH = 3

_SCRIPTS = {
    "CYRILLIC": "Cyrillic script",
    "GREEK": "Greek script",
    "ARABIC": "Arabic script",
    "HEBREW": "Hebrew script",
    "DEVANAGARI": "Devanagari script",
    "BENGALI": "Bengali script",
    "TAMIL": "Tamil script",
    "THAI": "Thai script",
    "HANGUL": "Korean",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "CJK": "Chinese or Japanese",
    "GEORGIAN": "Georgian script",
    "ARMENIAN": "Armenian script",
}


def language_hint(text: str, languages: tuple[str, ...]) -> str:
    """One sentence when the query seems to be in a language that a model of these languages does not understand.

    Empty when it is understood, or when it is not certain what the language is.
    """
    if languages != (ENGLISH,):
        return ""
    language = _foreign_script(text) or _foreign_words(text)
    if not language:
        return ""
    return (
        f"This model understands English; your words look like {language}. "
        "Try them in English, or choose a multilingual model."
    )


def _foreign_script(text: str) -> str:
    """The script of most letters, in plain words, when it is not Latin."""
    letters = [char for char in text if char.isalpha()]
    found: dict[str, int] = {}
    for char in letters:
        script = unicodedata.name(char, "").partition(" ")[0]
        named = _SCRIPTS.get(script)
        if named:
            found[named] = found.get(named, 0) + 1
    if not found or sum(found.values()) * 2 < len(letters):
        return ""
    if "Japanese" in found:  # kana stand among Chinese characters in Japanese
        return "Japanese"
    return max(found, key=lambda name: found[name])


def _foreign_words(text: str) -> str:
    """The language whose function words the text has, when they leave little doubt."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    if _ENGLISH_FUNCTION_WORDS & set(words):
        return ""
    best, most = "", 0
    for language, function_words in _FUNCTION_WORDS.items():
        hits = {word for word in words if word in function_words}
        certain = hits - _ALSO_IN_ENGLISH
        enough = bool(certain) and (len(hits) >= 2 or len(hits) * 3 >= len(words))
        if (enough or len(hits) >= _SURELY_ENOUGH) and len(hits) > most:
            best, most = language, len(hits)
    return best
