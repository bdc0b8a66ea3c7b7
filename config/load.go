package config

import (
	"context"
	"errors"
	"log/slog"
	"os"
)

// Kinds are the source kinds that exist: the kind key to a zero value of its
// options struct. A nil value accepts any options.
type Kinds map[string]any

// Load reads and checks the watchlist at path. The error is an *Errors when the
// file can be read.
func Load(path string, kinds Kinds) (*Config, error) { return nil, errors.New("not yet") }

// Parse checks a watchlist that is already in memory.
func Parse(name string, src []byte, env func(string) (string, bool), kinds Kinds) (*Config, error) {
	return nil, errors.New("not yet")
}

// Following says how to follow a watchlist.
type Following struct {
	Path   string
	Kinds  Kinds
	Start  *Config          // what is in use; nil applies the file at once
	Reload <-chan os.Signal // SIGHUP; nil when there is none
	Log    *slog.Logger
	Failed func(error) // told once for every content that cannot be used; may be nil
}

// Follow applies every change of the watchlist until ctx ends.
func Follow(ctx context.Context, f Following, apply func(*Config) error) error { return nil }

type document struct{}

func (d *document) mask(s string) string { return s }
func (e Error) render(colour bool) string { return e.Error() }

// Section is the block of one source.
type Section struct{}

// Decode fills the options struct that into points to.
func (s Section) Decode(into any) error { return nil }

// Errorf returns an Error at a field of the block, or at the block for "".
func (s Section) Errorf(field, format string, args ...any) error { return nil }

// Schema returns the JSON Schema of the whole watchlist.
func Schema(kinds Kinds) ([]byte, error) { return nil, nil }
