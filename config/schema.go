package config

// Schema returns the JSON Schema of the whole watchlist.
func Schema(kinds Kinds) ([]byte, error) { return nil, nil }
