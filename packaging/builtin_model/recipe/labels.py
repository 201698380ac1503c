"""Turns the label texts of the classified sets into phrases a person would use."""

from __future__ import annotations

import re

_REWORDED = {
    "track outdoor": "running track, outdoors",
    "temple east asia": "East Asian temple",
    "swimming pool outdoor": "outdoor swimming pool",
    "stage indoor": "stage",
    "stadium football": "football stadium",
    "museum indoor": "museum",
    "monastery outdoor": "monastery",
    "market outdoor": "outdoor market",
    "ice skating rink outdoor": "outdoor ice skating rink",
    "kindergarden classroom": "kindergarten classroom",
    "desert sand": "sandy desert",
    "church outdoor": "church",
    "butchers shop": "butcher's shop",
    "trench": "deep trench",
    "coast": "sea coast",
    "bar": "bar, pub",
    "asparagu": "asparagus",
    "white raddish": "white radish",
    "eggplant trivia card": "eggplant",
    "chilli red": "red chilli",
    "chilli mixed": "chillies",
    "chilli medium": "chilli",
    "capsicum green": "green bell pepper",
    "capsicum mixed": "bell peppers",
    "bell pepper mixed": "bell peppers",
    "jalepeno": "jalapeno",
    "peas packed": "packed peas",
    "peas unpacked": "peas",
    "lettuce cut": "cut lettuce",
    "top": "top, a garment",
    "body": "bodysuit, a garment",
    "longsleeve": "long-sleeved shirt",
    "polo": "polo shirt",
    "outerwear jacket": "jacket",
    "water lilly": "water lily",
    "cellphone": "cell phone, mobile phone",
    "bass": "bass, a fish",
    "rhino": "rhinoceros",
    "cougar body": "cougar",
    "crocodile head": "head of a crocodile",
    "flamingo head": "head of a flamingo",
    "Royal Gala": "red apple",
    "Pink Lady": "pink apple",
    "Red Delicious": "red apple",
    "Golden Delicious": "yellow apple",
    "Granny Smith": "green apple",
    "Anjou": "green pear",
    "Kaiser": "brown pear",
    "Conference": "pear",
    "Satsumas": "mandarin orange",
    "football": "football, soccer",
    "hochiminh mausoleum, Vietnam": "Ho Chi Minh mausoleum in Vietnam",
    "halong bay, Vietnam": "Ha Long bay in Vietnam, rocks in the sea",
    "hue imperial city, Vietnam": "imperial city of Hue in Vietnam",
    "hoian town, Vietnam": "Hoi An old town in Vietnam",
    "sapa rice terraces, Vietnam": "Sapa rice terraces in Vietnam",
    "momos": "momos, dumplings",
    "idli": "idli, rice cakes",
}
"""Labels of the sets that no person would type as they stand, with what they show."""

_SPORTS_SET = "sports22"
_PACKAGE = re.compile(r"^.*?(\w+(?: \w+)?) \(packages\)$")


def label_phrases(set_name: str, label: str) -> tuple[str, ...]:
    """The phrases for one label: reworded, split at commas (synonyms), package brands reduced to their contents."""
    package = _PACKAGE.match(label)
    if package:
        return (f"{package.group(1).lower()} package",)
    text = _REWORDED.get(label, label)
    if "Vietnam" in text:
        return tuple(part.strip() for part in text.split(", "))
    phrases = tuple(part.strip() for part in text.split(", ") if part.strip())
    if set_name == _SPORTS_SET:
        phrases += (f"people doing {phrases[0]}",)
    return phrases
