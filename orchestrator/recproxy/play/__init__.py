"""A recording in play: which files, which interaction answers next, how a new recording joins the one before.

A *library* finds the files, a *playback* holds positions and captured values, *merging* puts what was recorded into
the file that is there, *checking* says what is wrong with a recording or profile, *hooks* are loaded from here.
"""
