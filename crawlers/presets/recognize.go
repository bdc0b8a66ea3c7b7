package presets

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
)

// Place is a source block that an address stands for.
type Place struct {
	Kind    crawlers.Kind
	Options []Option // in the order of the kind's documentation
	Missing []Option // required options that the address does not tell; Value is what to write there
	Short   string   // the option that may stand right behind the kind's name; empty for none
}

// Option is one key of a source block.
type Option struct {
	Name, Doc, Value string
	List             bool
	bare             bool // a word of YAML, not a text
}

// recognizer is a preset with its addresses compiled.
type recognizer struct {
	preset    *preset
	addresses []*regexp.Regexp
}

var recognizers = sync.OnceValue(func() []recognizer {
	var all []recognizer
	for _, p := range parsed() {
		r := recognizer{preset: p}
		for _, a := range p.Addresses {
			r.addresses = append(r.addresses, regexp.MustCompile(`^`+a)) // a test compiles them all
		}
		all = append(all, r)
	}
	return all
})

// Recognize returns the preset whose site an address, a handle or a pasted text with one
// belongs to. query fills what a site is searched for. It asks no network. An address that
// brings a reference to a secret, as it is or in percents, is none of a preset's.
func Recognize(input, query string) (Place, bool) {
	address := Address(input)
	bare := withoutScheme(address)
	for _, r := range recognizers() {
		for _, re := range r.addresses {
			if m := re.FindStringSubmatch(bare); m != nil {
				place := r.preset.place(address, query, groups(re, m))
				return place, !slices.ContainsFunc(place.Options, func(o Option) bool { return config.Refers(o.Value) })
			}
		}
	}
	return Place{}, false
}

func groups(re *regexp.Regexp, m []string) map[string]string {
	found := map[string]string{}
	for i, name := range re.SubexpNames() {
		if name != "" && m[i] != "" {
			found[name] = m[i]
		}
	}
	return found
}

// place fills the options of the preset from what was found in the address.
func (p *preset) place(address, query string, found map[string]string) Place {
	kind, _ := Lookup(p.name)
	out := Place{Kind: kind}
	told := p.told(address, query, found)
	lacks := p.lacks(told)
	for _, o := range p.Options {
		opt := Option{Name: o.Name, Doc: o.Doc, Value: told[o.Name], List: o.Type == "list"}
		if o.Short {
			out.Short = o.Name
		}
		switch {
		case opt.Value != "":
			out.Options = append(out.Options, opt)
		case o.Required && o.Default == "" || lacks[o.Name]:
			opt.Value = o.blank()
			out.Missing = append(out.Missing, opt)
		}
	}
	if p.Consent {
		out.Missing = slices.Insert(out.Missing, 0, Option{Name: consentKey, Doc: consentDoc, Value: "true", bare: true})
	}
	return out
}

// told is what the address says of the options, and what is searched for where it says nothing.
func (p *preset) told(address, query string, found map[string]string) map[string]string {
	told := map[string]string{}
	chosen := slices.ContainsFunc(p.Options, func(o presetOption) bool { return found[o.Name] != "" && o.Type != "site" && o.Name != "site" })
	for _, o := range p.Options {
		value := found[o.Name]
		switch {
		case value == "" && o.Name == "query" && o.Short && !chosen:
			value = query
		case value == "":
		case o.Type == "site":
			value = "https://" + value
		case o.Name == "address" || o.Type == "secret":
			value = address
		default:
			if plain, err := url.QueryUnescape(value); err == nil {
				value = plain
			}
		}
		told[o.Name] = value
	}
	return told
}

// lacks are the options that the way of what was told needs beside it: of several that may stand for
// each other the one that people would rather write.
func (p *preset) lacks(told map[string]string) map[string]bool {
	lacks := map[string]bool{}
	for _, names := range p.way(told).with {
		either := strings.Split(names, " or ")
		if !slices.ContainsFunc(either, func(name string) bool { return told[name] != "" }) {
			lacks[either[0]] = true
		}
	}
	for _, o := range p.Options {
		if lacks[o.For] && o.Default == "" {
			lacks[o.Name] = true
		}
	}
	return lacks
}

