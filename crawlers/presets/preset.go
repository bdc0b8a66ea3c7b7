package presets

import (
	"cmp"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/goccy/go-yaml"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/feed"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/crawlers/jsonapi"
	"github.com/earshot/earshot/crawlers/page"
	"github.com/earshot/earshot/mention"
)

// preset is one site, as data: presets/NAME.yaml. What follows its "source:" is
// a block as it may stand in a watchlist, where {name} stands for the options.
// A site that is read in several ways has several blocks; "source with tag:" is
// the way when the option tag is given, and the first way that fits is taken.
type preset struct {
	name string

	About   string           `yaml:"about"`
	Kind    mention.PostKind `yaml:"kind"`
	Every   string           `yaml:"every"`
	Key     string           `yaml:"key"`
	Status  string           `yaml:"status"`
	Limits  string           `yaml:"limits"`
	Terms   string           `yaml:"terms"`
	Subject bool             `yaml:"subject"`    // every address is one company's, app's or product's own page
	Free    bool             `yaml:"free_names"` // anybody may take any name there
	Consent bool             `yaml:"consent"`    // off until the operator accepts the site's terms
	Options []presetOption   `yaml:"options"`

	Reply *jsonapi.Answer `yaml:"reply"` // how it is answered; nil: not from here

	// Addresses are regular expressions of the addresses that are this site's, without
	// https:// and www.; a group is named as the option it fills.
	Addresses []string `yaml:"addresses"`

	variants []variant
}

// variant is one source block of a preset.
type variant struct {
	with []string // the options it needs, each a name or "one or another"; the first one chooses it
	// source parses the block: most presets are never used by one watchlist.
	source func() (config.Source, error)
}

// presetOption is one thing the user must or may say.
type presetOption struct {
	Name     string   `yaml:"name"`
	Type     string   `yaml:"type"` // text (default), list, secret, site (a server's address)
	Short    bool     `yaml:"short"`
	Required bool     `yaml:"required"`
	Default  string   `yaml:"default"`
	Format   string   `yaml:"format"` // that of config: country
	For      string   `yaml:"for"`    // the option it goes with: who writes that one must write this one too
	Strip    []string `yaml:"strip"`  // beginnings that people write and the site does not
	// Form is a pattern of all that people paste for it; its first group that holds
	// something is the value. Want says what is wanted when it does not fit.
	Form    *regexp.Regexp `yaml:"form"`
	Want    string         `yaml:"want"`
	Doc     string         `yaml:"doc"`
	Example string         `yaml:"example"`
}

// sourceLine begins a block.
var sourceLine = regexp.MustCompile(`(?m)^source(?: with (\w+(?:(?: and | or )\w+)*))?:\n`)

func parsePreset(name string, src []byte) (*preset, error) {
	found := sourceLine.FindAllSubmatchIndex(src, -1)
	if len(found) == 0 {
		return nil, fmt.Errorf("presets/%s.yaml: source: is missing", name)
	}
	head := src[:found[0][0]]
	p := &preset{name: name}
	for i, at := range found {
		end := len(src)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		block := string(src[at[1]:end])
		way := variant{source: sync.OnceValues(func() (config.Source, error) { return presetBlock(name, block) })}
		if at[2] >= 0 {
			way.with = strings.Split(string(src[at[2]:at[3]]), " and ")
		}
		p.variants = append(p.variants, way)
	}
	if err := yaml.UnmarshalWithOptions(head, p, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("presets/%s.yaml: %w", name, err)
	}
	if !slices.Contains(mention.PostKinds, p.Kind) {
		return nil, fmt.Errorf("presets/%s.yaml: kind %q is none", name, p.Kind)
	}
	if _, err := time.ParseDuration(p.Every); err != nil {
		return nil, fmt.Errorf("presets/%s.yaml: every: %w", name, err)
	}
	return p, nil
}

// presetBlock reads a source block exactly as a watchlist's would be read, so
// that a user may copy it and change it.
func presetBlock(name, block string) (config.Source, error) {
	list := "contact: presets@earshot.example\nwatch: [{name: any, terms: [any]}]\nsources:\n- " + strings.TrimPrefix(block, "  ")
	known := config.Kinds{}
	for _, k := range engines() {
		known[k.Name] = reflect.New(loose(reflect.TypeOf(k.Options()).Elem())).Interface()
	}
	cfg, err := config.Parse("presets/"+name+".yaml", []byte(list), nil, known)
	if err != nil {
		return config.Source{}, err
	}
	return cfg.Sources[0], nil
}

