"""Two services that differ only by what a viewer may not know of, and everything he may ask of them (security 7).

`world` makes the services, `scene` what happens to one person, `hiding` the
ways to hide, `viewers` who looks; `questions` has one generator of messages for
each operation, and `asking` sends them.
"""
