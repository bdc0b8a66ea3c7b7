package store

import (
	"errors"
	"path/filepath"
)

// ErrFreeUnknown means that how much the disk of a database has left cannot be asked:
// it is another machine's, or this system does not say.
var ErrFreeUnknown = errors.New("the free space of the database's disk is not known")

// FreeSpace is how many bytes the disk of the database at this address has left, for a
// program without privileges. The error is ErrFreeUnknown for PostgreSQL.
func FreeSpace(database string) (int64, error) {
	path, err := sqlitePath(database)
	if errors.Is(err, ErrUsePgDump) {
		return 0, ErrFreeUnknown
	}
	if err != nil {
		return 0, err
	}
	return freeSpace(filepath.Dir(path))
}
