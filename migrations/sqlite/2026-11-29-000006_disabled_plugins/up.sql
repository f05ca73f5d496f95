-- Plugins that an operator took out of use: a start leaves them so.
CREATE TABLE disabled_plugins (
    branch TEXT NOT NULL,
    plugin_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    disabled_at INTEGER NOT NULL,
    PRIMARY KEY (branch, plugin_id)
) STRICT;
