"""Finding public pages by Japanese words, the same on every database.

``index``    the words of every page, kept in memory for one generation
``folding``  how text and query are made alike
``find``     what the search page shows
``backend``  the same for Wagtail's own lists of pages
"""
