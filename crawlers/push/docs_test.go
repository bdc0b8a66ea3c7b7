package push

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/testkit"
)

// TestEveryKeyIsDocumented: docs/push.md says that a key which is not in its list is refused, so the list
// is whole.
func TestEveryKeyIsDocumented(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(testkit.Root(t), "docs", "push.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(page), "\n| key | |\n")
	list, after, _ := strings.Cut(list, "\n\n")
	if !strings.HasPrefix(after, "A key that is not in this list is refused") {
		t.Fatalf("the list is followed by %.60q", after)
	}
	for i := range reflect.TypeFor[Post]().NumField() {
		name, _, _ := strings.Cut(reflect.TypeFor[Post]().Field(i).Tag.Get("json"), ",")
		if !strings.Contains(list, "`"+name+"`") {
			t.Errorf("docs/push.md does not say what %s is", name)
		}
	}
}
