"""The list of postal codes: loaded whole or not at all."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from forms.forms.controls.contacts import place_of
from forms.models import Town
from forms.services.towns import load_towns

pytestmark = pytest.mark.django_db

POST = (
    '27203,"560  ","5600001","オオサカフ","トヨナカシ","カクウチョウ",'
    '"大阪府","豊中市","架空町（１丁目）",0,0,0,0,0,0\r\n'
    '27203,"560  ","5600000","オオサカフ","トヨナカシ","イカニケイサイガナイバアイ",'
    '"大阪府","豊中市","以下に掲載がない場合",0,0,0,0,0,0\r\n'
)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_the_post_offices_file_is_read_as_it_is(tmp_path, encoding):
    file = tmp_path / "towns.csv"
    file.write_bytes(POST.encode(encoding))
    call_command("load_towns", file)
    assert place_of("〒560-0001") == "大阪府豊中市架空町"
    assert place_of("5600000") == "大阪府豊中市"


def test_a_new_list_takes_the_place_of_the_old_one_or_nothing_changes():
    load_towns("郵便番号,住所\n560-0001,豊中市架空町\n".encode())
    with pytest.raises(ValidationError, match="3行目"):
        load_towns("郵便番号,住所\n560-0002,豊中市別町\n56,不明\n".encode())
    assert Town.objects.get().name == "豊中市架空町"
    assert load_towns("5600002,豊中市別町\n".encode()) == 1
    assert place_of("5600001") == ""


def test_a_code_of_several_towns_fills_in_nothing():
    load_towns("5600001,豊中市一町\n5600001,豊中市二町\n".encode())
    assert place_of("5600001") == ""
