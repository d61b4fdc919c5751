"""A port to German in a few lines, as the forks of vaderSentiment are: python german_sentiment.py [FILE ...]

The lexicon is a dozen words, for show. A real one comes as a file, a word and its value on each line with a tab between them:
`SentimentIntensityAnalyzer(lexicon="path")`.
"""

import sys
from pathlib import Path

from text_processor.vader import SentimentIntensityAnalyzer

GERMAN = SentimentIntensityAnalyzer(
    lexicon={
        "gut": 1.9,
        "großartig": 3.1,
        "schön": 2.2,
        "liebe": 2.9,
        "lohnt": 1.4,
        "schlecht": -2.5,
        "langweilig": -1.8,
        "enttäuschend": -2.3,
        "zeit verschwendet": -2.4,  # a phrase counts as one word
    },
    boosters={"sehr": 0.293, "wirklich": 0.293, "ein bisschen": -0.293, "kaum": -0.293},
    negations=["nicht", "kein", "keine", "nie", "niemals", "ohne"],
    idioms={"auf den hund": -2.0, "hand und fuß": 2.0},
    # What other words do in English. Those without a counterpart are left out, such as "no", which is no German word.
    words={"but": ["aber", "jedoch"], "no": [], "or": [], "kind": [], "of": [], "never": [], "least": [], "at": []},
)

EXAMPLES = [
    "Der Film ist gut.",
    "Der Film ist nicht gut.",
    "Der Anfang ist wirklich SCHÖN, aber das Ende ist enttäuschend.",
    "Was die Leute sagen, hat Hand und Fuß, das lohnt!",
    "Ich habe meine Zeit verschwendet.",
]


def main():
    texts = [line for name in sys.argv[1:] for line in Path(name).read_text(encoding="utf-8").splitlines()] or EXAMPLES
    for text, compound in zip(texts, GERMAN.compound(texts), strict=True):
        print(f"{compound:7.4f}  {text}")


if __name__ == "__main__":
    main()
