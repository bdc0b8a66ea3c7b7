package crawlers

import (
	"embed"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/earshot/earshot/config"
)

// engines are the kinds that are code. A new engine is one more line here.
func engines() []Kind {
	return []Kind{
		feedKind(),
		pageKind(),
		forumKind(),
		forumNodeBB(),
		forumDiscourse(),
		forumFlarum(),
		forumWordPress(),
		jsonKind(),
		streamKind(),
	}
}

// presetFiles are the kinds that are data: one site, or one way to ask many, a
// file. They are read when the kinds are first asked for, so a command that
// crawls nothing pays nothing.
//
//go:embed presets/*.yaml
var presetFiles embed.FS

// kinds holds every kind by name.
var kinds = sync.OnceValue(func() map[string]Kind {
	all := make(map[string]Kind, 64)
	for _, k := range engines() {
		add(all, k)
	}
	files, err := presetFiles.ReadDir("presets")
	if err != nil {
		panic(err) // embedded: cannot be missing
	}
	for _, f := range files {
		src, err := presetFiles.ReadFile("presets/" + f.Name())
		if err != nil {
			panic(err)
		}
		p, err := parsePreset(strings.TrimSuffix(f.Name(), path.Ext(f.Name())), src)
		if err != nil {
			panic("presets: " + err.Error()) // every preset is parsed by a test
		}
		add(all, p.kind())
	}
	return all
})

// add panics on a duplicate: two kinds claim one word, which a test sees.
func add(all map[string]Kind, k Kind) {
	if _, taken := all[k.Name]; taken {
		panic(fmt.Sprintf("presets: two kinds are called %q", k.Name))
	}
	all[k.Name] = k
}

// Kinds returns every kind, by name.
func Kinds() []Kind {
	all := kinds()
	list := make([]Kind, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, all[name])
	}
	return list
}

// Lookup returns the kind with this name.
func Lookup(name string) (Kind, bool) {
	k, ok := kinds()[name]
	return k, ok
}

// New makes the crawler of one source block of the named kind.
func New(env Env, kind string, section config.Section) (Crawler, error) {
	k, ok := Lookup(kind)
	if !ok {
		return nil, fmt.Errorf("unknown kind of source %q", kind)
	}
	env.DefaultKind = k.PostKind
	return k.New(env, section)
}
