"""No error of the form costs a customer a word or a file, and nothing is acknowledged that was not stored."""

import pytest
from django.conf import settings as live
from django.db import connection

from channels_in.models import Arrival
from policies.models import Channel
from portal.models import FormDraft
from portal.services import budgets
from portal.uploads import LARGEST_BYTES
from tests.portal.walk import PERSON, STORY, Visitor, break_the_file_storage, pdf, wait, work_off
from tickets.models import Message, Ticket


@pytest.fixture
def no_room_for_files(settings, tmp_path):
    """The place of the file storage is taken by a plain file: every write fails, as on a full disk."""
    place = tmp_path / "files"
    break_the_file_storage(place)
    options = {"location": str(place)}
    settings.STORAGES = live.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    }


@pytest.fixture
def read_only_database():
    """SQLite refuses every write, as it does on a full disk."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = 1")
    yield
    take_writes_again()


def take_writes_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = 0")


def test_a_text_that_is_too_short_keeps_every_other_answer_and_every_file(visitor):
    visitor.choose_type()

    page = visitor.shown_after(visitor.tell(text="Mati.", attachments=[pdf()]))

    assert ">\nMati.</textarea>" in page
    for typed in ("1102938", "Bekasi", "Uang belanja habis.", "2026-11-02", "tagihan.pdf"):
        assert typed in page
    assert 'value="refund"' in page
    assert "checked" in page


def test_every_page_that_is_shown_can_be_come_back_to(visitor):
    """A page that answers a post cannot: browsers ask whether to send it again, and then show nothing."""
    wrong_type = visitor.choose_type(query_type="")
    wrong_story = visitor.tell(text="")
    wrong_person = visitor.introduce(name="")

    assert [response.status_code for response in (wrong_type, wrong_story, wrong_person)] == [302, 302, 302]


def test_the_summary_on_top_is_focused_and_leads_to_the_field_which_says_it_too(visitor):
    visitor.choose_type()

    page = visitor.shown_after(visitor.tell(text="", remedy=""))

    summary = page[page.index('class="problems"') : page.index("<form")]
    assert "autofocus" in summary
    assert 'href="#id_text"' in summary
    assert 'href="#id_remedy_0"' in summary
    assert 'id="id_text_error"' in page
    assert 'aria-invalid="true"' in page
    assert page.count('id="id_remedy_0"') == 1


def test_a_text_that_is_too_long_is_shown_again_whole(visitor):
    visitor.choose_type()
    long = "Sudah saya laporkan. " * 300

    page = visitor.shown_after(visitor.tell(text=long))

    assert long.strip() in page
    assert "6299" in page or "6.299" in page or "6,299" in page


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (pdf("program.exe", b"MZ\x90\x00"), "program.exe"),
        (pdf("foto.jpg", b"MZ\x90\x00 not a picture"), "foto.jpg"),
        (pdf("halaman.txt", b"<!DOCTYPE html><html><body></body></html>"), "halaman.txt"),
        (pdf("kosong.pdf", b""), "kosong.pdf"),
        (pdf("besar.pdf", b"%PDF" + b" " * LARGEST_BYTES), "besar.pdf"),
    ],
)
def test_a_file_that_cannot_be_taken_is_named_and_the_good_one_is_kept(visitor, upload, sentence):
    visitor.choose_type()

    page = visitor.shown_after(visitor.tell(attachments=[upload, pdf("bukti.pdf")]))

    summary = page[page.index('class="problems"') : page.index("<form")]
    assert sentence in summary
    assert "bukti.pdf" not in summary
    assert STORY["text"] in page
    assert list(FormDraft.objects.get().files.values_list("name", flat=True)) == ["bukti.pdf"]


def test_the_sixth_file_is_named_as_left_out_and_a_removed_one_makes_room(visitor):
    visitor.choose_type()
    page = visitor.shown_after(visitor.tell(attachments=[pdf(f"{number}.pdf") for number in range(6)]))
    draft = FormDraft.objects.get()

    visitor.tell(remove=str(draft.files.first().pk))
    visitor.tell(attachments=[pdf("5.pdf")])

    assert "5.pdf" in page[page.index('class="problems"') : page.index("<form")]
    assert list(draft.files.values_list("name", flat=True)) == ["1.pdf", "2.pdf", "3.pdf", "4.pdf", "5.pdf"]


def test_a_dozen_files_at_once_cost_no_word(visitor):
    visitor.choose_type()

    page = visitor.shown_after(visitor.tell(attachments=[pdf(f"{number:02}.pdf") for number in range(12)]))

    assert STORY["text"] in page
    assert "11.pdf" in page[page.index('class="problems"') : page.index("<form")]
    assert FormDraft.objects.get().files.count() == 5


def test_back_language_and_upload_keep_what_is_half_written(visitor):
    visitor.choose_type()
    for button in ({"do": "back"}, {"language": "en"}, {"do": "upload"}):
        words = f"half written {button}"
        response = visitor.tell(text=words, **button)

        assert response.status_code == 302
        assert FormDraft.objects.get().data["text"] == words
    assert visitor.client.cookies["django_language"].value == "en"
    assert "What happened" in visitor.client.get(visitor.at("story")).text


def test_neither_address_keeps_the_name_and_says_what_is_missing(visitor):
    visitor.choose_type()
    visitor.tell()

    page = visitor.shown_after(visitor.introduce(email="", phone=""))

    assert PERSON["name"] in page
    assert 'href="#id_email"' in page


@pytest.mark.parametrize("wrong", [{"email": "siti at mail"}, {"phone": "157"}, {"email": "", "answer_by": "email"}])
def test_an_address_that_cannot_be_used_is_shown_again_as_typed(visitor, wrong):
    visitor.choose_type()
    visitor.tell()

    page = visitor.shown_after(visitor.introduce(**wrong))

    assert 'class="problems"' in page
    assert all(f'value="{typed}"' in page for typed in wrong.values() if typed)


def test_what_a_robot_fills_in_stops_it_and_a_person_goes_on_with_everything_kept(visitor):
    visitor.choose_type()
    visitor.tell()

    stopped = visitor.shown_after(visitor.introduce(website="https://spam.example"))
    wait(seconds=30)
    visitor.send()

    assert PERSON["name"] in stopped
    assert "https://spam.example" not in stopped
    assert not Arrival.objects.exists()
    assert visitor.introduce().headers["Location"] == visitor.at("check")


def test_a_form_sent_faster_than_anybody_can_write_is_asked_for_once_more(visitor):
    visitor.choose_type()
    visitor.tell()
    visitor.introduce()

    too_fast = visitor.shown_after(visitor.send())
    wait(seconds=3)

    assert STORY["text"] in too_fast
    assert 'role="alert"' in too_fast
    assert not Arrival.objects.exists()
    assert visitor.send().headers["Location"] == visitor.at("received")


def test_the_eleventh_complaint_of_an_hour_is_kept_and_sent_an_hour_later():
    for _number in range(budgets.SENT_PER_HOUR):
        Visitor().fill_in().send()
    eleventh = Visitor().fill_in()

    refused = eleventh.send()

    assert (refused.status_code, STORY["text"] in refused.text) == (429, True)
    assert Arrival.objects.count() == budgets.SENT_PER_HOUR
    assert Visitor("203.0.113.99").fill_in().send().status_code == 302
    wait(hours=1)
    assert eleventh.send().headers["Location"] == eleventh.at("received")


def test_who_begins_too_many_forms_keeps_the_answer_in_the_page():
    for _number in range(budgets.BEGUN_PER_HOUR):
        Visitor().choose_type()

    refused = Visitor().choose_type()

    assert refused.status_code == 429
    assert "checked" in refused.text


def test_while_the_form_is_closed_nothing_is_acknowledged_and_the_text_stays(visitor):
    visitor.fill_in()
    Channel.objects.filter(kind=Channel.Kind.WEBFORM).update(state=Channel.State.PAUSED)

    response = visitor.client.post(visitor.at("story"), STORY)

    assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
    assert STORY["text"] in response.text
    assert "+62 21 55512345" in response.text
    assert not Arrival.objects.exists()
    assert visitor.client.get("/complain/").status_code == 503


def test_when_the_disk_takes_no_file_the_page_keeps_the_text_and_shows_the_phone_number(visitor, no_room_for_files):
    visitor.choose_type()

    response = visitor.tell(attachments=[pdf()])

    assert response.status_code == 503
    assert f"{STORY['text']}</textarea>" in response.text
    assert 'name="remedy" value="refund"' in response.text
    assert "+62 21 55512345" in response.text
    assert STORY["text"] in visitor.client.get(visitor.at("story")).text


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_when_the_database_takes_nothing_the_page_keeps_the_text(visitor, read_only_database):
    response = visitor.client.post("/complain/", {"query_type": "tagihan"})

    assert response.status_code == 503
    assert 'value="tagihan"' in response.text


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_when_sending_fails_nothing_is_acknowledged_and_trying_again_sends_once(visitor, request):
    visitor.fill_in()
    request.getfixturevalue("read_only_database")

    words = {"text": STORY["text"], "do": "send"}
    refused = visitor.client.post(visitor.at("check"), words)
    take_writes_again()

    assert (refused.status_code, STORY["text"] in refused.text) == (503, True)
    assert visitor.client.post(visitor.at("check"), words).headers["Location"] == visitor.at("received")
    work_off()
    assert Ticket.objects.count() == 1


def test_words_for_a_form_that_was_forgotten_begin_a_new_one(visitor):
    visitor.fill_in()
    FormDraft.objects.all().delete()

    response = visitor.tell()

    assert response.status_code == 302
    assert FormDraft.objects.get().data["text"] == STORY["text"]
    assert visitor.client.get(visitor.at("story")).status_code == 404


def test_E06_typed_characters_that_no_database_stores_do_no_harm(visitor):
    hostile = "Halo\x00 ini \x1bpengaduan saya yang pertama\U0001f600"
    visitor.fill_in(story={"text": hostile}, person={"name": "Si\x00ti\x07 Rahmawati"})

    assert visitor.send().headers["Location"] == visitor.at("received")
    work_off()

    message = Message.objects.get(kind="inbound")
    assert (message.text, message.from_name) == ("Halo ini pengaduan saya yang pertama\U0001f600", "Siti Rahmawati")
