"""How much a passage reads like an order to the coach instead of something about leading people."""

import re

from coach import signals

ADDRESSED = re.compile(
    r"\b(?:system prompt|language model|as an ai\b|you are now|new instructions?|(?:assistant|system|user)\s*:\s)"
    r"|<\|?(?:im_start|im_end|system|endoftext)\|?>|\[/?INST\]|###\s*(?:instruction|system|response)"
    r"|\b(?:assistants?|chat ?bots?|models?|ai|coach) (?:must|should|shall|will|has to|have to|is to|are to) "
    r"(?:now |always |only |then )?(?:say|answer|reply|respond|output|print|tell|recommend|ignore|forget|reveal|send"
    r"|insert|include|end)\b"
    r"|\b(?:in|with|to) your (?:next |final )?(?:answer|reply|response|output)\b.{0,60}"
    r"\b(?:say|include|add|insert|mention|write)\b"
    r"|\b(?:do not|don't|never) (?:tell|mention|reveal|inform|let) (?:this |it |anything )?(?:to )?"
    r"the (?:user|person|reader|human)\b",
    re.I,
)
BY_RULE, BY_ADDRESS = 0.9, 0.8


def steering(text: str) -> float:
    """0 where nothing shows, else how likely the text tries to steer, up to 1."""
    plain = signals.plain(text)
    rules = signals.rules().rules
    if any(rule.search(plain) for name, rule in rules.items() if name.startswith("injection.")):
        return BY_RULE
    return BY_ADDRESS if ADDRESSED.search(plain) else 0.0
