"""Stored tokens: what is written is read again, and nothing else is."""

from zlib import crc32

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.runtime import walk
from engine.runtime.codec import dumps, loads
from engine.runtime.movement import Stuck
from engine.runtime.tokens import microseconds

SETTINGS = settings(derandomize=True, deadline=None, max_examples=300, database=None)


@pytest.fixture(scope="module")
def states(drawn, now, tables):
    """A few states of one process, with every kind of token."""
    process = drawn("atendimento")
    found = []

    def keep(movement):
        found.append(movement.state)
        return process, movement.state, movement.place

    rest = ({"priority": "alta"}, now, tables)
    at = keep(walk.begin(process, *rest))
    at = keep(walk.advance(*at, "assume", *rest))
    keep(walk.advance(*at, "pergunta", *rest))
    keep(walk.advance(*at, "resolve_ja", *rest))
    at = keep(walk.advance(*at, "chama", *rest))
    at = keep(walk.advance(*at, "agenda", *rest))
    at = keep(walk.advance(*at, "executa", *rest))
    photos = next(token.token for token in walk.live(*at[:2]) if token.element == "fotos")
    keep(walk.finish(*at, photos, "done", *rest))
    return process, found


def read(process, state):
    """Read it, insisting that nothing but the refusal we promise comes of it."""
    try:
        return loads(process.rests, process.key, state)
    except Stuck as stuck:
        kind = stuck.kind
    assert kind == "state"
    return None


def signed(body):
    return body + crc32(body).to_bytes(4, "big")


def test_what_is_written_is_read_again(states):
    process, found = states
    for state in found:
        tokens = loads(process.rests, process.key, state)
        assert dumps(process.key, tokens) == state
        assert len(state) < 250


def test_no_token_is_no_byte(states):
    process, _ = states
    assert dumps(process.key, ()) == b""
    assert loads(process.rests, process.key, b"") == ()


def test_every_damaged_byte_and_every_cut_is_refused(states):
    process, found = states
    for state in found:
        for index in range(len(state)):
            for flip in (1, 0x80):
                damaged = bytearray(state)
                damaged[index] ^= flip
                assert read(process, bytes(damaged)) is None
            assert index == 0 or read(process, state[:index]) is None
        assert read(process, state + b"\0") is None


def test_another_process_s_state_is_refused(states, drawn):
    _, found = states
    for state in found:
        assert read(drawn("visita"), state) is None


def test_a_refusal_names_the_way_out(states):
    process, found = states
    with pytest.raises(Stuck) as stuck:
        walk.live(process, found[0][:-1])
    assert (stuck.value.kind, stuck.value.process) == ("state", "atendimento")
    assert "realocamento" in stuck.value.detail


@SETTINGS
@given(data=st.binary(max_size=200))
def test_random_bytes_are_refused(data, states):
    process, _ = states
    assert data == b"" or read(process, data) is None
    assert read(process, signed(b"\x01" + data)) is None


PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=8)
    | st.binary(max_size=16)
)
TREES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
)


@SETTINGS
@given(data=st.data())
def test_what_is_signed_but_says_something_else_is_refused_or_read_as_it_says(data, states):
    process, found = states
    content = msgpack.unpackb(data.draw(st.sampled_from(found))[1:-4])
    _spoil(data, content)
    state = signed(b"\x01" + msgpack.packb(content))
    tokens = read(process, state)
    assert tokens is None or dumps(process.key, tokens) == state


def _spoil(data, content):
    """Put something else somewhere into the nested lists."""
    here = content
    while True:
        index = data.draw(st.integers(0, len(here) - 1))
        if not isinstance(here[index], list) or not here[index] or data.draw(st.integers(0, 3)) == 0:
            break
        here = here[index]
    match data.draw(st.sampled_from(("other", "drop", "double"))):
        case "other":
            here[index] = data.draw(TREES | st.sampled_from(("aberto", "assistencia", "fecha", "End", "prazo")))
        case "drop":
            del here[index]
        case "double":
            here.insert(index, here[index])


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [[]],
        [["End"]],
        [["do_aberto"]],
        [["aberto", None]],
        [["pesquisa"]],
        [["pesquisa", b"short"]],
        [["pesquisa", "x" * 16]],
        [["pesquisa", b"x" * 16], ["pesquisa", b"x" * 16]],
        [["aguardando"]],
        [["aguardando", ["silencio"]]],
        [["aguardando", ["silencio", None]]],
        [["aguardando", ["silencio", True]]],
        [["aguardando", ["silencio", 2**63]]],
        [["aguardando", ["respondeu", 1]]],
        [["aguardando", ["lembra", 1, "lembra", 1]]],
        [["aguardando", ["lembra", 1, "silencio", 1]]],
        [["aguardando", ["prazo", 1]]],
        [["assistencia", [], []]],
        [["assistencia", [["aberto"]], []]],
        [["assistencia", [["fecha", "f4"]], []]],
        [["assistencia", [["fecha", "f9"], ["fecha", "f10"]], []]],
        [["assistencia", [["a_agendar"]]]],
        [["aberto"]] * 21,
        [{"aberto": 1}],
        "aberto",
    ],
)
def test_what_no_step_writes_is_refused(rows, states):
    process, _ = states
    assert read(process, signed(b"\x01" + msgpack.packb(["atendimento", rows]))) is None


def test_the_same_by_hand_is_read_where_it_is_right(states, now):
    process, _ = states
    due = microseconds(now)
    for rows in ([["aguardando", ["respondeu", None, "silencio", due]]], [["pesquisa", b"x" * 16], ["aberto"]]):
        tokens = read(process, signed(b"\x01" + msgpack.packb(["atendimento", rows])))
        assert tokens is not None
        assert len(tokens) == len(rows)


def test_a_newer_format_is_refused(states):
    process, found = states
    assert read(process, signed(b"\x02" + found[0][1:-4])) is None
