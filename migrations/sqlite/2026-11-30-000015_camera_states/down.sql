DROP TABLE camera_states;
