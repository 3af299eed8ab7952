"""The program: it reads the pages, runs them, and makes a site of them."""
