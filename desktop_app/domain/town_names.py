"""What well-known towns are called beside the name that the list of towns has for them: at home, or in English.

Folded as `domain.gazetteer` compares names: lower case without accents.
"""

from __future__ import annotations

OTHER_NAMES = {
    "antwerp": "antwerpen", "athina": "athens", "basle": "basel", "beograd": "belgrade", "berne": "bern",
    "bombay": "mumbai", "bruges": "brugge", "brussel": "brussels", "bruxelles": "brussels",
    "bucuresti": "bucharest", "calcutta": "kolkata", "cologne": "koln", "den haag": "the hague", "dunkirk": "dunkerque",
    "firenze": "florence", "geneva": "geneve", "genf": "geneve", "genova": "genoa", "ghent": "gent", "gothenburg": "goteborg",
    "hanover": "hannover", "kiev": "kyiv", "kobenhavn": "copenhagen", "krakau": "krakow",
    "cracow": "krakow", "leningrad": "saint petersburg", "lisboa": "lisbon", "lucerne": "luzern",
    "madras": "chennai", "mailand": "milan", "milano": "milan", "moskau": "moscow", "moskva": "moscow", "munchen": "munich",
    "napoli": "naples", "neapel": "naples", "new york": "new york city", "nuremberg": "nurnberg", "nyc": "new york city",
    "padova": "padua", "peking": "beijing", "praha": "prague", "prag": "prague", "roma": "rome", "rom": "rome",
    "saigon": "ho chi minh city", "sankt peterburg": "saint petersburg", "seville": "sevilla", "siracusa": "syracuse",
    "torino": "turin", "venezia": "venice", "venedig": "venice", "warschau": "warsaw", "warszawa": "warsaw",
    "washington dc": "washington", "wien": "vienna", "zagabria": "zagreb",
}  # fmt: skip

# As they are typed where the keyboard has no such letters.
_SPELT_OUT = (("ae", "a"), ("oe", "o"), ("ue", "u"))


def other_names(folded: str) -> tuple[str, ...]:
    """Under which other names a town may stand in the list: "munchen" under "munich", "zuerich" under "zurich"."""
    plain = folded
    for written, letter in _SPELT_OUT:
        plain = plain.replace(written, letter)
    known = (OTHER_NAMES.get(name) for name in (folded, plain))
    return tuple(dict.fromkeys(name for name in (*known, plain) if name and name != folded))
