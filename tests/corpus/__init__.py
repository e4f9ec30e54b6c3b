"""Bad and odd objects, a folder for each case, with what is expected of them; see README.md."""
