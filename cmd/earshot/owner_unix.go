//go:build unix

package main

import (
	"os"
	"syscall"
)

// giveTo gives a file the owner and the group of another. Without the right to, whoever
// writes it owns it, and the group stays: by that the daemon reads a watchlist.
func giveTo(f *os.File, like os.FileInfo) error {
	of, ok := like.Sys().(*syscall.Stat_t)
	if !ok || f.Chown(int(of.Uid), int(of.Gid)) == nil {
		return nil
	}
	return f.Chown(-1, int(of.Gid))
}
