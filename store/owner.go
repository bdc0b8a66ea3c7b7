package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/earshot/earshot/internal/fileowner"
)

// The daemon runs as a user of its own, and people run commands as root beside it. What they make
// belongs to whom the database belongs to, or to the owner of its folder while there is none: else the
// daemon could not open it. Files that are there already are never given away: in a folder of
// somebody else they may be links.

// makeFile makes a file that holds what people wrote, for the owner of the database alone.
func makeFile(path, database string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	for _, like := range []string{database, filepath.Dir(database)} {
		if info, err := os.Lstat(like); err == nil && like != path {
			if os.Geteuid() == 0 { // where even root may not, on a share of the network, it stays root's
				_ = fileowner.Give(f, info)
			}
			break
		}
	}
	return f, nil
}

// openOrMake opens a file, and makes it when it is not there.
func openOrMake(path, database string) (*os.File, error) {
	f, err := makeFile(path, database)
	if errors.Is(err, fs.ErrExist) {
		return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	}
	return f, err
}
