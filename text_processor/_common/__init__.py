"""What all rooms share: checks of arguments, messages, progress, files."""
