package watchlist

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"reflect"
	"slices"

	"github.com/earshot/earshot/config"
)

// Digests say whether two replicas work by the same watchlist, under the installation's
// key because keys are among what they cover: all says everything, file its text alone.
// Where the database is, and where this machine listens, is its own business.
func (l List) Digests(key []byte) (all, file string) {
	h, text := hmac.New(sha256.New, key), l.TextWithout("store", "web")
	fmt.Fprintf(h, "%s\n", text)
	file = hex.EncodeToString(h.Sum(nil)[:8])
	cfg := reflect.ValueOf(l.Config).Elem()
	for i := range cfg.NumField() {
		if name := cfg.Type().Field(i).Name; name != "Store" && name != "Web" {
			secretsIn(cfg.Field(i), func(s config.Secret) { fmt.Fprintf(h, "%q\n", s.Reveal()) })
		}
	}
	for _, src := range l.Sources {
		_, settings := Identify(key, src)
		fmt.Fprintf(h, "%s\n", settings)
	}
	for _, path := range []string{l.Sentiment.WordsFile, l.Sentiment.WeightsFile} {
		if path != "" {
			words, err := os.ReadFile(path)
			fmt.Fprintf(h, "%q %v\n", words, err != nil)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), file
}

// secretsIn gives every secret in v that an exported field leads to.
func secretsIn(v reflect.Value, give func(config.Secret)) {
	if v.CanInterface() {
		if secret, ok := v.Interface().(config.Secret); ok {
			give(secret)
			return
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				secretsIn(v.Field(i), give)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			secretsIn(v.Index(i), give)
		}
	case reflect.Map:
		for _, key := range slices.SortedFunc(slices.Values(v.MapKeys()), func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) }) {
			secretsIn(v.MapIndex(key), give)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			secretsIn(v.Elem(), give)
		}
	}
}
