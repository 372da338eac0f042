"""One sealed file that holds the portal, and the way back from it."""
