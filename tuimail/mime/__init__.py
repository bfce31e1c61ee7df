"""Messages taken apart, shown as text, and put together. The only user of html2text."""
