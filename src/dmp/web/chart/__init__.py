"""The chart: what the documents of a record say, by service, for its holder and for professionals («vue calculée»).

A page opens the chart by one act (`OpenChart`), hands it to the service, and
shows what the service made of it. Every line leads to its document.
"""
