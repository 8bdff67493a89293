"""What a client is told when its call does not go through."""

from dmp.record.errors import Problem


class CallRefused(Exception):
    """The service answered no; `code` is its own word, `problems` the lines of a registry error list."""

    def __init__(self, code: str, text: str, problems: tuple[Problem, ...] = ()):
        super().__init__(f"{code}: {text}" if text else code)
        self.code = code
        self.problems = problems


class Unreachable(CallRefused):
    """Nobody answered; the sentence names the address and says what to check."""

    def __init__(self, url: str, why: str):
        super().__init__("unreachable", f"{url}: {why}; is the service started, and are the certificates its own?")


class Fault(CallRefused):
    """The message itself was refused with a SOAP fault; `status` is the HTTP status."""

    def __init__(self, code: str, text: str, *, status: int):
        super().__init__(code, text)
        self.status = status
