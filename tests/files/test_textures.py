"""Images that meshes are painted with."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pinpoint3d.files.textures import decode_texture

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.uint8)


def encoded(form: str, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.fromarray(PIXELS).convert(mode).save(out, form)
    return out.getvalue()


def test_a_png_is_read_exactly():
    pixels, reason = decode_texture(encoded("PNG"), 1000)

    assert pixels is not None
    assert np.array_equal(pixels, PIXELS)
    assert reason == ""


@pytest.mark.parametrize(
    ("form", "mode"), [("JPEG", "RGB"), ("PNG", "L"), ("PNG", "P"), ("PNG", "RGBA")]
)
def test_other_kinds_of_png_and_jpeg_become_rgb(form: str, mode: str):
    pixels, _ = decode_texture(encoded(form, mode), 1000)

    assert pixels is not None
    assert pixels.shape == (5, 7, 3)


def test_a_small_file_that_claims_many_pixels_is_refused_by_its_header():
    chunks = (b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0), b"IDAT")
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in chunks
    )

    assert decode_texture(bomb, 64_000_000) == (None, "has over 64,000,000 pixels")


def test_an_image_of_another_kind_is_named_as_such():
    assert decode_texture(encoded("GIF"), 1000) == (None, "is neither PNG nor JPEG")


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([encoded("PNG"), encoded("JPEG")]), st.data())
def test_damaged_images_are_told_by_a_reason(whole: bytes, data: st.DataObject):
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for _ in range(data.draw(st.integers(0, 4)) if damaged else 0):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    pixels, reason = decode_texture(bytes(damaged), 10_000)

    assert (pixels is None) == bool(reason)
