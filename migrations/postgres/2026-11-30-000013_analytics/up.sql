-- Counts of an hour, for plots. No row is about a person: a bin is as narrow as a plot shows it, and scores of few looks are not told.
CREATE TABLE analytics_hours (
    branch TEXT NOT NULL,
    hour BIGINT NOT NULL,
    camera TEXT NOT NULL,
    series TEXT NOT NULL,
    label TEXT NOT NULL,
    bin BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (branch, hour, camera, series, label, bin)
);
CREATE INDEX analytics_hours_hour ON analytics_hours (hour, series);
