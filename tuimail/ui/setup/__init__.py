"""Adding an account and signing in: what each page says and offers."""
