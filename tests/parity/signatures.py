"""TensorFlow's signatures as JSON, asked in TensorFlow's environment: `python -m parity.signatures`."""

from __future__ import annotations

import inspect
import json


def main() -> None:
    import tensorflow as tf
    from tensorflow.python.feature_column import sequence_feature_column as sequences

    places = [tf.feature_column, tf.io, sequences]
    named = {"sequence_mask": tf.sequence_mask, "shared_embeddings": tf.feature_column.shared_embeddings}
    for place in places:
        for name, thing in inspect.getmembers(place, callable):
            named.setdefault(name, thing)
    print(
        json.dumps({name: arguments for name, thing in named.items() if (arguments := arguments_of(thing))})
    )


def arguments_of(thing: object) -> list[str] | None:
    function = thing.__init__ if inspect.isclass(thing) and not issubclass(thing, tuple) else thing
    try:
        return [name for name in inspect.signature(function).parameters if name != "self"]  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


if __name__ == "__main__":
    main()
