package sentiment

import (
	"embed"

	"github.com/earshot/earshot/internal/lang"
)

//go:embed lexicon
var lexiconFiles embed.FS

// builtin reads an embedded table; a file that a language does not have is empty.
func builtin(name string) string {
	if name == lang.File {
		return lang.Table()
	}
	b, err := lexiconFiles.ReadFile("lexicon/" + name)
	if err != nil {
		return ""
	}
	return string(b)
}
