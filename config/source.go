package config

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// The bounds of weight.
const minWeight, maxWeight = 0.1, 10

// commonKeys are the keys every source has, whatever its kind.
var commonKeys = fieldNames(fieldsOf(reflect.TypeFor[Source]()))

// source decodes one block; its Kind stays empty when not even that is known.
func (d *decoder) source(n ast.Node, src *Source, m position, path string) {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
	case *ast.NullNode:
		d.wrong(m, "", "an empty entry in sources")
		return
	default:
		d.wrongType(n, m, "a source", "keys and values, such as feed: https://news.example/rss")
		return
	}
	pairs := d.pairs(n, path)
	kind, rest, ok := d.kindOfSource(pairs, m)
	var commons []pair
	rest = slices.DeleteFunc(rest, func(p pair) bool {
		if slices.Contains(commonKeys, p.name) {
			commons = append(commons, p)
			return true
		}
		return false
	})
	d.keys(commons, reflect.ValueOf(src).Elem(), m, path, d.fields(reflect.TypeFor[Source]()))
	if !ok {
		return
	}
	src.Base, src.Pos = strings.TrimRight(src.Base, "/"), m.Pos
	src.Kind, src.Section = kind.name, Section{doc: d.doc, kind: kind.name, key: kind.key, node: kind.value, rest: rest}
	d.at[path+"."+kind.name+"?"] = kind.key
	d.at[path+"."+kind.name] = d.doc.positionOf(kind.value)
	d.checkFilled(path+".watch", len(src.Watches))
	if src.Reply != nil {
		d.checkNobody(path+".reply.allow", src.Reply.Allow)
		src.Reply.Pos = d.place(path + ".reply").Pos
	}
	d.options(src)
	d.nameSource(src)
	d.checkEvery(*src, path)
	if d.has(path+".weight") && (src.Weight < minWeight || src.Weight > maxWeight) && !d.reported(d.place(path+".weight")) {
		d.wrong(d.place(path+".weight"), "write a number from 0.1 to 10", "weight: a place never counts %v times", src.Weight)
	}
}

// backfill decodes what is no length of time: true, and what people write for it. It reports whether it
// was that.
func (d *decoder) backfill(n ast.Node, into *time.Duration, m position, f field) bool {
	if b, ok := n.(*ast.BoolNode); ok {
		if b.Value {
			*into = BackfillAll
		}
		return true
	}
	s, ok := n.(*ast.StringNode)
	if !ok {
		return false
	}
	switch strings.ToLower(s.Value) {
	case "yes", "on":
		*into = BackfillAll
	case "no", "off":
	case "all", "everything", "always", "все", "всё", "усе", "всичко":
		d.wrong(m, "write true", "%s: %q is not a length of time", f.name, s.Value)
	default:
		return false
	}
	return true
}

// options tries the block against the struct of its kind, so that its mistakes
// come with all others.
func (d *decoder) options(src *Source) {
	t := d.kinds.options(src.Kind)
	if t == nil {
		return
	}
	sub := newDecoder(d.doc, d.kinds)
	sub.known = d.known
	sub.values, sub.depth = d.values, d.depth
	src.Section.decode(sub, reflect.New(t).Interface())
	d.values = sub.values
	for _, p := range sub.problems {
		d.add(p)
	}
	d.lost += sub.lost
	d.mistakes += max(0, sub.mistakes-maxErrors)
	d.warnings += max(0, sub.warnings-maxErrors)
}

// kindOfSource finds the kind key among the keys of a block.
func (d *decoder) kindOfSource(pairs []pair, m position) (kind pair, rest []pair, ok bool) {
	var kinds, others []pair
	for _, p := range pairs {
		if _, known := d.kinds[p.name]; known && !slices.Contains(commonKeys, p.name) {
			kinds = append(kinds, p)
		} else {
			others = append(others, p)
		}
	}
	switch {
	case len(kinds) == 1:
		return kinds[0], others, true
	case len(kinds) > 1:
		d.wrong(kinds[1].key, "make it two entries", "one source cannot be both %s and %s", kinds[0].name, kinds[1].name)
		return kinds[0], others, true
	}
	known := slices.Sorted(maps.Keys(d.kinds))
	if kind, rest, ok := d.apartFromAddress(others, known); ok {
		return kind, rest, true
	}
	for _, p := range others {
		if slices.Contains(commonKeys, p.name) {
			continue
		}
		if meant := wordFor(p.name, kindWords, known); meant != "" {
			d.wrong(p.key, didYouMean(meant), "unknown key %q", p.name)
			return readAsKind(p, meant, others)
		}
		if meant := d.near(p.name, append(slices.Clone(known), commonKeys...)); meant != "" {
			d.wrong(p.key, meantFor(p.name, meant), "unknown key %q", p.name)
			if slices.Contains(known, meant) {
				return readAsKind(p, meant, others)
			}
		}
	}
	at := m
	for _, p := range others { // the first key that is not common was meant as the kind
		if !slices.Contains(commonKeys, p.name) {
			at = p.key
			break
		}
	}
	hint := "begin it with one of " + shortList(commonFirst(known))
	for _, p := range others {
		if address := closed[strings.ToLower(p.name)]; address != "" {
			hint = fmt.Sprintf("earshot add %s says why it cannot be read, and what to do instead", address)
			at = p.key
		}
	}
	option := func(p pair) bool { return slices.Contains(commonKeys, p.name) || d.isOption(p.name) }
	if !slices.ContainsFunc(others, func(p pair) bool { return !option(p) }) && d.apart(m, func(key string) bool { return slices.Contains(known, key) }) {
		hint = oneDash
	}
	d.wrong(at, hint, "this source does not say what it is")
	return kind, others, false
}

