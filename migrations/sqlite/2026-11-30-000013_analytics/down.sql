DROP TABLE analytics_hours;
