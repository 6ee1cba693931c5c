"""Friends on one network: datagrams that are sealed, repeated and in time.  See :mod:`engine.net.face`."""
