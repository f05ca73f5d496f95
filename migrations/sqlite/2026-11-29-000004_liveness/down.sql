DROP TABLE camera_devices;
