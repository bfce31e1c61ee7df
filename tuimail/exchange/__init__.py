"""What is known about Exchange Online and Entra ID, as data and pure functions: no I/O."""
