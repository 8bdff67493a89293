"""placeholder"""


class Traces:
    def __init__(self, *a):
        pass
