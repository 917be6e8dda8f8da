"""Click on a 3D scan and get the object and its parts.

Start with `load`, `load_segmenter` and `Session`; `__init__.pyi` lists every public name. Names
are loaded when first used, so that importing the package costs nothing.
"""

import lazy_loader

from pinpoint3d.compiled import find_cache_folder

find_cache_folder()  # before anything imports numba

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