// way is the way that choose takes of what was told; where that is not enough for any, the one of the
// option that may stand right behind the kind's name.
func (p *preset) way(told map[string]string) variant {
	nearest := p.variants[0]
	for _, v := range p.variants {
		if len(v.with) == 0 || slices.ContainsFunc(strings.Split(v.with[0], " or "), func(name string) bool { return told[name] != "" }) {
			return v
		}
		if slices.ContainsFunc(p.Options, func(o presetOption) bool { return o.Short && o.Name == v.with[0] }) {
			nearest = v
		}
	}
	return nearest
}

// blank is what stands for a value that only the user knows. A secret shows where it may stand. Nothing else
// is an example: it would be somebody else's number or name, and read as ours.
func (o presetOption) blank() string {
	if o.Type == "secret" && o.Example != "" {
		return o.Example
	}
	return "…"
}

// Address takes the address out of what people paste: a line of text, an address without
// https://, one in angle brackets, with a full stop behind it. A text without an address
// comes back as it is, without blanks around it.
func Address(input string) string {
	fields := strings.Fields(input)
	for _, f := range fields {
		f = strings.Trim(f, `<>()[]"'«»“”,;`)
		if strings.Contains(f, "://") {
			return strings.TrimRight(f, ".!")
		}
	}
	for _, f := range fields {
		f = strings.TrimRight(strings.Trim(f, `<>()[]"'«»“”,;`), ".!")
		if host, _, _ := strings.Cut(f, "/"); strings.HasPrefix(f, "@") || strings.Contains(strings.Trim(host, "."), ".") && !strings.Contains(host, "@") {
			return f
		}
	}
	return strings.TrimSpace(input)
}

func withoutScheme(address string) string {
	for _, scheme := range []string{"https://", "http://"} {
		if len(address) >= len(scheme) && strings.EqualFold(address[:len(scheme)], scheme) {
			address = address[len(scheme):]
		}
	}
	host, rest, _ := strings.Cut(address, "/")
	host = strings.TrimPrefix(strings.ToLower(host), "www.")
	if strings.HasPrefix(address, "@") {
		return address
	}
	if len(host) < len(address) && strings.Contains(address, "/") {
		return host + "/" + rest
	}
	return host
}

// Block writes the place as a source of a watchlist: lines without a dash and without
// indentation. watch is the watch it belongs to; empty for none.
func (p Place) Block(watch string) string {
	var b strings.Builder
	b.WriteString(p.Kind.Name + ": ")
	all := append(slices.Clone(p.Options), p.Missing...)
	switch {
	case len(all) == 0:
		b.WriteString("{}")
	case len(all) == 1 && all[0].Name == p.Short:
		b.WriteString(all[0].yaml())
	default:
		parts := make([]string, len(all))
		for i, o := range all {
			parts[i] = o.Name + ": " + o.yaml()
		}
		b.WriteString("{" + strings.Join(parts, ", ") + "}")
	}
	if watch != "" {
		b.WriteString("\nwatch: " + strconv.Quote(watch))
	}
	return b.String()
}

func (o Option) yaml() string {
	if o.bare {
		return o.Value
	}
	if o.List && !strings.HasPrefix(o.Value, "[") {
		return "[" + strconv.Quote(o.Value) + "]"
	}
	if o.List {
		return o.Value
	}
	return strconv.Quote(o.Value)
}

// Unreadable says of an address why nothing can read it, and what to do instead.
func Unreadable(input string) (name, why, instead string, ok bool) {
	bare := withoutScheme(Address(input))
	for _, u := range unreadable() {
		if u.address.MatchString(bare) {
			return u.name, u.why, u.instead, true
		}
	}
	return "", "", "", false
}

// unreadablePlace is a place that people ask for and no program may or can read.
type unreadablePlace struct {
	address            *regexp.Regexp
	name, why, instead string
}

