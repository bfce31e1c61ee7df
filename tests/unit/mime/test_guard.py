"""What is unusual about a message, and what is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tuimail.mime.guard import LARGEST, Circumstances, Reason, unusual
from tuimail.mime.mentions import leftover, mentions_attachment, own_words
from tuimail.text.address import make_address

KIM = make_address("Kim Chu", "kim.chu@fabrikam.example")
BEN = make_address("Ben Okafor", "ben@contoso.com")
LEE = make_address("Lee Park", "lee.park@northwind.example")
ORDINARY = Circumstances(
    people=(KIM, BEN),
    subject="Re: Contract",
    body="Kim,\n\nthank you.\n\nAnna\n\nOn Mon Kim Chu wrote:\n> It is attached.\n",
    size=4_000,
    sender="anna@contoso.com",
    came_to="anna@contoso.com",
    earlier=frozenset({"kim.chu@fabrikam.example", "anna@contoso.com"}),
    own_domains=frozenset({"contoso.com"}),
    written_to=frozenset({"kim.chu@fabrikam.example", "ben@contoso.com"}),
)


def reasons(**changes: object) -> list[Reason]:
    return [found.reason for found in unusual(replace(ORDINARY, **changes))]  # type: ignore[arg-type]


def test_an_ordinary_message_is_not_questioned() -> None:
    assert unusual(ORDINARY) == []


def test_a_new_domain_in_a_conversation_is_named_with_the_quote_below() -> None:
    [found] = unusual(replace(ORDINARY, people=(KIM, LEE)))
    assert found.title == "New domain in this conversation"
    assert found.text == (
        "Lee Park at northwind.example was not on the earlier mails."
        " The quoted line below your text was not written for them."
    )
    assert found.domain == "northwind.example"


@pytest.mark.parametrize(
    "changes",
    [
        {"trusted": frozenset({"northwind.example"})},
        {"own_domains": frozenset({"contoso.com", "northwind.example"})},
        {"earlier": frozenset()},  # nothing came before: this is a new message
        {"earlier": frozenset({"kim.chu@fabrikam.example", "someone@northwind.example"})},
    ],
)
def test_a_domain_that_is_known_trusted_or_of_a_new_message_is_not_named(
    changes: dict[str, object],
) -> None:
    assert reasons(people=(KIM, LEE), **changes) == []


@pytest.mark.parametrize(
    ("address", "model"),
    [
        ("kim.chu@fabrlkam.example", "fabrikam.example"),
        ("kim.chu@fabrikarn.example", "fabrikam.example"),
        ("kim.chu@fabrikаm.example", "fabrikam.example"),  # a Cyrillic а
        ("anna@contosso.com", "contoso.com"),
        ("anna@contoso.co", "contoso.com"),
        ("kim.chuu@fabrikam.example", "kim.chu@fabrikam.example"),
        ("kmi.chu@fabrikam.example", "kim.chu@fabrikam.example"),
    ],
)
def test_an_address_that_looks_like_a_known_one_is_named(address: str, model: str) -> None:
    other = replace(ORDINARY, people=(make_address("Kim Chu", address),), earlier=frozenset())
    [found] = unusual(other)
    assert found.title == f"An address that looks like a known one: {address}"
    assert model in found.text


@pytest.mark.parametrize(
    "address",
    [
        "kim.chu@fabrikam.example",
        "tom.chu@fabrikam.example",
        "kim.chu@northwind.example",
        "ben@contoso.com",
        "len@contoso.com",  # short names differ by a letter all the time
    ],
)
def test_a_known_or_a_different_address_is_not_taken_for_another(address: str) -> None:
    assert reasons(people=(make_address("", address),), earlier=frozenset()) == []


def test_a_person_who_was_seen_before_is_not_a_slip() -> None:
    twin = make_address("", "kim.chua@fabrikam.example")
    assert reasons(people=(twin,)) == [Reason.LOOKALIKE]
    assert reasons(people=(twin,), seen=frozenset({"kim.chua@fabrikam.example"})) == []


def test_what_the_numbers_say() -> None:
    crowd = tuple(make_address("", f"p{number}@contoso.com") for number in range(23))
    assert reasons(people=crowd, is_reply_to_all=True) == [Reason.MANY]
    assert reasons(people=crowd, is_reply_to_all=True, most=24) == []
    assert reasons(people=crowd) == []  # written to on purpose
    assert reasons(size=LARGEST) == []
    [found] = unusual(replace(ORDINARY, size=37_500_001))
    assert found.title == "Larger than the server takes: 38 MB of 35 MB"


def test_subject_sender_and_placeholder() -> None:
    assert reasons(subject="  ") == [Reason.SUBJECT]
    assert reasons(came_to="finance@contoso.com") == [Reason.SENDER]
    assert reasons(came_to="") == []
    assert reasons(body="Dear [[name]],\n") == [Reason.PLACEHOLDER]
    assert reasons(subject="TODO") == [Reason.PLACEHOLDER]
    assert reasons(body="> TODO\n") == []


def test_a_check_that_is_switched_off_says_nothing() -> None:
    forgotten = replace(ORDINARY, body="It is attached.", subject="")
    assert len(unusual(forgotten)) == 2
    assert unusual(forgotten, checks=()) == []
    assert [one.reason for one in unusual(forgotten, checks=[Reason.SUBJECT])] == [Reason.SUBJECT]


@pytest.mark.parametrize(
    "said",
    [
        "I have written that into the attached draft.",
        "Please find enclosed the contract.",
        "I have attached your contract.",
        "Anbei die Zahlen.",
        "Die Datei ist im Anhang.",
        "Ich habe den Vertrag angehängt.",
        "Vous trouverez ci-joint le contrat.",
        "Le contrat est en pièce jointe.",
        "Te envío el documento adjunto.",
        "Trova il contratto in allegato.",
        "Segue anexo o contrato.",
        "O contrato vai em anexo.",
        "Bijgevoegd vind je het contract.",
        "Jag bifogar avtalet.",
        "Avtalen er vedlagt.",
        "Kontrakten er vedhæftet.",
        "Sopimus on liitteenä.",
        "W załączniku przesyłam umowę.",
        "Smlouva je v příloze.",
        "Договор во вложении.",
        "Sözleşme ekte.",
        "契約書を添付します。",
        "请见附件。",
        "계약서를 첨부합니다.",
    ],
)
def test_a_forgotten_attachment_is_noticed_in_many_languages(said: str) -> None:
    assert mentions_attachment(f"Hello,\n{said} Bye.") == said
    assert reasons(body=said) == [Reason.ATTACHMENT]
    assert reasons(body=said, files=1) == []


@pytest.mark.parametrize(
    "said",
    [
        "Thank you for the attachment.",
        "Your attachment did not open.",
        "There is no attachment.",
        "Danke für den Anhang im Anhang.",
        "Ihre Anlage ist in Betrieb.",
        "Merci pour la pièce jointe.",
        "Ich hänge an dem Haus.",
        "She is quite unattached.",
        "Die Solaranlage läuft.",
    ],
)
def test_words_that_sound_alike_are_not_a_mention(said: str) -> None:
    assert mentions_attachment(said) == ""


def test_only_the_writers_own_words_count() -> None:
    body = (
        "Own.\n\nOn Mon Kim Chu wrote:\n> It is attached.\nBelow.\n\n"
        "-- \nAnna, attached to Contoso\n"
    )
    assert own_words(body) == "Own.\n\nBelow.\n"
    forwarded = "See below.\n\n---------- Forwarded message ----------\nattached\n"
    assert own_words(forwarded).strip() == "See below."
    assert leftover("[[ ]]") == "[[ ]]"
    assert leftover("todos") == ""
