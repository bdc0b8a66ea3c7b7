package config

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// TestInside: what is the operator's stands on listen only while nobody else reaches it.
func TestInside(t *testing.T) {
	proxy := WebProxy{From: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	for _, c := range []struct {
		name   string
		web    Web
		inside bool
		admin  string
		chosen bool
	}{
		{"nothing listens", Web{}, true, "", false},
		{"the usual one", Web{Listen: "127.0.0.1:8080"}, true, "", false},
		{"by its name", Web{Listen: "LocalHost.:8080"}, true, "", false},
		{"a name within it", Web{Listen: "earshot.localhost:8080"}, true, "", false},
		{"IPv6", Web{Listen: "[::1]:8080"}, true, "", false},
		{"IPv4 within IPv6", Web{Listen: "[::ffff:127.0.0.1]:8080"}, true, "", false},
		{"all of 127", Web{Listen: "127.8.8.8:8080"}, true, "", false},
		{"every address", Web{Listen: ":8080"}, false, DefaultAdmin, false},
		{"every address of IPv6", Web{Listen: "[::]:8080"}, false, DefaultAdmin, false},
		{"the network", Web{Listen: "10.0.0.5:8080"}, false, DefaultAdmin, false},
		{"a name that only begins so", Web{Listen: "localhost.example:8080"}, false, DefaultAdmin, false},
		{"shown to others", Web{Listen: "127.0.0.1:8080", PublicURL: "https://earshot.romashka.example"}, false, DefaultAdmin, false},
		{"shown to itself", Web{Listen: "127.0.0.1:8080", PublicURL: "http://localhost:8080"}, true, "", false},
		{"a proxy that has no name for it", Web{Listen: "127.0.0.1:8080", Proxy: proxy}, false, DefaultAdmin, false},
		{"an address of one's own", Web{Listen: "127.0.0.1:8080", AdminListen: "127.0.0.1:9999"}, true, "127.0.0.1:9999", true},
		{"an address of one's own alone", Web{AdminListen: "127.0.0.1:9999"}, true, "127.0.0.1:9999", true},
		{"public, with one's own", Web{Listen: ":8080", AdminListen: "10.0.0.5:9721"}, false, "10.0.0.5:9721", true},
	} {
		admin, chosen := c.web.Admin()
		if got := c.web.Inside(); got != c.inside || admin != c.admin || chosen != c.chosen {
			t.Errorf("%s: inside %v, admin %q chosen %v", c.name, got, admin, chosen)
		}
	}
}

// TestCertificateBounds: a certificate is warned of when what renews it should have done so.
func TestCertificateBounds(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name           string
		lives, is      time.Duration // from its beginning
		warning, wrong string
	}{
		{"a year, new", 365 * 24 * time.Hour, time.Hour, "", ""},
		{"90 days, renewed in time", 90 * 24 * time.Hour, 82 * 24 * time.Hour, "", ""},
		{"90 days, the last week", 90 * 24 * time.Hour, 84 * 24 * time.Hour, "this certificate is valid until ", ""},
		{"6 days, two left", 6 * 24 * time.Hour, 4 * 24 * time.Hour, "", ""},
		{"6 days, the last hours", 6 * 24 * time.Hour, 130 * time.Hour, "this certificate is valid until ", ""},
		{"over", 90 * 24 * time.Hour, 91 * 24 * time.Hour, "this certificate has not been valid since ", ""},
		{"of another key", 90 * 24 * time.Hour, time.Hour, "", "this certificate and its key cannot be used: private key does not match public key"},
	} {
		begin := time.Now().Add(-c.is)
		cert, key := testkit.Certificate(t, 1, begin, begin.Add(c.lives))
		if c.wrong != "" {
			_, key = testkit.Certificate(t, 1, begin, begin.Add(c.lives))
		}
		for name, data := range map[string][]byte{"cert.pem": cert, "key.pem": key} {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		src := "contact: a@b.example\nwatch: [{name: A, terms: [Acme]}]\nsources: [{feed: \"https://news.example/rss\"}]\n" +
			"web: {listen: \"127.0.0.1:8080\", tls: {cert: cert.pem, key: key.pem}}\n"
		got, err := Parse(filepath.Join(dir, "w.yaml"), []byte(src), nil, testKinds())
		var many *Errors
		switch {
		case c.wrong != "":
			if !errors.As(err, &many) || !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("%s: %v", c.name, err)
			}
		case err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.warning == "" && len(got.Warnings) > 0, c.warning != "" && (len(got.Warnings) != 1 || !strings.HasPrefix(got.Warnings[0].Msg, c.warning)):
			t.Errorf("%s: %v", c.name, got.Warnings)
		case got.Web.TLS.CertFile != filepath.Join(dir, "cert.pem") || got.Web.TLS.KeyFile != filepath.Join(dir, "key.pem"):
			t.Errorf("%s: the files are %+v", c.name, got.Web.TLS)
		}
	}
}
