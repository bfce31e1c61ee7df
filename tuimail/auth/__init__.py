"""Tokens from Entra ID: silent, refreshed, or by signing in. The only user of msal."""
