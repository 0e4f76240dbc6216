"""Damaged configs, the same ones in every run."""

import copy
import json
import random

ODD = [
    None,
    True,
    False,
    0,
    1,
    -1,
    2**31,
    2**63,
    -(2**63),
    2**64,
    1.5,
    -0.0,
    1e308,
    "",
    "a",
    "\0",
    "é",
    "string",
    "int64",
    "float32",
    "mean",
    "Encoder",
    "os.system",
    "__class__",
    "lambda: 0",
    "../../etc/passwd",
    [],
    [0],
    [[]],
    [1, 2, 3],
    {},
    {"class": "Encoder"},
    {"class": "Zeros"},
    {"class": "Log1p"},
    {"class": "subprocess.Popen", "args": "id"},
    {"bytes": "AA=="},
    {"bytes": "?"},
    {"float": "nan"},
    {"float": "inf"},
    {"float": 1},
    {"groups": {}},
    {"groups": {"a": []}},
]


def mutations(configs, count, seed=20260102):
    """JSON texts: configs in which values, keys or bytes were replaced, removed, moved or doubled."""
    chance = random.Random(seed)
    for _ in range(count):
        config = copy.deepcopy(chance.choice(configs))
        if chance.random() < 0.3:
            yield _damaged_text(json.dumps(config), chance)
            continue
        for _ in range(chance.choice([1, 1, 1, 2, 5])):
            _damage(config, configs, chance)
        yield json.dumps(config)


def _containers(value):
    if isinstance(value, dict | list):
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from _containers(item)


def _damage(config, configs, chance):
    container = chance.choice(list(_containers(config)))
    places = list(container) if isinstance(container, dict) else list(range(len(container)))
    if not places:
        return
    place = chance.choice(places)
    action = chance.randrange(6)
    if action < 3:
        container[place] = copy.deepcopy(chance.choice(ODD))
    elif action == 3:
        container[place] = copy.deepcopy(chance.choice(list(_containers(chance.choice(configs)))))
    elif action == 4:
        del container[place]
    elif isinstance(container, dict):
        container[chance.choice(["class", "name", "key", "x", "__init__", "groups"])] = container[place]
    else:
        container.append(container[place])


def _damaged_text(text, chance):
    data = bytearray(text.encode())
    for _ in range(chance.choice([1, 1, 2, 8])):
        place = chance.randrange(len(data))
        action = chance.randrange(3)
        if action == 0:
            data[place] = chance.randrange(256)
        elif action == 1:
            del data[place : place + chance.choice([1, 1, 10])]
        else:
            data[place:place] = data[place : place + chance.choice([1, 5, 40])]
    return bytes(data)
