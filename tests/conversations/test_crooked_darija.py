"""Darija as people type it, in both scripts: half answers, questions asked back, names, slips, second thoughts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conversation import Surface
from knowledge.reference import Reference, read_reference
from storage import journeys, staff
from tests.talk import Talk

Begin = Callable[..., Talk]
TO_CATEGORY = {"ary": ("بغيت نتسجل", "كنوافق", "1"), "ary-Latn": ("bghit ntsejel", "kanwafe9", "1")}
SORRY = {"ary": "سمحو لينا", "ary-Latn": "Smho lina"}


def reach(person: Talk, form: str, *said: str) -> str:
    """Open the enrolment and go on to the question behind `said`; the last answer."""
    answer = ""
    for text in (*TO_CATEGORY[form], *said):
        answer = person.say(text)
    return answer


def filed(person: Talk) -> dict[str, object]:
    """What stands after the confirmation."""
    with person.database.read() as connection:
        found = journeys.latest_of(connection, 1)
    assert found is not None, "\n".join(person.transcript)
    return dict(found.answers)


@pytest.mark.parametrize(
    ("form", "name"),
    [
        *(("ary", name) for name in ("علي", "نعيمة", "رجاء", "إيمان", "حياة", "مباركة", "سي محمد", "سميتي هي نعيمة")),
        *(("ary-Latn", name) for name in ("ali", "salma", "thami", "iman", "raja", "farid", "smiyti hassan amrani")),
    ],
)
def test_a_name_is_a_name_even_if_it_sounds_like_a_wish(talk: Begin, form: str, name: str) -> None:
    """Salma is no greeting, Ali no goodbye, Iman no menu: the town is asked next."""
    person = talk()
    answer = reach(person, form, "15 3am" if form == "ary-Latn" else "15 عام", name)
    assert "Sefrou" in answer or "صفرو" in answer, "\n".join(person.transcript)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        *(
            ("ary", said)
            for said in (
                "لا",
                "واخا",
                "شكرا",
                "واحد",
                "مابغيتش نعطي سميتي",
                "لا عمري بعت برا",
                "22",
                "علاش؟",
                "كنبيع لواحد مول البازار فمراكش وهو كيصيفطها",
            )
        ),
        *(("ary-Latn", said) for said in ("la", "wakha", "chokran", "ma3reftch", "3lach smiya?", "wach darori smiya")),
    ],
)
def test_what_is_no_name_is_not_kept_as_one(talk: Begin, form: str, said: str) -> None:
    """Yes, no, thanks, numbers and questions are answered, and the name is asked again."""
    person = talk()
    asked = reach(person, form, "معلم" if form == "ary" else "m3allem")
    answer = person.say(said)
    again = asked.split("؟" if form == "ary" else "?")[0]
    assert again.split()[0] in answer, "\n".join(person.transcript)
    assert "Sefrou" not in answer
    assert "صفرو" not in answer


@pytest.mark.parametrize(
    ("said", "explains"),
    [
        ("chno hiya m3allem?", "10 snin"),
        ("chno lfer9 binathom?", "3 snin"),
        ("شنو هو المعلم", "10 سنين"),
    ],
)
def test_a_question_asked_back_is_explained_and_not_taken_as_the_answer(talk: Begin, said: str, explains: str) -> None:
    """201cWhat is a master artisan?" names one without being one."""
    person = talk()
    asked = reach(person, "ary-Latn" if said.isascii() else "ary")
    answer = person.say(said)
    assert explains in answer, "\n".join(person.transcript)
    assert asked.splitlines()[-1] in answer
    assert person.last is not None
    assert len(person.last.choices) == 4


@pytest.mark.parametrize(
    ("form", "said"), [("ary", "نعم"), ("ary-Latn", "ah"), ("ary", "لا"), ("ary-Latn", "oui wakha")]
)
def test_yes_or_no_to_a_list_asks_for_a_choice(talk: Begin, form: str, said: str) -> None:
    """Neither answers "who are you?": the choices come again, and nothing is guessed."""
    person = talk()
    reach(person, form)
    answer = person.say(said)
    assert SORRY[form] in answer
    assert person.last is not None
    assert len(person.last.choices) == 4, "\n".join(person.transcript)


@pytest.mark.parametrize(("form", "said"), [("ary", "نعم"), ("ary-Latn", "ah"), ("ary", "لا"), ("ary-Latn", "la")])
def test_yes_or_no_is_no_town_and_no_craft(talk: Begin, form: str, said: str) -> None:
    """201cWe do not know the craft yes" is never said."""
    person = talk()
    reach(person, form, "2", "حسن" if form == "ary" else "hassan")
    for real in ("فاس", "الزربية"):
        assert f": {said}" not in person.say(said), "\n".join(person.transcript)
        person.say(real)


