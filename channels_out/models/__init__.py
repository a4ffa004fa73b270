"""What goes out, whom it goes to, and the way it takes."""

from channels_out.models.dispatch import Dispatch
from channels_out.models.outlet import Outlet
from channels_out.models.recipient import DispatchRecipient
from channels_out.models.silence import Silence

__all__ = ["Dispatch", "DispatchRecipient", "Outlet", "Silence"]
