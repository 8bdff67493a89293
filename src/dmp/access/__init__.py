"""Who may do what, on which ground: one pure decision over plain values, and the dated tables behind it."""
