"""The one root of every error this project raises, and the errors of the wire itself."""


class MesogunError(Exception):
    """Something that this project noticed and can name."""


class ProtocolError(MesogunError):
    """A message or a frame breaks the protocol."""


class LocalProtocolError(ProtocolError):
    """This side was about to send what the protocol forbids: a bug here, nothing was sent."""


class RemoteProtocolError(ProtocolError):
    """What came in is no valid message: wrong firmware, or not a pistol. Nothing was obeyed."""


class UnknownMessage(RemoteProtocolError):  # noqa: N818  (named as the protocol names it)
    """No message of this release has that number and direction. Nothing was obeyed."""


class WrongLength(RemoteProtocolError):  # noqa: N818
    """The payload is shorter or longer than its message. Nothing was obeyed."""


class WrongKeyFile(MesogunError):  # noqa: N818
    """A file of keys is refused. The text says why and what to do, and nothing of a key."""
