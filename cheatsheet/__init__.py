"""The printable sheet: composed from the pages, and printed as PDF by Chromium."""