// unreadable are those places. They are compiled when first asked for, as the presets are.
var unreadable = sync.OnceValue(func() []unreadablePlace {
	return []unreadablePlace{
		{regexp.MustCompile(`^(?:\w+\.)?(?:facebook|fb)\.(?:com|me|watch)(?:/|$)`), "Facebook",
			"it shows posts only to people who are signed in, and forbids programs to read them",
			"your own page is read as facebookpage: (docs/sources.md#facebookpage); Google Alerts finds public posts of others (earshot add with the alert's RSS address), and a listening service that has a contract may hand posts in (docs/push.md)"},
		{regexp.MustCompile(`^(?:\w+\.)?instagram\.com(?:/|$)`), "Instagram",
			"it shows posts only to people who are signed in, and forbids programs to read them",
			"your own business account is read as instagram: (docs/sources.md#instagram); Google Alerts finds some public posts of others, and a listening service that has a contract may hand posts in (docs/push.md)"},
		{regexp.MustCompile(`^(?:mobile\.)?(?:x|twitter)\.com(?:/|$)`), "X (Twitter)",
			"it is read only through its paid interface, and forbids reading its pages",
			"an automation with an account there (n8n, Zapier) may hand posts in (docs/push.md)"},
		{regexp.MustCompile(`^(?:\w+\.)?tiktok\.com(?:/|$)`), "TikTok",
			"it has no interface for comments of others and forbids reading its pages",
			"a listening service that has a contract may hand posts in (docs/push.md)"},
		{regexp.MustCompile(`^(?:\w+\.)?threads\.(?:net|com)(?:/|$)`), "Threads",
			"its search needs an app that Meta reviewed",
			"Google Alerts finds some public posts; others may be handed in (docs/push.md)"},
		{regexp.MustCompile(`^(?:\w+\.)?linkedin\.com(?:/|$)`), "LinkedIn",
			"it forbids programs to read its pages and has no interface for them",
			"nothing instead but a person"},
		{regexp.MustCompile(`^(?:(?:maps\.)?google\.[a-z.]+/maps|maps\.google\.[a-z.]+|goo\.gl/maps|maps\.app\.goo\.gl|g\.page|g\.co/kgs|maps\.google)(?:[/?@]|$)`), "Google Maps",
			"its pages may not be read by programs, and the public interface gives five reviews",
			"the owner of the place reads all of them: googlebusiness: (docs/sources.md#googlebusiness)"},
		{regexp.MustCompile(`^(?:www\.)?(?:google\.[a-z.]+/(?:search|url)|bing\.com/search|duckduckgo\.com/\?|(?:ya|yandex)\.[a-z.]+/search|search\.yahoo\.com)(?:[/?]|$|\w+=)`), "a search engine's page",
			"it forbids programs to read it and asks them for a captcha",
			"Google Alerts writes what it finds into a feed: googlealerts: (docs/sources.md#googlealerts); of a link in its results take the address behind it"},
		{regexp.MustCompile(`^(?:yandex\.(?:ru|com|by|kz)/(?:maps|web-maps)|reviews\.yandex\.ru)(?:/|$)`), "Yandex Maps",
			"its reviews may not be kept by others",
			"an export of your own account there may be handed in (docs/push.md)"},
		{regexp.MustCompile(`^(?:\w+\.)?tripadvisor\.[a-z.]+(?:/|$)`), "Tripadvisor",
			"its reviews may not be stored by others",
			"the owner's notices by mail, handed in by an automation (docs/push.md)"},
		{regexp.MustCompile(`^(?:\w+\.)?yelp\.[a-z.]+(?:/|$)`), "Yelp",
			"its reviews may not be stored by others",
			"the owner's notices by mail, handed in by an automation (docs/push.md)"},
		{regexp.MustCompile(`^(?:\w+\.)?2gis\.[a-z.]+(?:/|$)`), "2GIS",
			"its reviews come through an interface that asks for a key",
			"with a key that 2GIS gave you its interface is read with json: (docs/sources.md#json); an export of your own account there may be handed in (docs/push.md)"},
		{regexp.MustCompile(`^(?:\w+\.)?(?:g2|capterra|glassdoor|quora)\.[a-z.]+(?:/|$)`), "this site",
			"it forbids programs to read it and turns them away",
			"Google Alerts finds what is public of it"},
		{regexp.MustCompile(`^(?:chat\.whatsapp|wa\.me|invite\.viber|discord\.(?:gg|com)/)`), "a private chat",
			"what people write there is not public",
			"nothing: earshot reads public places only"},
		{regexp.MustCompile(`^(?:t|telegram)\.me/(?:\+|joinchat/|c/\d)`), "a private Telegram group",
			"it has no public page",
			"a public channel is read by its name: t.me/NAME"},
	}
})