def test_the_third_miss_apologises_once(talk: Begin) -> None:
    """One "sorry" a message, and the way to a person in it."""
    person = talk()
    reach(person, "ary-Latn")
    for nonsense in ("asdf qsdf", "qsdf wxcv", "wxcv zzz"):
        answer = person.say(nonsense)
        assert answer.count("Smho lina") == 1, "\n".join(person.transcript)
    assert "chi wahd" in answer


@pytest.mark.parametrize(("form", "word"), [("ary", "شي حد"), ("ary-Latn", "chi wahd")])
def test_the_word_for_a_person_works_under_every_list(talk: Begin, form: str, word: str) -> None:
    """The word we tell people to write is a person, not "one"."""
    person = talk(Surface.SMS)
    reach(person, form)
    person.say(word)
    with person.database.read() as connection:
        assert [kind for _, kind, _, _ in staff.waiting(connection)] == ["person"], "\n".join(person.transcript)
    assert person.last is not None
    assert len(person.last.choices) == 4


def test_lists_of_places_are_not_taken_for_misses(talk: Begin) -> None:
    """From a village nobody knows to its region and province, without an apology."""
    person = talk()
    reach(person, "ary", "2", "حسن")
    answers = [person.say("دوار كذا وكذا"), person.say("دوار كذا وكذا"), person.say("9"), person.say("3")]
    assert not any("سمحو" in answer for answer in answers), "\n".join(person.transcript)
    assert person.last is not None
    assert len(person.last.choices) > 5  # the crafts


def test_two_wishes_are_asked_which_first(talk: Begin) -> None:
    """Training and fairs in one sentence: the two are offered."""
    person = talk()
    person.say("بغيت نتسجل")
    person.say("كنوافق")
    person.say("بغيت التكوين وبغيت نمشي للمعارض")
    assert person.last is not None
    assert [choice.label for choice in person.last.choices][:2] == ["التكوين", "المعارض"], "\n".join(person.transcript)
    assert len(person.last.choices) == 3


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("ary", "أنا صنايعي من صفرو وكنخدم الزربية عندي خمسة عشر عام"),
        ("ary-Latn", "ana mn sefrou kankhdem zrabi 3ndi 15 3am"),
    ],
)
def test_what_is_told_in_one_breath_is_not_asked_again(talk: Begin, form: str, said: str) -> None:
    """Town and craft told with the years: after the name comes the register."""
    person = talk()
    answer = reach(person, form, said, "حسن أمراني" if form == "ary" else "hassan amrani")
    assert "RNA" in answer, "\n".join(person.transcript)


def test_what_is_told_too_early_is_noted(talk: Begin) -> None:
    """Town and craft told where the category is asked: noted, and the category asked again."""
    person = talk()
    answer = reach(person, "ary", "كنخدم الزربية فمدينة صفرو")
    assert answer.startswith("واخا"), "\n".join(person.transcript)
    person.say("صنايعي")
    assert "RNA" in person.say("فاطمة العلوي")


def test_the_3_and_the_9_of_latin_darija_are_letters(talk: Begin) -> None:
    """201cma3rftch" is no register number that could not be read."""
    person = talk()
    reach(person, "ary-Latn", "m3allem", "hassan", "fes", "zrabi")
    answer = person.say("wah 3ndi walakin nsit had l9adiya")
    assert "Ma9dernach n9raw had ra9m" not in answer, "\n".join(person.transcript)


def test_a_number_below_ten_is_no_year(talk: Begin) -> None:
    """9 under four choices is a slip, 15 is years."""
    person = talk(Surface.SMS)
    reach(person, "ary")
    assert "4" in person.say("9").splitlines()[0]
    assert "صفرو" not in person.say("15")
    assert person.last is not None
    assert not person.last.choices  # the name


def test_a_name_is_corrected_with_its_new_value(talk: Begin) -> None:
    """201cNo, the name is …" in one message: taken, noted, and on with the pending question."""
    person = talk()
    asked = reach(person, "ary", "صنايعي", "محمد العلوي")
    answer = person.say("لا غلطت السمية هي أحمد العلوي")
    assert asked in answer, "\n".join(person.transcript)
    for text in ("فاس", "الزربية", "لا", "ماعنديش", "لا"):
        person.say(text)
    assert person.last is not None
    assert "أحمد العلوي" in person.last.text, "\n".join(person.transcript)


def test_a_list_of_fields_is_left_by_answering(talk: Begin) -> None:
    """Who was shown "what do you want to change?" by mistake simply goes on."""
    person = talk()
    reach(person, "ary-Latn", "m3allem", "hassan")
    person.say("ghalat")
    person.say("Marrakech")
    assert person.last is not None
    assert len(person.last.choices) > 5, "\n".join(person.transcript)  # the crafts


def test_stop_is_understood_in_latin_letters_too(talk: Begin) -> None:
    """STOP leaves, after asking; "rje3" at that question goes on."""
    person = talk(Surface.SMS)
    asked = reach(person, "ary-Latn")
    person.say("STOP")
    assert asked.splitlines()[-1] in person.say("rje3"), "\n".join(person.transcript)
    person.say("stop")
    assert "ntsejel" in person.say("ah")


