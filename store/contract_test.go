package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/earshot/earshot/internal/testkit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// contract is what every engine keeps. A new case is one line here.
var contract = map[string]func(t *testing.T, open func(t *testing.T) *Store){
	"posts are known once":         testKnownOnce,
	"ids that change":              testFingerprints,
	"guests of one day":            testGuests,
	"ids and dates that change":    testChangingIDsAndDates,
	"guests of a moving page":      testGuestsOfAMovingPage,
	"guests beside known ones":     testGuestsBesideKnownOnes,
	"same words in two threads":    testSameWordsInTwoThreads,
	"clicks pass polls":            testClicksPassPolls,
	"long addresses":               testLongAddresses,
	"due cases":                    testDue,
	"reset of the answered":        testResetOfTheAnswered,
	"a site's rest":                testRest,
	"one post a key in a batch":    testOnePerKey,
	"edits":                        testEdits,
	"edits of the past":            testEditsOfThePast,
	"edits at every poll":          testEditsAtEveryPoll,
	"rows without a verdict":       testWithoutVerdict,
	"deletions":                    testDeletions,
	"baseline":                     testBaseline,
	"baseline done elsewhere":      testBaselineDone,
	"a site that was built anew":   testBuiltAnew,
	"words read anew":              testWordsReadAnew,
	"read by other rules":          testReadByOtherRules,
	"rows of older rules":          testRowsOfOlderRules,
	"watch added later":            testLaterWatch,
	"plan fails":                   testPlanFails,
	"plan panics":                  testPlanPanics,
	"also":                         testAlso,
	"duplicates":                   testDuplicates,
	"many duplicates":              testManyDuplicates,
	"thread":                       testThread,
	"a place among many":           testPlaceAmongMany,
	"answers in a thread":          testOfficialInThread,
	"authors and rates":            testAuthors,
	"outbox":                       testOutbox,
	"notices that end another":     testInstead,
	"notices go together":          testJoin,
	"due order":                    testDueOrder,
	"threads wait":                 testThreadsWait,
	"gathered ones wait":           testGatheredWait,
	"storms":                       testStorms,
	"gathered":                     testGathered,
	"outdated":                     testOutdated,
	"outdated in turn":             testOutdatedOrder,
	"reroute":                      testReroute,
	"hold":                         testHold,
	"reroute by the mention":       testRerouteByMention,
	"reroute threads":              testRerouteThreads,
	"reroute what gathers":         testRerouteGathering,
	"reroute loses a race":         testRerouteRace,
	"detach":                       testDetach,
	"orphan":                       testOrphan,
	"waiting":                      testWaiting,
	"untold":                       testUntold,
	"enqueue":                      testEnqueue,
	"case changes":                 testUpdateCase,
	"one winner":                   testOneWinner,
	"lessons and mutes":            testLessons,
	"mutes end":                    testMutes,
	"subscriptions to hubs":        testSubscriptions,
	"sessions":                     testSessions,
	"access tokens":                testTokens,
	"templates":                    testTemplates,
	"templates of the erased":      testTemplatesErased,
	"pauses of sources":            testSourcePauses,
	"replies":                      testReplies,
	"times of replies":             testReplyTimes,
	"reviews without answers":      testReviewsWithoutAnswers,
	"replies at once":              testRepliesAtOnce,
	"replies to one post":          testRepliesToOnePost,
	"replies of the erased":        testRepliesForgotten,
	"answers seen":                 testAnswersSeen,
	"answers to others":            testAnswersToOthers,
	"answers of other replies":     testAnswerTaken,
	"a session is taken once":      testSessionIsTakenOnce,
	"followed threads":             testFollows,
	"followed threads end":         testFollowsEnd,
	"sources":                      testSources,
	"a source gets another name":   testRenamedSource,
	"sources change names":         testSwappedNames,
	"list":                         testList,
	"times and events":             testTimes,
	"preferences":                  testPreferences,
	"list by rank":                 testListByRank,
	"filters of the inbox":         testInboxFilters,
	"words found":                  testWordsFound,
	"spellings found":              testSpellingsFound,
	"words of an earlier earshot":  testTermsOfBefore,
	"its spellings":                testSpellingsOfBefore,
	"case file":                    testCaseFile,
	"changes":                      testChanges,
	"unproved":                     testUnproved,
	"prune":                        testPrune,
	"edited after the retention":   testPruneEdited,
	"pressed after the words went": testPruneStaff,
	"closed after the retention":   testPruneClosedLately,
	"who works on cases":           testPeople,
	"retention rests":              testPruneRests,
	"what messages said goes":      testPrunePayloads,
	"prune looks once":             testPruneLooksOnce,
	"prune looks by the clock":     testPruneByTheClock,
	"erase":                        testErase,
	"foreign text":                 testForeignText,
	"two intakes at once":          testConcurrentIntakes,
	"reads during an intake":       testReadsDuringIntake,
	"posts kept for trials":        testPosts,
	"due sources":                  testDues,
	"read only":                    testReadOnly,
	"probe":                        testProbe,
	"schema of a newer earshot":    testNewerSchema,
	"schema for older readers":     testOlderReader,
	"lease":                        testLease,
	"lease ends":                   testLeaseEnds,
	"ctx ends":                     testContextEnds,
	"round trip of every field":    testRoundTrip,
	"counts":                       testCounts,
	"clock":                        testClockAhead,
	"clock of a slow way":          testClockAheadOfASlowWay,
	"install key":                  testInstallKey,
	"posting is one's own":         testPostingOwner,
	"edited twice and back":        testEditedBack,
	"erased posts stay away":       testErasedStaysAway,
	"erase a person everywhere":    testErasePerson,
	"erase one spelling of many":   testEraseFolded,
	"erase by profile":             testEraseProfile,
	"what is kept of a person":     testKept,
	"all that ages":                testAllAges,
	"deadlines run over all pages": testPages,
	"clocks of cases":              testClocks,
}