func (p *preset) kind() crawlers.Kind {
	every, _ := time.ParseDuration(p.Every) // checked when it was parsed
	shape := p.optionsType()
	return crawlers.Kind{
		Name: p.name, About: p.About, PostKind: p.Kind, Every: every,
		Key: p.Key, Status: p.Status, Limits: p.Limits, Terms: p.Terms, Subject: p.Subject, Answer: answerWords(p.Reply),
		Options: func() any { return reflect.New(shape).Interface() },
		New:     func(env crawlers.Env, s config.Section) (crawlers.Crawler, error) { return p.new(env, s, shape) },
	}
}

// consentKey is what an operator sets for sites whose data is not documented for
// strangers.
const (
	consentKey = "i_accept_the_terms"
	consentDoc = "The site does not document this data for strangers: true says that you have read its terms and may read it."
)

// optionsType is the struct config decodes the preset's options into.
func (p *preset) optionsType() reflect.Type {
	var fields []reflect.StructField
	add := func(o presetOption) {
		t := reflect.TypeFor[string]()
		switch o.Type {
		case "list":
			t = reflect.TypeFor[[]string]()
		case "secret":
			t = reflect.TypeFor[config.Secret]()
		case "yes":
			t = reflect.TypeFor[bool]()
		}
		tag := fmt.Sprintf("yaml:%q doc:%q", o.Name, o.Doc)
		if o.Short {
			tag += ` short:"true"`
		}
		if o.Required {
			tag += ` required:"true"`
		}
		if o.For != "" {
			tag += fmt.Sprintf(" for:%q", o.For)
		}
		if o.Format != "" {
			tag += fmt.Sprintf(" format:%q", o.Format)
		}
		if o.Default != "" {
			tag += fmt.Sprintf(" default:%q", o.Default)
		}
		if o.Example != "" {
			tag += fmt.Sprintf(" example:%q", o.Example)
		}
		fields = append(fields, reflect.StructField{Name: fmt.Sprintf("F%d", len(fields)), Type: t, Tag: reflect.StructTag(tag)})
	}
	for _, o := range p.Options {
		add(o)
	}
	if p.Consent {
		add(presetOption{Name: consentKey, Type: "yes", Doc: consentDoc})
	}
	return reflect.StructOf(fields)
}

// new makes the crawler from what the user wrote.
func (p *preset) new(env crawlers.Env, s config.Section, shape reflect.Type) (crawlers.Crawler, error) {
	v, src, err := p.read(s, shape)
	if err != nil {
		return nil, err
	}
	if env.Zone == nil && src.Zone != "" {
		if env.Zone, err = time.LoadLocation(src.Zone); err != nil {
			return nil, fmt.Errorf("presets/%s.yaml: %w", p.name, err)
		}
	}
	if env.Lang == "" {
		env.Lang = src.Lang
	}
	env.FreeName = p.Free
	return p.make(env, src, v, s)
}

// read returns what the user wrote, and the block that it asks for.
func (p *preset) read(s config.Section, shape reflect.Type) (poll.Values, config.Source, error) {
	v := poll.Values{Text: map[string]string{}, List: map[string][]string{}}
	into := reflect.New(shape)
	if err := s.Decode(into.Interface()); err != nil {
		return v, config.Source{}, err
	}
	for i, o := range p.Options {
		switch f := into.Elem().Field(i).Interface().(type) {
		case string:
			clean, err := o.clean(cmp.Or(f, o.Default))
			if err != nil {
				return v, config.Source{}, s.Errorf(o.Name, "%v", err)
			}
			v.Text[o.Name] = clean
		case []string:
			list := strings.FieldsFunc(strings.Join(f, ","), betweenValues)
			if len(list) == 0 {
				list = strings.Fields(o.Default)
			}
			for k := range list {
				list[k], _ = o.clean(list[k])
			}
			v.List[o.Name] = list
		case config.Secret:
			v.Text[o.Name] = f.Reveal()
		}
	}
	for _, o := range p.Options {
		if o.For != "" && o.Default == "" && s.Has(o.For) && !s.Has(o.Name) {
			return v, config.Source{}, s.Errorf("", "%s needs %s beside %s", p.name, o.Name, o.For)
		}
	}
	if p.Consent && !into.Elem().Field(len(p.Options)).Bool() {
		return v, config.Source{}, s.Errorf(consentKey, "%s is read without the site's documented consent: set %s: true when its terms let you (%s)", p.name, consentKey, p.Terms)
	}
	way, err := p.choose(v, s)
	if err != nil {
		return v, config.Source{}, err
	}
	src, err := way.source()
	return v, src, err
}

