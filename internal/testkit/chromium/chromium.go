// Package chromium is a browser for tests, which reaches this machine alone and is gone when
// its test is. What a test does in a page is its own.
//
// It lies apart from testkit, so that only tests with a browser are built with one.
package chromium

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/earshot/earshot/internal/testkit"
)

// Open starts a browser for a test; chromedp.NewContext opens further windows in it.
func Open(t testing.TB, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("short: a real browser")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		testkit.Require(t, "browser", "chromium absent (apt-get install chromium)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(options, more...)...)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits until it is gone
		end()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// Eval is what an expression gives in a page, also one that gives it later.
func Eval[T any](ctx context.Context, expression string) (T, error) {
	wait := true
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, func(p *runtime.EvaluateParams) { p.AwaitPromise = &wait }))
}

// Axe is the script of the checker of pages, which scripts/test-tools.sh keeps outside of the
// repository; empty where it is not.
func Axe() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	src, _ := os.ReadFile(filepath.Join(dir, "earshot-tests", "axe-core-4.14.1", "axe.min.js"))
	return string(src)
}
