//go:build !linux && !darwin && !freebsd && !windows

package store

func freeSpace(string) (int64, error) { return 0, ErrFreeUnknown }
