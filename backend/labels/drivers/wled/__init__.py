"""WLED: light strips behind an ESP32 or ESP8266, some of their LEDs for each location."""
