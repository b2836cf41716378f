"""The demo clinic: synthetic patients at every stage, made by calling the same actions as the screens."""
