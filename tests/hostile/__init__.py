"""Files as hypothesis draws them: whatever people and programs may deliver."""
