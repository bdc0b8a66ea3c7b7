package watchlist

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"reflect"
	"slices"
	"strings"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers/presets"
)

// Identify says which place a source is and how it is read, both as digests under the
// installation's key: they are stored, and keys of sites are among what they cover.
//
// The place is the kind, the host and what choices lists, however it is written; a name, a
// key, a selector or another country in the list does not move it.
func Identify(key []byte, src config.Source) (place, settings string) {
	kind, _ := presets.Lookup(src.Kind)
	into := kind.Options()
	if err := src.Section.Decode(into); err != nil {
		return "", "" // its crawler cannot be made either
	}
	options := reflect.ValueOf(into).Elem()
	where, how := hmac.New(sha256.New, key), hmac.New(sha256.New, key)
	head, more := choices(src, options.Type())
	fmt.Fprintf(where, "%s\n%s\n%s\n", src.Kind, src.Base, head)
	for _, line := range more {
		fmt.Fprintln(where, line)
	}
	fmt.Fprintf(how, "%s\n%s\n%s\n", src.Kind, src.Base, shortAddress(src)) // never otherwise: replicas of two versions compare it
	reveal(how, options)
	return shortSum(where), shortSum(how)
}

// FormerPlace is the place as earlier earshots told it, by which a database of theirs knows the
// source: of the long form they took what is required, letter by letter, and nothing else. It reads no
// options: identify has, and where they cannot be read there is no source.
func FormerPlace(key []byte, src config.Source) string {
	where, address := hmac.New(sha256.New, key), shortAddress(src)
	fmt.Fprintf(where, "%s\n%s\n%s\n", src.Kind, src.Base, address)
	if address == "" {
		kind, _ := presets.Lookup(src.Kind)
		for _, name := range requiredOptions(reflect.TypeOf(kind.Options()).Elem()) {
			fmt.Fprintf(where, "%s=%s\n", name, src.Section.Written(name))
		}
	}
	return shortSum(where)
}

// shortAddress is the address of the short form.
func shortAddress(src config.Source) string {
	if src.Section.Has("address") {
		return ""
	}
	return src.Address
}

// choices are what of the options chooses what is read there: head is the address, or what may
// stand in its place, and more is what is sent to the address, or the others that are written and
// not as they are when left out. A server of the whole network is none, nor is an account that
// only signs in. A list that grows stays the same: its first counts, where nothing else chooses.
// So does a key that there must be, where there is nothing else.
func choices(src config.Source, options reflect.Type) (head string, more []string) {
	if hasAddress(options) {
		if body := src.Section.Word("body", false); body != "" { // one address may answer all that is asked there
			more = []string{"body=" + body}
		}
		return cmp.Or(src.Address, src.Section.Word("address", true)), more
	}
	var lists, keys []string
	for i := range options.NumField() {
		f := options.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		short, usual := f.Tag.Get("short") == "true", f.Tag.Get("default")
		word := src.Section.Word(name, short)
		line := name + "=" + word
		switch {
		case word == "" || word == usual:
		case short:
			head = word
		case f.Type == reflect.TypeFor[config.Secret]():
			if f.Tag.Get("required") == "true" {
				keys = append(keys, line)
			}
		case f.Type.Kind() == reflect.Slice:
			lists = append(lists, line)
		case f.Type.Kind() == reflect.String && f.Tag.Get("for") == "" && !strings.Contains(usual, "://"):
			more = append(more, line)
		}
	}
	for _, others := range [][]string{lists, keys} {
		if head == "" && len(more) == 0 {
			more = others
		}
	}
	slices.Sort(more)
	return head, more
}

func hasAddress(options reflect.Type) bool {
	return slices.Equal(requiredOptions(options), []string{"address"})
}

func shortSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)[:8]) }

// requiredOptions names the address where a kind has one, else all options that are required.
func requiredOptions(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "address" {
			return []string{name}
		}
		if f.Tag.Get("required") == "true" {
			names = append(names, name)
		}
	}
	return names
}

// reveal writes options with their secrets into a digest, and nowhere else.
func reveal(h hash.Hash, v reflect.Value) {
	if secret, ok := v.Interface().(config.Secret); ok {
		fmt.Fprintf(h, "%q;", secret.Reveal())
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				reveal(h, v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			reveal(h, v.Index(i))
		}
	default:
		fmt.Fprintf(h, "%v;", v.Interface()) // maps are printed in the order of their keys
	}
}
