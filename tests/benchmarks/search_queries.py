"""Forty questions about what is nowhere in ../shared/photos, and forty about what is there. None of them is used for fitting.

Absent things were checked against the labels, and against contact sheets of the photos without complete labels.
"""

from __future__ import annotations

NONSENSE = (
    "asdfgh qwertz", "blorft snizzle", "xkcd zzzz qqqq", "lorem ipsum dolor sit amet", "7439 2281 9920",
    "gnarfle the garthok", "flim flam wugga", "aaaaaaaaaaaa", "the of and to", "quxbar frobnicate", "mxyzptlk",
    "quarterly interest rates", "null pointer exception", "square root of minus one", "tomorrow's stock prices",
)  # fmt: skip

ABSENT = (
    "an x-ray of a broken leg", "a submarine under water", "a penguin colony", "an octopus", "a camel in the desert",
    "a helicopter", "a giant panda", "a jellyfish", "a flamingo", "a saxophone player", "a chess board", "a telescope",
    "a hot air balloon", "a roller coaster", "fireworks in the night sky", "the Eiffel tower", "a ballet dancer",
    "a bulldozer", "an astronaut on the moon", "an igloo", "strawberries", "a lightning strike", "a windmill",
    "a rainbow", "a scuba diver",
)  # fmt: skip

PRESENT = (
    "a dog", "a bird", "a snake", "a monkey", "a fish", "an insect", "a giraffe", "a zebra", "an elephant",
    "a teddy bear", "pizza", "a tennis player", "a bus in the street", "an airplane", "an umbrella", "a cat",
    "a motorcycle", "a traffic light", "a person on a skateboard", "a baseball game", "a kitchen", "a bathroom", "a cake",
    "broccoli", "people at a table", "a frisbee", "a snowboarder", "a train", "a laptop", "a sandwich", "a scorpion",
    "a lion", "a crab", "a koala", "a sewing machine", "a grand piano", "a bear", "a mushroom", "an accordion", "a canoe",
)  # fmt: skip
