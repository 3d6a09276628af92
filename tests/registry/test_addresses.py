from __future__ import annotations

from email.headerregistry import Address
from email.utils import parseaddr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Invalid
from engine.registry import addresses
from engine.registry.contacts import phone_readings

PHONES = {
    "62 3774 3039": "+556237743039",  # the form of F045
    "062 3774-3039": "+556237743039",
    "(62) 98123-4567": "+5562981234567",
    "0 15 62 3774 3039": "+556237743039",  # 15 is a carrier
    "5511999999999": "+5511999999999",  # the form of F158
    "+55 (11) 99999-9999": "+5511999999999",
    "55 3222 1234": "+555532221234",  # 55 is an area, too
    "55999991234": "+5555999991234",
    "5555999991234": "+5555999991234",
    "555532221234": "+555532221234",
    "0800 123 4567": "+558001234567",
    "+1 415 555 2671": "+14155552671",
    " 62\u00a03774\u20113039 ": "+556237743039",
}
NO_PHONES = {
    "": "só dígitos",
    "3774-3039": "falta o DDD",
    "99999-1234": "falta o DDD",
    "62 8123 4567": "nono dígito",
    "00 55 62 3774 3039": "não use 00",
    "62 3774 3039 ramal 2": "sem ramal",
    "62 3774 3039 / 3040": "um número só",
    "62 3774 30399": "não existe",
    "10 3774 3039": "não existe",
    "190": "não existe",
    "0800-FLORES": "só dígitos",
    "６２３７７４３０３９": "só dígitos",
    "62+37743039": "só pode vir no começo",
    "=62 3774 3039": "só dígitos",
    "62 3774 3039\n": None,
}


@pytest.mark.parametrize(("written", "kept"), PHONES.items())
def test_telephones_have_one_form(written, kept):
    assert addresses.phone(written) == kept
    assert addresses.phone(kept) == kept


@pytest.mark.parametrize(("written", "why"), NO_PHONES.items())
def test_a_number_that_cannot_be_known_is_refused_with_a_sentence(written, why):
    if why is None:
        assert addresses.phone(written) == addresses.phone(written.strip())
        return
    with pytest.raises(Invalid) as refused:
        addresses.phone(written)
    assert why in refused.value.detail
    assert refused.value.code == "phone_invalid"


def test_a_landline_is_no_mobile():
    assert addresses.mobile("62 98123 4567") == "+5562981234567"
    with pytest.raises(Invalid, match="fixo"):
        addresses.mobile("62 3774 3039")


def test_whatsapp_takes_digits_only_and_no_number_of_two_countries():
    assert addresses.whatsapp("5511999999999") == "+5511999999999"
    assert addresses.whatsapp("+5511999999999") == "+5511999999999"
    assert addresses.whatsapp("11999999999") == "+5511999999999"
    assert addresses.whatsapp("351912345678") == "+351912345678"
    for wrong, why in (("55 11 99999 9999", "sem espaços"), ("62981234567", "pode ser"), ("551199999999", "nono")):
        with pytest.raises(Invalid, match=why):
            addresses.whatsapp(wrong)


def test_a_sought_number_is_read_in_every_way_it_may_be_kept():
    assert phone_readings("351912345678") == ["+351912345678"]
    assert phone_readings("62981234567") == ["+5562981234567"]
    with pytest.raises(Invalid, match="DDD"):
        phone_readings("3774-3039")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("carla@exemplo.com.br", "carla@exemplo.com.br"),
        ("Carla.M+x@EXEMPLO.Com", "Carla.M+x@exemplo.com"),
        ("o'brien@xn--caf-dma.example", "o'brien@xn--caf-dma.example"),
    ],
)
def test_addresses_keep_their_name_and_lower_their_domain(written, kept):
    assert addresses.email(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "alice@example.org)bob@evil.example",
        "alice@example.org,bob@evil.example",
        "Alice <alice@example.org>",
        '"alice"@example.org',
        '"a@b.example"@example.org',
        "a(x)@example.org",
        "a@b@example.org",
        "a..b@example.org",
        ".a@example.org",
        "a.@example.org",
        " a@example.org",
        "a@example.org\n",
        "a\r\nBcc: b@evil.example@example.org",
        "a@localhost",
        "a@[192.0.2.1]",
        "a@192.0.2.1",
        "a@-x.example",
        "a@exa_mple.org",
        "a@example..org",
        "joão@example.org",
        "a@exämple.org",
        "a@example.org\u200b",
        "a" * 65 + "@example.org",
        "a@" + "b" * 64 + ".example",
        "a@" + "b." * 126 + "example",
        "@example.org",
        "a@",
        "a",
        "",
    ],
)
def test_an_address_that_could_be_read_in_two_ways_is_refused(written):
    with pytest.raises(Invalid) as refused:
        addresses.email(written)
    assert refused.value.code == "email_invalid"


def kept(read, text):
    try:
        return read(text)
    except Invalid:
        return None


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    st.one_of(
        st.text(max_size=20),
        st.text("0123456789+() -", min_size=8, max_size=20),
        st.from_regex(r"\A(55)?[1-9]{2}9?[2-9][0-9]{7}\Z"),
    )
)
def test_any_text_is_refused_or_has_one_form_that_stays(text):
    for read in (addresses.phone, addresses.mobile, addresses.whatsapp):
        found = kept(read, text)
        if found is not None:
            assert found.startswith("+")
            assert found[1:].isdigit()
            assert read(found) == found


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.one_of(st.text('ab.@()<>"\\, -1', max_size=16), st.emails(), st.from_regex(r"\A[a-z.]{1,8}@[a-z.-]{1,12}\Z")))
def test_what_is_taken_for_an_address_is_one_to_mail_libraries_too(text):
    found = kept(addresses.email, text)
    if found is not None:
        assert found.lower() == text.lower()
        assert parseaddr(found) == ("", found)
        assert Address(addr_spec=found).addr_spec == found
