"""Engines that hear, judge and speak. Each is made by name; its library is imported when it is made."""
