"""The screens, driven as a user drives them, on a real store."""
