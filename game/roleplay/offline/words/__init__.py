"""What the offline voice has to say, as data: fragments by meaning, split into files by meaning."""
