package config

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// TextWithout is what the watchlist says, secrets as they are written, without comments,
// empty lines, and the top-level entries of these names: two files with the same text say
// the same. It is no file to be read again.
func (c *Config) TextWithout(names ...string) string {
	var entries []*ast.MappingValueNode
	switch root := c.doc.root.(type) {
	case *ast.MappingNode:
		entries = root.Values
	case *ast.MappingValueNode:
		entries = append(entries, root)
	}
	var b strings.Builder
	for _, e := range entries {
		if !slices.Contains(names, e.Key.GetToken().Value) {
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
