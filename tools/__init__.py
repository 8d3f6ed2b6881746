"""Tools for developers. The tarball does not contain them."""
