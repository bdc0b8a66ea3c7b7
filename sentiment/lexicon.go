package sentiment

import (
	"embed"

	"github.com/earshot/earshot/internal/lang"
	"github.com/earshot/earshot/internal/tsv"
)

// source reads tables by name; one that is not there is empty.
type source func(name string) string

func (src source) rows(name, header string, errs *tsv.Errors) []tsv.Row {
	return tsv.Read(name, src(name), header, errs)
}

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
