//go:build !unix

package config

// worldReadable knows no rights of this system.
func worldReadable(string, bool) bool { return false }
