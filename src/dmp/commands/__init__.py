"""The commands of `dmp`, a file for each family; `dmp.cli` puts them together, and what they do is in `dmp.desk`."""
