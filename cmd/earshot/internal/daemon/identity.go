package daemon

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"reflect"
	"strings"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers/presets"
)

// identify says which place a source is and how it is read, both as digests under the
// installation's key: they are stored, and keys of sites are among what they cover.
//
// The place is the kind, the host and the address, or the options that the kind cannot
// do without; a name, a selector or another country in the list does not move it.
func identify(key []byte, src config.Source) (place, settings string) {
	where, how := hmac.New(sha256.New, key), hmac.New(sha256.New, key)
	for _, h := range []hash.Hash{where, how} {
		fmt.Fprintf(h, "%s\n%s\n%s\n", src.Kind, src.Base, src.Address)
	}
	kind, _ := presets.Lookup(src.Kind)
	options := kind.Options()
	if err := src.Section.Decode(options); err != nil {
		return "", "" // its crawler cannot be made either
	}
	v := reflect.ValueOf(options).Elem()
	if src.Address == "" {
		for _, name := range placeOptions(v.Type()) {
			fmt.Fprintf(where, "%s=%s\n", name, src.Section.Written(name))
		}
	}
	reveal(how, v)
	return shortSum(where), shortSum(how)
}

func shortSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)[:8]) }

// placeOptions names the options that choose the place: the address where a kind has
// one, else all that are required.
func placeOptions(t reflect.Type) []string {
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
