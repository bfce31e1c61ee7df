"""The parts of the running application: keys, places, settings, and what goes on beside them."""
