"""Offer "edit this page" only where the repository's address is known."""


def on_config(config):
    # MkDocs would make an address of edit_uri alone.
    if not config.repo_url:
        config.edit_uri = None
    return config
