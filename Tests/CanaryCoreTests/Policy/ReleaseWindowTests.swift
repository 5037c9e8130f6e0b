import CanaryCore
import Testing

struct ReleaseWindowTests {
    private typealias Window = CanaryPolicy.ReleaseWindow

    private func moment(_ text: String) throws -> Timestamp { try #require(Timestamp(iso8601: text)) }

    @Test(
        "a window of working days is open by the wall clock of its zone",
        arguments: [
            ("2026-01-05T08:00Z", true), ("2026-01-05T07:59Z", false), ("2026-01-05T15:59Z", true),
            ("2026-01-05T16:00Z", false), ("2026-07-06T07:00Z", true), ("2026-07-06T06:59Z", false),
            ("2026-01-03T10:00Z", false), ("2026-01-09T15:59:59Z", true),
        ]
    )
    func workingDays(text: String, isOpen: Bool) throws {
        let window = Window(
            days: [.monday, .tuesday, .wednesday, .thursday, .friday],
            from: 540,
            to: 1020,
            timeZone: "Europe/Berlin"
        )

        #expect(window.isOpen(at: try moment(text)) == isOpen)
    }

    @Test("a window over midnight belongs to the day on which it begins")
    func overMidnight() throws {
        let window = Window(days: [.friday], from: 22 * 60, to: 2 * 60)

        #expect(window.isOpen(at: try moment("2026-01-09T23:00Z")) == true)
        #expect(window.isOpen(at: try moment("2026-01-10T01:59Z")) == true)
        #expect(window.isOpen(at: try moment("2026-01-10T02:00Z")) == false)
        #expect(window.isOpen(at: try moment("2026-01-09T01:00Z")) == false)
        #expect(window.nextOpening(after: try moment("2026-01-10T02:00Z")) == (try moment("2026-01-16T22:00Z")))
    }

    @Test(
        "a window whose beginning the clock skips opens where the clock lands, and one that is told twice opens twice"
    )
    func clockChanges() throws {
        let skipped = Window(from: 150, to: 240, timeZone: "Europe/Berlin")
        #expect(skipped.nextOpening(after: try moment("2026-03-29T00:30Z")) == (try moment("2026-03-29T01:00Z")))

        let swallowed = Window(from: 135, to: 165, timeZone: "Europe/Berlin")
        #expect(swallowed.nextOpening(after: try moment("2026-03-29T00:30Z")) == (try moment("2026-03-30T00:15Z")))

        #expect(swallowed.nextOpening(after: try moment("2026-10-24T23:00Z")) == (try moment("2026-10-25T00:15Z")))
        #expect(swallowed.nextOpening(after: try moment("2026-10-25T00:50Z")) == (try moment("2026-10-25T01:15Z")))
    }

    @Test(
        "the next opening is the first open minute, around every change of the clock",
        arguments: ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"],
        [0, 1, 2] as [UInt64]
    )
    func bruteForce(zone: String, seed: UInt64) throws {
        var random = ReleaseRandom(state: seed &* 977 &+ UInt64(zone.utf8.count))
        for _ in 0..<12 {
            let days = Window.Day.allCases.filter { _ in Int.random(in: 0...2, using: &random) == 0 }
            let window = Window(
                days: days,
                from: Int.random(in: 0..<1440, using: &random),
                to: Int.random(in: 1...1440, using: &random),
                timeZone: zone
            )
            // Within two days of the changes of 2026, to the minute.
            let bases = [
                "2026-03-07T00:00Z", "2026-03-28T00:00Z", "2026-04-03T00:00Z", "2026-10-03T00:00Z", "2026-10-24T00:00Z",
            ]
            let base = try moment(bases.randomElement(using: &random) ?? "")
            let start = base.advanced(by: .seconds(60 * Int.random(in: 0..<2880, using: &random)))
            var expected: Timestamp?
            if window.isOpen(at: start) == false {
                var probe = start
                for _ in 0..<(9 * 1440) where expected == nil {
                    probe = probe.advanced(by: .seconds(60))
                    if window.isOpen(at: probe) == true { expected = probe }
                }
            }
            #expect(window.nextOpening(after: start) == expected, "seed \(seed): \(window) after \(start.rfc3339)")
        }
    }

    @Test("a zone that nobody knows is neither open nor closed, and exact names are asked for")
    func unknownZone() throws {
        let window = Window(from: 0, to: 1440, timeZone: "Mars/Olympus")

        #expect(window.isOpen(at: try moment("2026-01-09T23:00Z")) == nil)
        #expect(window.nextOpening(after: try moment("2026-01-09T23:00Z")) == nil)
        #expect(!Window.isKnown(timeZone: "Europe/berlin"))
        #expect(!Window.isKnown(timeZone: ""))
        #expect(Window.isKnown(timeZone: "Asia/Kolkata"))
    }

    @Test("odd numbers in windows and odd moments do not trap")
    func odd() {
        for (from, to) in [(0, 0), (1439, 1), (-5, 3000), (Int.max / 100_000, -1)] {
            let window = Window(days: [.sunday], from: from, to: to, timeZone: "America/New_York")
            for milliseconds in [Int64.min, -1, 0, Int64.max] {
                _ = window.isOpen(at: Timestamp(milliseconds: milliseconds))
                _ = window.nextOpening(after: Timestamp(milliseconds: milliseconds))
                _ = Timestamp(milliseconds: milliseconds).rfc3339
            }
        }
    }

    @Test(
        "times are written as the API reads them",
        arguments: ["1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "1969-12-31T23:59:59Z", "2026-11-23T16:35:10Z"]
    )
    func rfc3339(text: String) throws {
        #expect(try moment(text).rfc3339 == text)
    }
}
