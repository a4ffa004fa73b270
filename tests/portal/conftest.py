import pytest

from policies.models import Channel
from tests.factories import ChannelFactory, QueryTypeFactory, TeamFactory
from tests.portal.walk import Visitor


@pytest.fixture(autouse=True)
def own_clock(settings):
    """Tests let the clock go on; each gives it back."""
    settings.CLOCK_OFFSET = settings.CLOCK_OFFSET


@pytest.fixture(autouse=True)
def company(db):
    """A company with a web form, a mailbox, a phone desk and two things to complain about."""
    billing = TeamFactory(slug="tagihan", name_id="Tim Tagihan", name_en="Billing")
    unsorted = QueryTypeFactory(slug="unsorted", name_id="Belum dipilah", name_en="Unsorted")
    QueryTypeFactory(slug="internet", name_id="Internet", name_en="Internet", customer_choice=True)
    QueryTypeFactory(
        slug="tagihan", name_id="Tagihan", name_en="Bill", hint_id="Salah tagih", customer_choice=True, team=billing
    )
    ChannelFactory(kind=Channel.Kind.EMAIL, address="keluhan@nusanet.example", query_type=unsorted)
    ChannelFactory(kind=Channel.Kind.PHONE, address="+622155512345", name="Pusat bantuan", query_type=unsorted)
    return ChannelFactory(kind=Channel.Kind.WEBFORM, address="", name="Nusanet", query_type=unsorted)


@pytest.fixture
def visitor():
    return Visitor()
