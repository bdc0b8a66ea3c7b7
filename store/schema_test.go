package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/testkit"
)

// TestSchemasAreOne compares the two schemas, which may differ in the names of types and
// in what only one engine can say, and in nothing else.
func TestSchemasAreOne(t *testing.T) {
	sqlite, postgres := migrationTexts(t, "sqlite"), migrationTexts(t, "postgres")
	if len(sqlite) != len(postgres) {
		t.Fatalf("%d migrations for SQLite, %d for PostgreSQL", len(sqlite), len(postgres))
	}
	for i := range sqlite {
		a, b := normalSchema(sqlite[i]), normalSchema(postgres[i])
		if len(a) == 0 && !strings.Contains(sqlite[i], onlyHere) {
			t.Fatalf("migration %d is empty", i+1)
		}
		for n := range min(len(a), len(b)) {
			if a[n] != b[n] {
				t.Fatalf("migration %d, statement line %d:\nSQLite     %s\nPostgreSQL %s", i+1, n+1, a[n], b[n])
			}
		}
		if len(a) != len(b) {
			t.Errorf("migration %d: %d lines for SQLite, %d for PostgreSQL", i+1, len(a), len(b))
		}
	}
}

// TestWhatIsKeptIsTold: whoever answers for the data reads the guide's page on privacy, in their language, and no
// schema: every table is in the column of it that says where things are kept.
func TestWhatIsKeptIsTold(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join(testkit.Root(t), "docs", "guide", "??", "admin", "privacy.md"))
	if err != nil || len(pages) != 4 {
		t.Fatalf("pages %q, error %v, want one for each language", pages, err)
	}
	for _, page := range pages {
		testPageTells(t, page)
	}
}

func testPageTells(t *testing.T, file string) {
	t.Helper()
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, row := range regexp.MustCompile(`(?m)^\| [^|]+ \| ([^|]+) \|`).FindAllStringSubmatch(string(page), -1) {
		for name := range strings.FieldsFuncSeq(row[1], func(r rune) bool { return strings.ContainsRune(" ,;`", r) }) {
			told[name] = true
		}
	}
	n := 0
	for _, text := range migrationTexts(t, "sqlite") {
		for _, m := range regexp.MustCompile(`CREATE TABLE (\w+)`).FindAllStringSubmatch(text, -1) {
			if n++; !told[m[1]] {
				t.Errorf("%s does not say what is kept in %s, and how long", file, m[1])
			}
		}
	}
	if n < 20 {
		t.Errorf("%d tables: is the pattern still right?", n)
	}
}

func migrationTexts(t *testing.T, engine string) (texts []string) {
	t.Helper()
	names, err := fs.Glob(migrations, "migrations/"+engine+"/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	return texts
}

// sqliteWords turns PostgreSQL's words into SQLite's, longest first.
var sqliteWords = strings.NewReplacer("BIGINT GENERATED ALWAYS AS IDENTITY", "INTEGER", "BIGINT", "INTEGER", "BYTEA", "BLOB", " WITHOUT ROWID", "")

var sqlComment = regexp.MustCompile(`--[^\n]*`)

// onlyHere stands in a migration before what the other engine cannot say: its full text.
const onlyHere = "-- only here\n"

// normalSchema is the schema without comments, in the words of SQLite.
func normalSchema(text string) (lines []string) {
	text, _, _ = strings.Cut(text, onlyHere)
	text = sqliteWords.Replace(sqlComment.ReplaceAllString(text, ""))
	for line := range strings.Lines(text) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
