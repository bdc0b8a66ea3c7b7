package daemon

import (
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/testkit"
)

// TestCertificateThatIsNotRenewed: staff are told a week before it ends and once when it has, by day,
// once however often earshot starts; health says so until it is renewed. What lives only days is
// renewed after two thirds of them, which must be no alarm each time.
func TestCertificateThatIsNotRenewed(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	began := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	renew := func(serial int64, from, until time.Time) {
		t.Helper()
		public, private := testkit.Certificate(t, serial, from, until)
		if err := errors.Join(os.WriteFile(cert, public, 0o600), os.WriteFile(key, private, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	renew(1, began, began.AddDate(0, 0, 90))
	now := began
	text := strings.Replace(quietWatchlist, "DIR", dir, 1) + "language: uk\nquiet_hours: 22:00-08:00 UTC\nweb: {listen: 127.0.0.1:0, public_url: \"https://e.example\", inbox: false, tls: {cert: " + cert + ", key: " + key + "}}\n"
	start := func() *Daemon { return openAt(t, text, func() time.Time { return now }) }
	d := start()
	defer func() { d.close() }()
	var known alarms
	look := func(at time.Time, want int, words string) {
		t.Helper()
		now = at
		d.look(t.Context(), &known)
		if said := notices(t, d); len(said) != want || want > 0 && !strings.Contains(said[want-1], words) {
			t.Errorf("at %s staff are told %q", at, said)
		}
		_, h := healthOf(t, d)
		if wrong := h.Trouble[partPair] != ""; wrong != (words != "") || wrong != (h.Status == "degraded") {
			t.Errorf("at %s health says %+v", at, h)
		}
	}
	end := began.AddDate(0, 0, 90)
	look(end.AddDate(0, 0, -8), 0, "")
	look(end.AddDate(0, 0, -7).Add(11*time.Hour), 0, "night")
	look(end.AddDate(0, 0, -6), 1, "чинний лише до 24 ")
	d.close()
	d, known = start(), alarms{}
	look(end.AddDate(0, 0, -6), 1, "чинний лише до")
	look(end.Add(time.Minute), 1, "нечинний з 24 ") // the one before was told to nobody yet
	if left := testkit.English(notices(t, d)[0], cert+" web.tls"); len(left) > 0 {
		t.Errorf("English is left: %q", left)
	}
	renew(2, now, now.AddDate(0, 0, 6))
	look(now.Add(time.Hour), 1, "")
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	if config.NotRenewed(pair.Leaf, now.Add(100*time.Hour)) || !config.NotRenewed(pair.Leaf, now.Add(121*time.Hour)) {
		t.Error("of a certificate that lives six days")
	}
	for until, want := range map[time.Duration]string{24 * time.Hour: "is valid until", -time.Hour: "has not been valid since", 60 * 24 * time.Hour: ""} {
		renew(3, time.Now().AddDate(0, 0, -30), time.Now().Add(until))
		cfg, err := config.Parse("watchlist.yaml", []byte(text), lookup, watchlist.Kinds())
		if err != nil {
			t.Fatal(err)
		}
		if said := fmt.Sprint(cfg.Warnings); strings.Contains(said, "this certificate") != (want != "") || !strings.Contains(said, want) {
			t.Errorf("check says %s, want %q", said, want)
		}
	}
}
