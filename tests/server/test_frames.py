"""Binary frames: golden bytes that the studio decodes too, and laws."""

import zlib
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinpoint3d import FileFormatError
from pinpoint3d.server.frames import (
    Frame,
    Kind,
    Labels,
    candidates_frame,
    decode,
    delta_frame,
    encode,
    frames_in,
    labels_frame,
    labels_of,
    mask_frame,
    mask_of,
)

# Written by hand from the layout in `frames.py`; the studio's tests decode the same texts.
GOLDEN_LABELS = (
    "5033 03 00 07000000 00000000 0a000000 09000000 09000000 0000 00 00 {crc}"
    "02 03 01 00"  # skip 2, three points of object 1
    "01 02 ac02 05"  # skip 1, two points of object 300, part 5
)
GOLDEN_DELTA = (
    "5033 03 02 08000000 07000000 0a000000 04000000 04000000 0000 00 00 {crc} 04 01 00 00"
)
GOLDEN_MASK = "5033 01 00 07000000 00000000 0a000000 02000000 02000000 0300 02 80 {crc} 03 02"


def golden(text: str) -> bytes:
    """Bytes of a golden text, its checksum filled in."""
    body = bytes.fromhex(text.partition("{crc}")[2])
    return bytes.fromhex(text.replace("{crc}", zlib.crc32(body).to_bytes(4, "little").hex()))


def labels(objects: list[int], parts: list[int]) -> Labels:
    return Labels(np.array(objects, np.uint16), np.array(parts, np.uint8))


SEVEN = labels([0, 0, 1, 1, 1, 0, 300, 300, 0, 0], [0, 0, 0, 0, 0, 0, 5, 5, 0, 0])


def test_golden_labels():
    assert encode(labels_frame(SEVEN, 7)) == golden(GOLDEN_LABELS)
    frame, rest = decode(golden(GOLDEN_LABELS))
    assert (frame.rev, frame.count, rest) == (7, 10, b"")
    assert labels_of(frame).object.tolist() == SEVEN.object.tolist()
    assert labels_of(frame).part.tolist() == SEVEN.part.tolist()


def test_golden_delta():
    after = labels([0, 0, 1, 1, 0, 0, 300, 300, 0, 0], [0, 0, 0, 0, 0, 0, 5, 5, 0, 0])
    assert encode(delta_frame(after, 8, SEVEN, 7)) == golden(GOLDEN_DELTA)
    frame, _ = decode(golden(GOLDEN_DELTA))
    assert frame.delta
    assert frame.base_rev == 7
    assert labels_of(frame, SEVEN).object.tolist() == after.object.tolist()


def test_golden_mask():
    mask = np.zeros(10, bool)
    mask[3:5] = True
    frame = mask_frame(mask, rev=7, object=3, part=2, score=0.5)
    assert encode(frame) == golden(GOLDEN_MASK)
    decoded, _ = decode(golden(GOLDEN_MASK))
    assert (decoded.object, decoded.part) == (3, 2)
    assert decoded.score == pytest.approx(0.5, abs=1 / 255)
    assert mask_of(decoded).tolist() == mask.tolist()


label_arrays = st.integers(0, 300).flatmap(
    lambda n: st.tuples(
        st.lists(st.sampled_from([0, 0, 1, 2, 65_535]), min_size=n, max_size=n),
        st.lists(st.sampled_from([0, 0, 1, 255]), min_size=n, max_size=n),
        st.lists(st.sampled_from([0, 1, 7]), min_size=n, max_size=n),
    )
)


@given(label_arrays)
def test_labels_and_what_changed_come_back(drawn: tuple[list[int], list[int], list[int]]):
    objects, parts, others = drawn
    new, old = labels(objects, parts), labels(others, parts)
    whole, _ = decode(encode(labels_frame(new, 2)))
    delta, _ = decode(encode(delta_frame(new, 2, old, 1)))
    for got in (labels_of(whole), labels_of(delta, old)):
        assert got.object.tolist() == objects
        assert got.part.tolist() == parts


@given(st.lists(st.booleans(), max_size=300))
def test_masks_come_back(values: list[bool]):
    mask = np.array(values, bool)
    frame, _ = decode(encode(mask_frame(mask, rev=0, object=1, part=0, score=1.0)))
    assert mask_of(frame).tolist() == values


def test_a_large_body_is_deflated_and_comes_back():
    body = bytes(range(256)) * 64
    frame, _ = decode(content := encode(Frame(Kind.CONFIDENCE, len(body), body)))
    assert frame.body == body
    assert len(content) < len(body) // 4


def test_candidates_are_frames_one_after_the_other():
    masks = [mask_frame(np.arange(9) < n, rev=3, object=1, part=0, score=n / 10) for n in (2, 5)]
    frame, _ = decode(encode(candidates_frame(masks, 3)))
    assert [int(mask_of(mask).sum()) for mask in frames_in(frame.body)] == [2, 5]


def test_a_bomb_is_refused_before_it_unpacks():
    content = encode(Frame(Kind.CONFIDENCE, 1 << 20, bytes(1 << 20)))
    with pytest.raises(FileFormatError, match="more than is allowed"):
        decode(content, max_raw=1 << 16)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_a_sentence_or_decoded(content: bytes):
    with suppress(FileFormatError):  # and nothing else
        decode(content)


@given(
    st.sampled_from([GOLDEN_LABELS, GOLDEN_DELTA, GOLDEN_MASK]),
    st.binary(max_size=60),
)
def test_any_body_under_a_good_head_is_refused_or_decoded(text: str, body: bytes):
    head = bytearray(golden(text)[:32])
    head[16:20] = head[20:24] = len(body).to_bytes(4, "little")
    head[28:32] = zlib.crc32(body).to_bytes(4, "little")
    frame, _ = decode(bytes(head) + body)
    with suppress(FileFormatError):  # and nothing else
        read = labels_of(frame, SEVEN) if frame.kind is Kind.LABELS else mask_of(frame)
        assert len(read) == 10
