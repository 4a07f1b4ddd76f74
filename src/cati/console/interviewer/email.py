"""Taking an e-mail address for the reassurance e-mail; the question comes back afterwards."""

from __future__ import annotations

from datetime import datetime

from cati.console.interviewer.effects import LogEmail
from cati.console.interviewer.page import Choice, Para
from cati.console.interviewer.state import Overlay
from cati.interview.typed import is_address


class TakeEmail(Overlay):
    """The address held on the sample is offered."""

    name = "email"

    def enter(self, typed_text: str, now: datetime) -> None:
        del now
        address = typed_text or self.console.card.email
        if not address:
            self.tell("Type the e-mail address, or Up to go back.")
            return
        if not is_address(address) and self.accepted != typed_text:
            self.sure(f"{address} looks incomplete. Enter again takes it.")
            return
        effect = LogEmail(self.console.case.hold, self.console.call, address, "reassurance")
        self.console.run(effect, lambda _: self._logged(address))

    def _logged(self, address: str) -> None:
        self.console.state = self.under
        self.under.tell(f"E-mail to {address} is taken down. Code the call again.")

    def body(self) -> tuple[Para | Choice, ...]:
        held = self.console.card.email
        on_sample = f"On the sample: {held}   Enter takes it." if held else "There is no address on the sample."
        return (
            Para("heading", "Reassurance e-mail"),
            Para("instruction", "Take the e-mail address and read it back."),
            Para("fact", on_sample),
        )

    def prompt(self) -> str:
        return "E-mail"