func TestSQLite(t *testing.T) {
	empty := testkit.Template{Make: func(path string) error { migrated(t, "sqlite:"+path); return nil }}
	runContract(t, func(t *testing.T) string { return "sqlite:" + empty.Copy(t) })
}

func TestPostgres(t *testing.T) {
	if testing.Short() {
		t.Skip("short: a minute with a real PostgreSQL")
	}
	server := testkit.Postgres(t)
	empty := must(url.Parse(testkit.Database(t, server.URL)))(t)
	migrated(t, empty.String())
	admin := must(sql.Open("pgx", server.URL))(t)
	defer admin.Close()
	copies := 0
	runContract(t, func(t *testing.T) string {
		copies++
		at := *empty
		at.Path = fmt.Sprint("/copy", copies)
		must(admin.ExecContext(background, fmt.Sprintf(`CREATE DATABASE %s TEMPLATE %s`, at.Path[1:], empty.Path[1:])))(t)
		return at.String()
	})
}

// migrated makes an empty database that nothing ever opened: copies of it are made in a moment.
func migrated(t *testing.T, address string) {
	t.Helper()
	list := must(loadMigrations(address[:strings.Index(address, ":")]))(t)
	s := bareAt(t, address, func() time.Time { return t0 }, list)
	if s.engine.name == "sqlite" {
		must(s.Sweep(background))(t) // what it holds is in the file alone
	}
	mustDo(t, s.Close())
}

// bareAt is a database with these migrations, of which nothing else was done that a start does.
func bareAt(t *testing.T, address string, now func() time.Time, list []migration) *Store {
	t.Helper()
	s := &Store{log: slog.New(slog.DiscardHandler), now: now}
	mustDo(t, s.connect(background, Options{Database: address}))
	mustDo(t, s.prepareSchema(background))
	for _, m := range list {
		mustDo(t, s.inTx(background, "migrate", func(tx *sql.Tx) error { return s.apply(background, tx, m) }))
	}
	return s
}

func runContract(t *testing.T, address func(t *testing.T) string) {
	for name, test := range contract {
		t.Run(name, func(t *testing.T) {
			at := address(t)
			test(t, func(t *testing.T) *Store { return openAt(t, Options{Database: at}) })
			clocksAreRight(t, at)
		})
	}
}

// addressOf is where a store was opened.
func addressOf(s *Store) string {
	if s.file != nil {
		return "sqlite:" + s.file.Name()
	}
	return s.conn.ConnString()
}

// openFile opens a new SQLite database.
func openFile(t testing.TB) *Store {
	t.Helper()
	return openAt(t, Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "e.db")})
}

func openAt(t testing.TB, opt Options) *Store {
	t.Helper()
	if opt.Now == nil {
		opt.Now = func() time.Time { return t0 }
	}
	s, err := Open(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
