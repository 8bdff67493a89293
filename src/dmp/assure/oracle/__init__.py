"""The rights of the DMP written a second time, from the published rules, to hold the engine against (T-MATRIX).

It shares neither code nor table with `dmp.access`, and knows only the values of
`dmp.record`. Where the rules leave a choice a comment says how they were read
(«Read so»); some of these readings were settled after the two had been
compared, so on them the comparison proves less.
"""
