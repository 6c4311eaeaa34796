"""Static files in production: compressed, named by their content, cached for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Renames the imports inside our modules as well.

    Without it a page would load `player.<hash>.js` by its tag and `player.js` by an import of its neighbour: two
    copies of one module, each with its own listeners, so that every key press would count twice.
    """

    support_js_module_import_aggregation = True
