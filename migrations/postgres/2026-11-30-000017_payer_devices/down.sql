DROP TABLE payer_devices;
