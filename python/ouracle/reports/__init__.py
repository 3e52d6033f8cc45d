"""Records of studies and of runs of `ouracle test`, and the pages that are made from them."""
