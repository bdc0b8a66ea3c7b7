package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"debug/elf"
	"encoding/pem"
	"math/big"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/demosites"
	"github.com/earshot/earshot/internal/testkit"
)

// No engine builds images where tests run. So the last stage of the Dockerfile is carried
// out by hand: its root file system is made, and the program runs in it as the user it names.

// image is a root file system and how its program is started.
type image struct {
	root    string
	uid     uint32
	workdir string
	command []string // entry point and arguments
}

// buildImage carries out the Dockerfile. What the build stage brings from its own system is
// taken from this one.
func buildImage(t *testing.T) image {
	t.Helper()
	source := testkit.Root(t)
	build, last, ok := strings.Cut(readFile(t, filepath.Join(source, "Dockerfile")), "\nFROM scratch\n")
	if !ok {
		t.Fatal("the last stage of the Dockerfile is not FROM scratch")
	}
	im := image{root: t.TempDir(), workdir: "/"}
	if err := os.Chmod(im.root, 0o755); err != nil {
		t.Fatal(err)
	}
	compile := regexp.MustCompile(`(?m)^RUN (CGO_ENABLED=0 .*go build .*) -o /earshot (.*)$`).FindStringSubmatch(build)
	if compile == nil {
		t.Fatal("the Dockerfile compiles nothing")
	}
	binary := filepath.Join(t.TempDir(), "earshot")
	cmd := exec.Command("sh", "-ec", compile[1]+" -o "+binary+" "+compile[2])
	cmd.Dir, cmd.Env = source, append(os.Environ(), "VERSION=v1.2.3", "TARGETOS=", "TARGETARCH=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, line := range strings.Split(last, "\n") {
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "COPY":
			im.copy(t, binary, strings.Fields(rest))
		case "USER":
			if rest != "65532:65532" {
				t.Fatalf("it runs as %s", rest)
			}
			im.uid = 65532
		case "WORKDIR":
			im.workdir = rest
		case "ENTRYPOINT", "CMD":
			for _, m := range regexp.MustCompile(`"([^"]*)"`).FindAllStringSubmatch(rest, -1) {
				im.command = append(im.command, m[1])
			}
		case "", "#", "VOLUME", "EXPOSE", "HEALTHCHECK":
		default:
			t.Fatalf("the test does not know how to %s", line)
		}
	}
	return im
}

// copy carries out COPY --from=build [--chown=…] from to.
func (im *image) copy(t *testing.T, binary string, words []string) {
	t.Helper()
	from, to := words[len(words)-2], filepath.Join(im.root, words[len(words)-1])
	if from == "/earshot" {
		from = binary
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if from == "/data" {
		if err := os.Mkdir(to, 0o755); err != nil {
			t.Fatal(err)
		}
	} else if out, err := exec.Command("cp", from, to).CombinedOutput(); err != nil {
		testkit.Require(t, "dist", string(out))
	}
	for _, word := range words {
		if owner, ok := strings.CutPrefix(word, "--chown="); ok {
			if out, err := exec.Command("chown", owner, to).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}
	}
}

// run starts the program in the image, as its user and with nothing of this system.
func (im *image) run(args ...string) (string, error) {
	cmd := exec.Command("/earshot", args...)
	cmd.Dir, cmd.Env = im.workdir, []string{"PATH=/"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: im.root, Credential: &syscall.Credential{Uid: im.uid, Gid: im.uid}}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestImage: the program needs nothing that an empty image lacks, knows zones and the
// authorities behind certificates, and may write nowhere but into its volume.
func TestImage(t *testing.T) {
	if os.Getenv("EARSHOT_DRILL") != "full" {
		t.Skip("slow: builds what is published; EARSHOT_DRILL=full runs it")
	}
	if os.Geteuid() != 0 {
		t.Skip("only root changes the root")
	}
	t.Parallel()
	im := buildImage(t)
	if got := strings.Join(im.command, " "); got != "/earshot run -c /etc/earshot/watchlist.yaml" {
		t.Errorf("it starts %s", got)
	}
	program, err := elf.Open(filepath.Join(im.root, "earshot"))
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	for _, p := range program.Progs {
		if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
			t.Error("the program is not static")
		}
	}
	if out, err := im.run("version"); err != nil || !strings.HasPrefix(out, "earshot v1.2.3 ") {
		t.Errorf("version: %v\n%s", err, out)
	}

	// A site with a certificate of an authority of its own, which is added to those that the
	// image has.
	site := httptest.NewUnstartedServer(demosites.New(time.Now, rigPosts()))
	authority, certificate := certificates(t)
	site.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	site.StartTLS()
	defer site.Close()
	if err := os.MkdirAll(filepath.Join(im.root, "etc/earshot"), 0o755); err != nil {
		t.Fatal(err)
	}
	watchlist := strings.NewReplacer("BASE", strings.Replace(site.URL, "127.0.0.1", "localhost", 1)).Replace(`contact: test@example.com
watch: [{name: Romashka Bank, terms: ["Romashka Bank"]}]
sources: [{feed: "BASE/news.rss", name: news}]
fetch: {gap: 0s, allow_private: [127.0.0.0/8, "::1/128"]}
routes: [{to: console}]
deadlines: {claim: 5m, hours: "Mon-Fri 09:00-21:00 Europe/Kyiv"}
store: {database: "sqlite:/data/earshot.db"}
`)
	if err := os.WriteFile(filepath.Join(im.root, "etc/earshot/watchlist.yaml"), []byte(watchlist), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := im.run("check", "-c", "/etc/earshot/watchlist.yaml"); err != nil || !strings.Contains(out, "is good") {
		t.Errorf("check, with working hours in Europe/Kyiv: %v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(im.root, "etc/hosts"), []byte("127.0.0.1 localhost\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	crawl := func() (string, error) { return im.run("crawl", "--json", "-c", "/etc/earshot/watchlist.yaml") }
	if out, err := crawl(); err == nil || !strings.Contains(out, "certificate") {
		t.Errorf("a certificate of nobody was taken: %v\n%s", err, out)
	}
	roots := filepath.Join(im.root, "etc/ssl/certs/ca-certificates.crt")
	real := []byte(readFile(t, roots))
	if n := bytes.Count(real, []byte("BEGIN CERTIFICATE")); n < 50 {
		t.Errorf("the image knows %d authorities", n)
	}
	if err := os.WriteFile(roots, append(real, authority...), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := crawl(); err != nil || !strings.Contains(out, `"source":"news"`) {
		t.Errorf("crawl over TLS: %v\n%s", err, out)
	}
	if out, err := im.run("mutes", "-c", "/etc/earshot/watchlist.yaml"); err != nil && !strings.Contains(out, "earshot.db") {
		t.Errorf("mutes: %v\n%s", err, out)
	}
	if out, err := im.run("init", "/etc/earshot/other.yaml"); err == nil {
		t.Errorf("it may write beside its volume:\n%s", out)
	}
}

// certificates are an authority's, as PEM, and one of it for localhost.
func certificates(t *testing.T) (authority []byte, site tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
