"""Records of a study, and the pages that are made from them."""
