"""Judges lines of JSON: `judge.py LINES ANSWERS` writes a `y` or an `n` a line, by Python's own reader with its settings strict."""
import json
import sys

GREATEST_DEPTH = 100


def pairs(members):
    if len({name for name, _ in members}) != len(members):
        raise ValueError("a member twice")
    return dict(members)


def constant(word):
    raise ValueError(word)


def check(value, depth):
    """Refuses lone surrogates, and levels beyond the contract's."""
    if isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, (dict, list)):
        if depth > GREATEST_DEPTH:
            raise ValueError("too deep")
        for part in value:
            check(part, depth)
            if isinstance(value, dict):
                check(value[part], depth + 1)
            else:
                check(part, depth + 1)


def is_accepted(line):
    try:
        text = line.decode("utf-8").removeprefix("\ufeff")
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_int=str, parse_float=str)
        if not isinstance(value, dict):
            return False
        check(value, 1)
        return True
    except (ValueError, RecursionError):
        return False


with open(sys.argv[1], "rb") as lines, open(sys.argv[2], "w") as answers:
    answers.write("".join("y" if is_accepted(line) else "n" for line in lines.read().split(b"\n")))
