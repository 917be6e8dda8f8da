"""Images that meshes are painted with: PNG and JPEG, at most so many pixels in all."""

import io
import struct
import warnings
import zlib

import numpy as np
from jaxtyping import UInt8

MAX_PIXELS = 64_000_000  # of all the images of a mesh: 192 MB of memory


def decode_texture(
    encoded: bytes, pixels_left: int
) -> tuple[UInt8[np.ndarray, "rows columns 3"] | None, str]:
    """Pixels of an image, or None and what is wrong with it: "is damaged", for example."""
    from PIL import Image  # costs a tenth of a second, and few meshes have textures

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # oddities of palettes and metadata
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(encoded), formats=("PNG", "JPEG")) as image:
                if image.width * image.height > pixels_left:
                    return None, f"has over {pixels_left:,} pixels"
                return np.asarray(image.convert("RGB")), ""
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            return None, f"has over {pixels_left:,} pixels"
        except Image.UnidentifiedImageError:
            return None, "is neither PNG nor JPEG"
        # What the decoders let through for damaged files.
        except (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error):
            return None, "is damaged"