// choose picks the block that what the user wrote asks for.
func (p *preset) choose(v poll.Values, s config.Section) (variant, error) {
	given := func(names string) bool {
		return slices.ContainsFunc(strings.Split(names, " or "), func(name string) bool {
			// A secret that is not set yet is empty, but asked for.
			return v.Text[name] != "" || len(v.List[name]) > 0 || s.Has(name)
		})
	}
	var wanted []string
	for _, way := range p.variants {
		if len(way.with) == 0 {
			return way, nil
		}
		if !given(way.with[0]) {
			wanted = append(wanted, strings.Join(way.with, " + "))
			continue
		}
		for _, name := range way.with[1:] {
			if !given(name) {
				return way, s.Errorf("", "%s needs %s beside %s", p.name, strings.ReplaceAll(name, " or ", "|"), way.with[0])
			}
		}
		return way, nil
	}
	return variant{}, s.Errorf("", "%s needs %s", p.name, strings.ReplaceAll(strings.Join(wanted, " / "), " or ", "|")) // keys and signs: the same in every language
}

// make makes the engine's crawler of a block.
func (p *preset) make(env crawlers.Env, src config.Source, v poll.Values, s config.Section) (crawlers.Crawler, error) {
	switch src.Kind {
	case "page":
		o, err := blockOptions[page.Options](src)
		if err != nil {
			return nil, err
		}
		o.Address = poll.Rebase(v.Expand(o.Address), env.Base)
		return page.New(env, o, s)
	case "feed":
		o, err := blockOptions[feed.Options](src)
		if err != nil {
			return nil, err
		}
		o.Address = poll.Rebase(v.Expand(o.Address), env.Base)
		return feed.New(env, o), nil
	case "json":
		o, err := blockOptions[jsonapi.Options](src)
		if err != nil {
			return nil, err
		}
		return jsonapi.New(env, o, v, s)
	case "stream":
		o, err := blockOptions[jsonapi.StreamOptions](src)
		if err != nil {
			return nil, err
		}
		return jsonapi.NewStream(env, o, v, s)
	}
	return nil, fmt.Errorf("presets/%s.yaml: presets of the engine %s cannot be made", p.name, src.Kind)
}

// blockOptions decodes a preset's block.
func blockOptions[T any](src config.Source) (T, error) {
	into := reflect.New(loose(reflect.TypeFor[T]()))
	err := src.Section.Decode(into.Interface())
	return into.Elem().Convert(reflect.TypeFor[T]()).Interface().(T), err
}

// loose is the type without the forms of its fields: an address with
// placeholders is none yet.
func loose(t reflect.Type) reflect.Type {
	fields := make([]reflect.StructField, t.NumField())
	for i := range fields {
		f := t.Field(i)
		fields[i] = reflect.StructField{Name: f.Name, Type: f.Type, Tag: reflect.StructTag(strings.Replace(string(f.Tag), ` format:"url"`, "", 1))}
	}
	return reflect.StructOf(fields)
}

// betweenValues is what stands between the values of a list that is written as one text:
// names and numbers of sites have none of it in them.
func betweenValues(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) }

// clean takes off what people write before a name: "@", "https://t.me/". Of a
// site it makes scheme and host.
func (o presetOption) clean(s string) (string, error) {
	for _, prefix := range o.Strip {
		s = strings.TrimPrefix(s, prefix)
	}
	if o.Form != nil && s != "" {
		return o.fit(s)
	}
	if o.Type != "site" || s == "" {
		return s, nil
	}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return "", fmt.Errorf("%q: must be a server alone, like https://social.example", s)
	}
	return u.Scheme + "://" + u.Host, nil
}

// fit takes the value out of what people paste for it.
func (o presetOption) fit(s string) (string, error) {
	found := o.Form.FindStringSubmatch(s)
	for _, value := range found[min(len(found), 1):] {
		if value != "" {
			return value, nil
		}
	}
	return "", fmt.Errorf("%q: must be %s", s, o.Want)
}
