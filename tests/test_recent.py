from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from pinpoint3d.recent import Recent


@given(keys=st.lists(st.integers(0, 9), max_size=60), most=st.integers(1, 5))
def test_the_last_used_are_kept_and_never_more(keys: list[int], most: int) -> None:
    recent: Recent[int, str] = Recent(most)
    for at, key in enumerate(keys):
        assert recent.of(key, lambda k=key: str(k)) == str(key)
        last = list(dict.fromkeys(reversed(keys[: at + 1])))[:most]
        assert len(recent) == len(last)
        assert all(recent.find(k) == str(k) for k in reversed(last))  # in the order of their use


def test_what_is_kept_is_not_made_again() -> None:
    recent: Recent[str, int] = Recent(2)
    made = []
    for key in ("a", "b", "a", "c", "b"):
        recent.of(key, lambda k=key: made.append(k) or len(made))
    assert made == ["a", "b", "c", "b"]
    assert recent.find("a") is None


def test_threads_get_the_same_value() -> None:
    recent: Recent[int, object] = Recent(4)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: recent.of(1, object), range(200)))
    assert len(set(map(id, found))) == 1
