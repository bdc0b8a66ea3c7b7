package crawlers

// kinds returns engines and presets.
func kinds() map[string]Kind { return engines }
