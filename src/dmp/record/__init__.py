"""The words and laws of the record: values, invariants, errors. Pure, standard library only."""
