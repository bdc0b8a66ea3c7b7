package config

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// redacted is what a secret looks like wherever it is printed.
const redacted = "<secret>"

// Secret is a value that no print form shows: not fmt, not JSON, not YAML, not
// slog. Only Reveal gives it away. Its zero value is unset.
//
// The value sits behind two pointers because fmt calls no method of a Secret in a
// field that is not exported: it then shows an address. One pointer is not
// enough, since for a wrong verb fmt looks behind it.
type Secret struct {
	hidden **hidden
}

type hidden struct{ value, origin string }

// NewSecret returns a secret; origin is the name of the variable or file it came
// from, for messages, and may be empty.
func NewSecret(value, origin string) Secret {
	if value == "" {
		return Secret{}
	}
	h := &hidden{value, origin}
	return Secret{&h}
}

// Reveal returns the value itself. Its caller must not print it.
func (s Secret) Reveal() string {
	if s.hidden == nil {
		return ""
	}
	return (*s.hidden).value
}

// IsSet reports whether there is a value.
func (s Secret) IsSet() bool { return s.hidden != nil }

// Equal reports whether two secrets have the same value, wherever it came from.
func (s Secret) Equal(o Secret) bool { return s.Reveal() == o.Reveal() }

// Origin names where the value came from, such as SLACK_BOT_TOKEN or
// /run/secrets/slack; empty when it was written into the watchlist itself.
func (s Secret) Origin() string {
	if s.hidden == nil {
		return ""
	}
	return (*s.hidden).origin
}

// String returns <secret>, or nothing when unset.
func (s Secret) String() string {
	if s.hidden == nil {
		return ""
	}
	return redacted
}

// GoString is String: %#v must not show the value either.
func (s Secret) GoString() string { return s.String() }

// Format writes String for every verb, also for %x and %d, which would
// otherwise print the fields.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalJSON writes the redacted form.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// MarshalText writes the redacted form.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue logs the redacted form.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
