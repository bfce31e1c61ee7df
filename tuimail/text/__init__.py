"""What every layer may use on untrusted text: cleaning, decoding, addresses."""