// apartFromAddress reads a source as other programs have it, its kind at one key and its address at
// another: type: rss, url: https://….
func (d *decoder) apartFromAddress(pairs []pair, known []string) (kind pair, rest []pair, ok bool) {
	called := func(key string, table map[string]string) int {
		return slices.IndexFunc(pairs, func(p pair) bool { return p.name == key || wordFor(p.name, table, []string{key}) != "" })
	}
	what, where := called("kind", keyWords), called("url", keyWords)
	if where < 0 {
		where = slices.IndexFunc(pairs, func(p pair) bool { return p.name == "site" || p.name == "href" || p.name == "feed_url" })
	}
	if what < 0 || where < 0 {
		return kind, nil, false
	}
	word := d.word(pairs[what].value)
	meant := cmp.Or(wordFor(word, kindWords, known), word)
	if !slices.Contains(known, meant) {
		return kind, nil, false
	}
	d.wrong(pairs[what].key, fmt.Sprintf("write %s: with the address behind it, in place of both", meant), "a source begins with its kind, and %s and %s are two keys", pairs[what].name, pairs[where].name)
	for i, p := range pairs {
		if i != what && i != where {
			rest = append(rest, p)
		}
	}
	kind = pairs[where]
	kind.name = meant
	return kind, rest, true
}

// closed are networks that people name as a kind and no program reads, with an address there.
var closed = map[string]string{
	"twitter": "https://x.com/", "x": "https://x.com/", "tiktok": "https://www.tiktok.com/", "linkedin": "https://www.linkedin.com/", "threads": "https://www.threads.net/",
	"whatsapp": "https://chat.whatsapp.com/", "viber": "https://invite.viber.com/", "discord": "https://discord.com/", "tripadvisor": "https://www.tripadvisor.com/",
}

// readAsKind is the source as its kind would have it, so that its other mistakes are said at once.
func readAsKind(p pair, meant string, others []pair) (kind pair, rest []pair, ok bool) {
	rest = slices.DeleteFunc(slices.Clone(others), func(o pair) bool { return o.key == p.key })
	p.name = meant
	return p, rest, true
}

// isOption reports whether any kind has an option of this name.
func (d *decoder) isOption(name string) bool {
	for kind := range d.kinds {
		if t := d.kinds.options(kind); t != nil && slices.Contains(fieldNames(d.fields(t)), name) {
			return true
		}
	}
	return false
}

// commonFirst puts the kinds that nearly every watchlist has before the others, since a
// long list is cut.
func commonFirst(names []string) []string {
	var first []string
	for _, name := range []string{"feed", "page", "forum", "telegram", "vk"} {
		if slices.Contains(names, name) {
			first = append(first, name)
		}
	}
	return append(first, slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(first, n) })...)
}

// word is a scalar as it stands in the watchlist, without quotes and with its secrets not
// filled in; "" for what is none.
func (d *decoder) word(n ast.Node) string {
	n = d.unwrap(n)
	switch t := n.(type) {
	case *ast.StringNode:
		return t.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return t.GetToken().Value
	}
	return ""
}

// nameSource finds the address as written, and a name where the user gave none.
func (d *decoder) nameSource(src *Source) {
	node := d.unwrap(src.Section.node)
	src.Address = pastedAddress(d.word(node))
	pairs := d.quietPairs(node)
	for _, p := range pairs {
		if p.name == "address" {
			src.Address = pastedAddress(d.word(p.value))
		}
	}
	if src.Name != "" {
		return
	}
	src.Name = src.Address
	if src.Name != "" {
		return
	}
	words := []string{src.Kind}
	for _, p := range pairs {
		value := d.word(p.value)
		if value != "" && !strings.Contains(value, "${") && !secretKey(p.name) && !d.secretOption(src.Kind, p.name) && len(words) < 4 {
			words = append(words, value)
		}
	}
	src.Name = strings.Join(words, " ")
}

// secretOption reports whether an option of a kind is a secret.
func (d *decoder) secretOption(kind, name string) bool {
	t := d.kinds.options(kind)
	if t == nil {
		return false
	}
	fields := d.fields(t)
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
	return i >= 0 && t.FieldByIndex(fields[i].index).Type == reflect.TypeFor[Secret]()
}

func secretKey(name string) bool {
	return strings.Contains(name, "token") || strings.Contains(name, "secret") || strings.Contains(name, "password") || strings.Contains(name, "key")
}

// quietPairs lists keys without reporting again what is wrong with them.
func (d *decoder) quietPairs(n ast.Node) []pair {
	return newDecoder(d.doc, nil).pairs(n, "")
}

// checkEvery bounds the pace of one source.
func (d *decoder) checkEvery(src Source, path string) {
	if !d.has(path+".every") || d.broken[path+".every"] {
		return
	}
	m := d.place(path + ".every")
	switch {
	case src.Every < time.Second:
		d.wrong(m, "write at least 1s", "every: faster than once a second")
	case src.Every < time.Minute && public(src):
		d.warn(m, "1m or more is polite", "every: %s is often for a public site", brief(src.Every))
	}
}

// public reports whether a source stands on somebody else's machine.
func public(src Source) bool {
	u, err := url.Parse(cmp.Or(src.Base, src.Address))
	if err != nil || u.Hostname() == "" {
		return true
	}
	host := strings.ToLower(u.Hostname())
	if ip, err := netip.ParseAddr(host); err == nil {
		return !ip.IsLoopback() && !ip.IsPrivate() && !ip.IsLinkLocalUnicast()
	}
	return !LocalName(host)
}
