"""The protocol's client side: sessions, connections, IDLE. The only user of imapclient."""
