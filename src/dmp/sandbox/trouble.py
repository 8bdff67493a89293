"""What the person at the terminal can mend."""


class Trouble(Exception):
    """A command cannot be done as asked; the sentence names the option at fault and says what to do."""

    def __init__(self, sentence: str, *, option: str):
        super().__init__(f"{option}: {sentence}")
        self.option = option
