"""Home-made labels over MQTT: topics and messages are described in the settings."""