def test_own_data_in_the_middle_are_read_back_without_foreign_choices(talk: Begin) -> None:
    """The answers so far, then the pending question: no button of another matter under it."""
    person = talk()
    reach(person, "ary", "صنايعي", "فاطمة")
    answer = person.say("شنو المعلومات اللي عندكم عليا")
    assert "فاطمة" in answer, "\n".join(person.transcript)
    assert "صفرو" in answer.splitlines()[-1]
    assert person.last is not None
    assert not person.last.choices
    person.say("بغيت نسحب الطلب")
    assert not person.last.choices


@pytest.mark.parametrize("surface", [Surface.SMS, Surface.WHATSAPP])
def test_after_the_reference_in_latin_darija(talk: Begin, surface: Surface) -> None:
    """Status, a change by naming the field, and withdrawal, in the words of our own labels."""
    person = talk(surface)
    person.say("bghit ntsejel")
    person.say("kanwafe9")
    person.say("ma3reftch")  # passes the programme over
    for text in ("20 3am", "hassan amrani", "kaza", "khayat", "la", "ma3ndich", "la mazal"):
        person.say(text)
    reference = person.say("ah sahih").split("M", 1)[1].split()[0]
    assert isinstance(read_reference(f"M{reference}"), Reference), "\n".join(person.transcript)
    assert reference in person.say("fin wsel talab")
    person.say("bghit nbeddel lmdina")
    person.pick("Lmdina")
    summary = person.say("mohammedia")
    assert "Mohammedia" in summary, "\n".join(person.transcript)  # what was passed over is not asked again
    assert reference in person.say("ah")
    assert filed(person)["category"] == "maitre_artisan"
    assert reference in person.say("nsheb talab")


def test_the_summary_of_a_cooperative_fits_one_sms(talk: Begin) -> None:
    """Every fact and the question in three segments of Arabic letters; each line says what it is about."""
    person = talk(Surface.SMS)
    reach(
        person, "ary", "تعاونية", "خديجة بنعلي", "تعاونية النور للنسيج", "صفرو", "الزربية", "45872", "001561191000066"
    )
    summary = person.say("بعت لفرنسا و إسبانيا")
    assert summary.splitlines()[-1] == "واش صحيح؟", "\n".join(person.transcript)
    assert person.last is not None
    assert [choice.label for choice in person.last.choices] == ["نعم، صحيح", "نبدل"]


@pytest.mark.parametrize(("form", "no"), [("ary", "لا"), ("ary-Latn", "la")])
def test_lines_of_the_short_summary_make_sense_alone(talk: Begin, form: str, no: str) -> None:
    """201cNot yet" stands beside what it answers, on SMS too."""
    person = talk(Surface.SMS)
    reach(person, form, "2", "حسن" if form == "ary" else "hassan", "فاس", "الزربية", no, "1")
    summary = person.say(no)
    for line in summary.splitlines():
        assert not line.lower().startswith(("mazal", "non", "مازال", "لا")), "\n".join(person.transcript)


def test_who_sees_it_is_not_cut_in_a_sentence(talk: Begin) -> None:
    """By SMS the details of the consent fill one message, and the consent follows behind "more"."""
    person = talk(Surface.SMS)
    person.say("بغيت نتسجل")
    details = person.pick("شكون")
    assert details.endswith("ماكنطلبوهش."), "\n".join(person.transcript)
    assert person.pick("الباقي").endswith("واش كتوافقو؟")


def test_consent_by_sms_asks(talk: Begin) -> None:
    """The short consent is a question too."""
    assert talk(Surface.SMS).say("bghit ntsejel").endswith("?")


@pytest.mark.parametrize("said", ["ntouma chefara", "نتوما شفارة", "كذابين"])
def test_anger_reaches_the_team(talk: Begin, said: str) -> None:
    """Who calls us thieves is not told who we are, but that the team has heard it."""
    person = talk()
    person.say(said)
    with person.database.read() as connection:
        assert [kind for _, kind, _, _ in staff.waiting(connection)] == ["complaint"], "\n".join(person.transcript)


def test_a_place_shared_too_early_is_kept(talk: Begin) -> None:
    """The point on the map, sent where the category is asked, answers the town when its turn comes."""
    person = talk()
    reach(person, "ary")
    assert person.place(33.8305, -4.8353).startswith("واخا"), "\n".join(person.transcript)
    person.say("صنايعي")
    person.say("فاطمة")
    assert person.last is not None
    assert len(person.last.choices) > 5  # the crafts


def test_the_national_card_is_refused_wherever_it_is_sent(talk: Begin) -> None:
    """Not only where a number is asked."""
    person = talk()
    reach(person, "ary-Latn")
    assert "carte nationale" in person.say("AB123456"), "\n".join(person.transcript)
