DROP TABLE calibrations;
DROP TABLE look_alikes;
