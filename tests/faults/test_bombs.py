"""Small inputs that promise a lot: a typed error, without the work and the memory that they ask for."""

import subprocess
import sys

import pytest

MOST_GROWTH = 8 << 20

# Run in a fresh process. Its peak is read from /proc: what getrusage tells begins at the parent's.
# The limit on address space also catches what is allocated but never touched.
SCRIPT = """
import io, resource, sys
import numpy as np
import colonnade as cn
from reference.oddities import entry, groups, ints, tag, varint, wrap
from reference.records import masked_crc32c
from reference.wire import GROUP, LENGTH

spec = {"a": cn.VarLenFeature("int64"), "b": cn.VarLenFeature("float32"), "c": cn.VarLenFeature("string")}
watches = cn.sequence_categorical_column_with_identity("a", 1000)
encoder = cn.Encoder([cn.embedding_column(watches, 4)])
good = wrap(1, entry(b"a", ints(1, 2, 3)))

def outward(payload, depth):
    # The fields around a list, from the inside out: feature, entry, features, example.
    rings = [lambda p: wrap(3, p), lambda p: wrap(1, wrap(1, b"a") + wrap(2, p)), lambda p: wrap(1, p)]
    for ring in rings[len(rings) - depth:]:
        payload = ring(payload)
    return payload

records = []
for size in (2**27, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**32 + 1, 2**63, 2**64 - 1):
    lie = varint(size)
    for depth in range(4):
        for number in (1, 2, 3, 9):
            records.append(outward(tag(number, LENGTH) + lie + b"\\x01", depth))
for number in (1, 2, 3):
    for depth in range(4):
        nested = tag(number, LENGTH) + varint(2**31 - 1)
        records.append(outward(nested * 1000, depth))
records += [outward(tag(9, GROUP) * 300_000, depth) for depth in range(4)]
records += [outward(groups(150_000), depth) for depth in range(4)]
records.append(wrap(1, wrap(1, wrap(1, b"a") + wrap(2, wrap(3, wrap(1, b"\\x80" * 100_000))))))
records.append(wrap(1, entry(b"a", ints(1)) * 20_000 + b"\\xff"))
records.append(wrap(1, entry(b"a", (ints(1) + wrap(2, b"")) * 20_000 + b"\\xff")))
records.append(wrap(1, b"".join(entry(b"%d" % i, ints(i)) for i in range(10_000)) + b"\\x0a"))

attacks = []
for record in records:
    attacks.append(lambda record=record: cn.parse_example([good, record], spec))
    attacks.append(lambda record=record: encoder.encode_examples([good, record]))

def file_of(length):
    header = length.to_bytes(8, "little")
    return header + masked_crc32c(header).to_bytes(4, "little") + b"few"

for length in (2**27, 2**31 - 1, 2**31, 2**40, 2**63, 2**64 - 1):
    attacks.append(lambda length=length: list(cn.TFRecordReader(io.BytesIO(file_of(length)))))

fixed = {"a": cn.FixedLenFeature((2**12, 2**12), "int64")}
attacks.append(lambda: cn.parse_example([good], fixed))
wide = cn.Encoder([cn.sequence_numeric_column("a", (2**12, 2**12), dtype="int64")])
attacks.append(lambda: wide.encode_examples([good]))
for multiple in (2**36, 2**62, 2**63 - 1):
    padder = cn.Encoder([cn.embedding_column(watches, 4)], pad_to_multiple_of=multiple)
    attacks.append(lambda padder=padder: padder.encode_examples([good] * 8))
    attacks.append(lambda padder=padder: padder.encode({"a": [[1]] * 8}))

def written_later(end):
    serialized = cn.BytesArray.from_list([good, good])
    serialized.offsets[1:] = end
    return serialized

for end in (2**31, 2**62, 2**63 - 1, -1):
    attacks.append(lambda end=end: cn.parse_example(written_later(end), spec))
    attacks.append(lambda end=end: encoder.encode({"a": cn.Ragged(np.arange(3), np.array([0, end]))}))

def refused(attack):
    try:
        attack()
    except cn.errors.ColonnadeError:
        return True
    return False

assert len(attacks) > 250
def status(name):
    return int(dict(line.split(":", 1) for line in open("/proc/self/status"))[name].split()[0]) * 1024

space = status("VmSize") + (64 << 20)
resource.setrlimit(resource.RLIMIT_AS, (space, space))
open("/proc/self/clear_refs", "w").write("5")  # the peak starts again from what is held now
before = status("VmHWM")
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))  # who does the work that was promised never ends
for number, attack in enumerate(attacks):
    assert refused(attack), f"attack {number} was let in"
print(status("VmHWM") - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_bombs_are_refused_cheaply() -> None:
    paths = [path for path in sys.path if path]
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}\n{SCRIPT}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) <= MOST_GROWTH
