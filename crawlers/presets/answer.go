package presets

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/crawlers/jsonapi"
	"github.com/earshot/earshot/crawlers/presets/forum"
	"github.com/earshot/earshot/reply"
)

// engineAnswers says how the posts of engines are answered, by the kind: the block reply of
// presets/forum/NAME.yaml.
var engineAnswers = sync.OnceValue(func() map[string]*jsonapi.Answer {
	all := map[string]*jsonapi.Answer{}
	for _, name := range []string{"discourse", "wordpress"} {
		src, err := forum.Files.ReadFile(name + ".yaml")
		if err != nil {
			panic(err) // embedded: cannot be missing
		}
		var file struct {
			Reply yaml.MapSlice `yaml:"reply"`
		}
		answer := &jsonapi.Answer{}
		if err := yaml.Unmarshal(src, &file); err != nil {
			panic("presets: " + err.Error()) // every preset is parsed by a test
		}
		block, err := yaml.Marshal(file.Reply)
		if err == nil {
			err = yaml.UnmarshalWithOptions(block, answer, yaml.Strict())
		}
		if err != nil {
			panic("presets: " + err.Error())
		}
		all[name] = answer
	}
	return all
})

// answerOf is how a kind is answered; nil: not from here. The preset is nil for an engine.
func answerOf(kind string) (*jsonapi.Answer, *preset) {
	for _, p := range parsed() {
		if p.name == kind {
			return p.Reply, p
		}
	}
	return engineAnswers()[kind], nil
}

// OwnKind is the kind by which the owner of a place reads and answers it, where another one shows it to
// everybody; empty for most.
func OwnKind(kind string) string {
	return map[string]string{"appstore": "appstoreconnect", "telegram": "telegrambot"}[kind]
}

// answerWords says for people how a kind is answered; empty: not from here.
func answerWords(a *jsonapi.Answer) string {
	if a == nil {
		return ""
	}
	var words []string
	for unit, n := range a.Max {
		words = append(words, fmt.Sprintf("at most %d %s", n, unit))
	}
	switch reply.Repeat(a.Repeat) {
	case reply.Replaces:
		words = append(words, "one answer a post: a later one takes its place")
	case reply.Key, reply.Refuses:
		words = append(words, "the site knows a call that comes again")
	case reply.Twice:
		words = append(words, "a call that nobody knows the end of is never repeated")
	}
	switch {
	case a.Secret != "":
		words = append(words, "key: "+a.Secret)
	case len(a.Needs) > 0:
		words = append(words, "needs "+strings.Join(a.Needs, " and ")+": "+a.Right)
	default:
		words = append(words, "with the right that the source is read with")
	}
	return strings.Join(words, "; ")
}

// NewAnswer makes the way to answer the posts of a source; ok is false when its watchlist
// does not let it, and then nothing can be sent there. The error says what is wrong with
// what the user wrote under reply:, without a place.
func NewAnswer(env crawlers.Env, src config.Source) (way reply.Way, ok bool, err error) {
	if src.Reply == nil {
		return way, false, nil
	}
	a, p := answerOf(src.Kind)
	switch {
	case a == nil:
		return way, false, fmt.Errorf("%s cannot be answered from earshot: copy the text and open the page", src.Kind)
	case a.Secret != "" && !src.Reply.Key.IsSet():
		return way, false, fmt.Errorf("%s is answered with a key of its own: write key: with %s", src.Kind, a.Secret)
	case a.Secret == "" && src.Reply.Key.IsSet():
		return way, false, fmt.Errorf("%s is answered with the right that the source has already: leave key: out", src.Kind)
	}
	who := jsonapi.Account{As: src.Reply.As, Secret: src.Reply.Key.Reveal()}
	given, options := poll.Values{}, jsonapi.Options{}
	if p != nil {
		var block config.Source
		if given, block, err = p.read(src.Section, p.optionsType()); err != nil {
			return way, false, err
		}
		if err := needed(a, src, given); err != nil {
			return way, false, err
		}
		if block.Kind == "json" { // what is read as a feed or a stream lends nothing to answering
			if options, err = blockOptions[jsonapi.Options](block); err != nil {
				return way, false, err
			}
		}
	} else if who.Site, err = siteOf(a, src); err != nil {
		return way, false, err
	}
	way, err = jsonapi.NewAnswer(env, *a, options, given, who, src.Section)
	if err != nil {
		return way, false, fmt.Errorf("presets: %s: reply: %w", src.Kind, err)
	}
	way.Allow, way.Approve = src.Reply.Allow, src.Reply.Approve
	return withoutSecrets(way, src.Section.Redact), true, nil
}

// needed says which option of the source is missing for answering.
func needed(a *jsonapi.Answer, src config.Source, given poll.Values) error {
	for _, names := range a.Needs {
		if !slices.ContainsFunc(strings.Split(names, " or "), func(name string) bool { return given.Text[name] != "" || src.Section.Has(name) }) {
			return fmt.Errorf("%s is answered with %s beside reply: %s", src.Kind, names, a.Right)
		}
	}
	return nil
}

// siteOf is the address that those of the site's API begin with.
func siteOf(a *jsonapi.Answer, src config.Source) (string, error) {
	pattern, err := regexp.Compile(a.Site)
	if err != nil {
		return "", fmt.Errorf("presets: %s: site: %w", src.Kind, err)
	}
	address := cmp.Or(src.Address, src.Section.Written("address"))
	found := pattern.FindStringSubmatch(strings.TrimSpace(address))
	if len(found) < 2 {
		return "", fmt.Errorf("%q: where its API is cannot be seen in this address", address)
	}
	return found[1], nil
}
