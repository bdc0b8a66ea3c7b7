package config

import (
	"slices"
	"strings"
)

// TextWithout is what the watchlist says, secrets as they are written, without comments,
// empty lines, and the top-level entries of these names: two files with the same text say
// the same. It is no file to be read again.
func (c *Config) TextWithout(names ...string) string {
	var b strings.Builder
	for _, doc := range c.doc.documents {
		for _, e := range entriesOf(doc.root) {
			if slices.Contains(names, e.Key.GetToken().Value) {
				continue
			}
			for line := range strings.Lines(e.String()) {
				if line = strings.TrimRight(line, " \t\n"); line != "" {
					b.WriteString(line)
					b.WriteByte('\n')
				}
			}
		}
	}
	return b.String()
}
