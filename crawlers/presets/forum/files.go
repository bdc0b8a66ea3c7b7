// Package forum holds the forum presets: one YAML file an engine, which says how
// its pages are recognised and read. It holds data only; the engine that reads
// them is crawlers/forum.
package forum

import "embed"

// Files are the presets, by name.
//
//go:embed *.yaml
var Files embed.FS
