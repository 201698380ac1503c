"""The hint must never annoy a person who searches in English, and speak up when a query clearly is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.language_hint import language_hint

ENGLISH = ("English",)

ENGLISH_QUERIES = """
a dog|two dogs on grass|people eating at a table|die cast car|el capitan|los angeles at night|la jolla beach|café con leche
crème brûlée|rio de janeiro|art deco|vin diesel|pas de deux|est 1990|dos and donts|under the bridge|van gogh|sous vide steak
la la land|coq au vin|al fresco|no dogs on the beach|x ray|e bike|MIT campus|tour de france|du pont|dog in Tokyo 東京|ze frank
en plein air|bob and im|IMG_2041|beach 2019|it is mine|die hard|piña colada|naïve art|a la carte
to kill a mockingbird|on the red sofa|met gala|op art|as seen on tv|na na na|os x screenshot|dim sum|med school|i am here
""".replace("\n", "|").split("|")


@pytest.mark.parametrize("query", [query for query in ENGLISH_QUERIES if query])
def test_english_queries_get_no_hint(query: str) -> None:
    assert language_hint(query, ENGLISH) == ""


@pytest.mark.parametrize(
    ("query", "language"),
    [
        ("zwei hunde im schnee", "German"),
        ("ein hund", "German"),
        ("un chien dans la neige", "French"),
        ("une maison avec jardin", "French"),
        ("dos gatos en el sofá", "Spanish"),
        ("niños sobre una mesa", "Spanish"),
        ("due cani sulla spiaggia", "Italian"),
        ("uma casa na praia", "Portuguese"),
        ("het strand", "Dutch"),
        ("kot przy domu", "Polish"),
        ("en hund på gräset", "Swedish"),
        ("bir köpek ve kedi", "Turkish"),
        ("собака на снегу", "Cyrillic script"),
        ("σκύλος", "Greek script"),
        ("كلب على العشب", "Arabic script"),
        ("כלב על הדשא", "Hebrew script"),
        ("कुत्ता घास पर", "Devanagari script"),
        ("สุนัขบนหญ้า", "Thai script"),
        ("눈 속의 개", "Korean"),
        ("犬と猫", "Japanese"),
        ("雪中的狗", "Chinese or Japanese"),
    ],
)
def test_other_languages_are_named(query: str, language: str) -> None:
    assert f"your words look like {language}." in language_hint(query, ENGLISH)


@pytest.mark.parametrize("languages", [("about 100 languages",), ("unknown",), ("English", "German"), ()])
def test_only_a_model_for_english_alone_needs_the_hint(languages: tuple[str, ...]) -> None:
    assert language_hint("zwei hunde im schnee", languages) == ""


@given(st.text(max_size=60))
def test_any_text_is_taken(text: str) -> None:
    assert isinstance(language_hint(text, ENGLISH), str)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x40), max_size=40))
def test_numbers_and_signs_are_no_language(text: str) -> None:
    assert language_hint(text, ENGLISH) == ""


@given(st.lists(st.sampled_from(["hund", "chien", "perro", "the", "стол", "犬", "ein", "une"])))
def test_capitals_and_spaces_change_nothing(words: list[str]) -> None:
    text = " ".join(words)
    assert language_hint(f"  {text.upper()} ", ENGLISH) == language_hint(text, ENGLISH)
