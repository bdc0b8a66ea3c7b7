// Package presets is the list of all kinds of sources: the engines, named one by
// one, and the presets, one site each, which are the YAML files beside it. Only
// this package knows the engines; it reads nothing from the network itself.
package presets

import (
	"embed"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/feed"
	"github.com/earshot/earshot/crawlers/forum"
	"github.com/earshot/earshot/crawlers/jsonapi"
	"github.com/earshot/earshot/crawlers/page"
	"github.com/earshot/earshot/crawlers/push"
)

// engines are the kinds that are code. A new engine is one more line here.
func engines() []crawlers.Kind {
	return []crawlers.Kind{
		feed.Kind(),
		page.Kind(),
		forum.Kind(),
		forum.NodeBB(),
		forum.Discourse(),
		forum.Flarum(),
		forum.WordPress(),
		jsonapi.Kind(),
		jsonapi.StreamKind(),
		push.Kind(),
	}
}

// presetFiles are the kinds that are data: one site, or one way to ask many, a
// file. They are read when the kinds are first asked for, so a command that
// crawls nothing pays nothing.
//
//go:embed *.yaml
var presetFiles embed.FS

// parsed are the presets, in the order of their names.
var parsed = sync.OnceValue(func() []*preset {
	files, err := presetFiles.ReadDir(".")
	if err != nil {
		panic(err) // embedded: cannot be missing
	}
	var all []*preset
	for _, f := range files {
		src, err := presetFiles.ReadFile(f.Name())
		if err != nil {
			panic(err)
		}
		p, err := parsePreset(strings.TrimSuffix(f.Name(), path.Ext(f.Name())), src)
		if err != nil {
			panic("presets: " + err.Error()) // every preset is parsed by a test
		}
		all = append(all, p)
	}
	return all
})

// kinds holds every kind by name.
var kinds = sync.OnceValue(func() map[string]crawlers.Kind {
	all := make(map[string]crawlers.Kind, 64)
	for _, k := range engines() {
		k.Answer = answerWords(engineAnswers()[k.Name])
		add(all, k)
	}
	for _, p := range parsed() {
		add(all, p.kind())
	}
	return all
})

// add panics on a duplicate: two kinds claim one word, which a test sees.
func add(all map[string]crawlers.Kind, k crawlers.Kind) {
	if _, taken := all[k.Name]; taken {
		panic(fmt.Sprintf("presets: two kinds are called %q", k.Name))
	}
	all[k.Name] = k
}

// Kinds returns every kind, by name.
func Kinds() []crawlers.Kind {
	all := kinds()
	list := make([]crawlers.Kind, 0, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, all[name])
	}
	return list
}

// Lookup returns the kind with this name.
func Lookup(name string) (crawlers.Kind, bool) {
	k, ok := kinds()[name]
	return k, ok
}

// New makes the crawler of one source block of the named kind. It tells no secret of the
// block's watchlist.
func New(env crawlers.Env, kind string, section config.Section) (crawlers.Crawler, error) {
	k, ok := Lookup(kind)
	if !ok {
		return nil, fmt.Errorf("unknown kind of source %q", kind)
	}
	env.DefaultKind = k.PostKind
	c, err := k.New(env, section)
	if err != nil {
		return nil, err
	}
	return withRedaction(c, section.Redact), nil
}
